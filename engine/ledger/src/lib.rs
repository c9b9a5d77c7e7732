//! The journal port on SQLite: one file for journal, leases, words, memories and a simulated world.

mod database;
mod journal;
mod layout;
mod leases;
mod lock_file;
mod shelf;
mod sqlite;
mod words;
mod world;

pub use sqlite::SqliteLedger;
pub use world::SqliteWorldStore;
