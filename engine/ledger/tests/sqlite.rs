//! The contract of the ledger ports on SQLite.
