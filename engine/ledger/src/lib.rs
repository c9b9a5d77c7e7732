//! The journal port on SQLite.
