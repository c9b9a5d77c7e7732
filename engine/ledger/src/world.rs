//! Where a simulated cloud's world is kept: one row beside the journal.

use std::path::Path;

use runner::{Kept, LedgerError, StoredWorld, WorldStore};
use rusqlite::{OptionalExtension, params};

use crate::database::{Database, Durability, Fault};

/// The world of a ledger's file, over a connection of its own. A commit survives `kill -9` but not
/// a power failure: it is not synced, because a rollout makes thousands of them and a world that
/// falls back a little with its machine is only a simulated one. The file stays sound either way.
pub struct SqliteWorldStore {
    database: Database,
}

impl SqliteWorldStore {
    /// Opens the store, and makes the file and its folders (0700) if they are not there.
    ///
    /// # Errors
    /// As `SqliteLedger::open`.
    pub fn open(path: &Path) -> Kept<Self> {
        Ok(SqliteWorldStore { database: Database::open(path, Durability::Process)? })
    }
}

impl WorldStore for SqliteWorldStore {
    fn load(&self) -> Kept<Option<StoredWorld>> {
        let row: Option<(i64, Vec<u8>)> = self.database.read("cannot read the world", |it| {
            let mut statement = it.prepare_cached("SELECT version, body FROM world")?;
            Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })?;
        row.map(|(version, bytes)| Ok(StoredWorld { version: unsigned(version)?, bytes }))
            .transpose()
    }

    fn commit(&self, expected_version: u64, bytes: &[u8]) -> Kept<u64> {
        // No version reaches beyond i64, so what lies beyond cannot be the one that stands there.
        let Ok(expected) = i64::try_from(expected_version) else { return Err(lost()) };
        let sql = if expected == 0 {
            "INSERT INTO world (one, version, body) VALUES (1, ?1 + 1, ?2)
             ON CONFLICT (one) DO NOTHING RETURNING version"
        } else {
            "UPDATE world SET version = version + 1, body = ?2 WHERE version = ?1
             RETURNING version"
        };
        let version: i64 = self.database.write("cannot write the world", |transaction| {
            transaction
                .prepare_cached(sql)?
                .query_row(params![expected, bytes], |row| row.get(0))
                .optional()?
                .ok_or_else(|| Fault::Ledger(lost()))
        })?;
        unsigned(version)
    }
}

fn unsigned(version: i64) -> Kept<u64> {
    u64::try_from(version).map_err(|_| LedgerError::Damaged {
        what: "world".to_owned(),
        why: format!("its version is {version}"),
    })
}

fn lost() -> LedgerError {
    LedgerError::Lost { key: "world".to_owned() }
}
