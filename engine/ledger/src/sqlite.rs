//! The ledger on a file of SQLite.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use runner::{Kept, Lease, LedgerError};
use rusqlite::{OptionalExtension, Transaction};

use crate::database::{Database, Durability, Fault};
use crate::lock_file;

/// Journal, leases, words and memories in one SQLite file. What a call has written survives a
/// power failure once it returns. Its leases end when it is dropped.
pub struct SqliteLedger {
    pub(crate) database: Database,
    pub(crate) lease_folder: PathBuf,
    held: Mutex<HashMap<String, HeldLease>>,
}

/// A lease that this ledger holds.
pub(crate) struct HeldLease {
    pub(crate) epoch: u64,
    /// Closing it gives the lock back.
    pub(crate) _lock: File,
}

impl SqliteLedger {
    /// Opens the ledger, and makes the file and its folders (0700) if they are not there.
    ///
    /// # Errors
    /// `Unreachable` when the path is a folder or cannot be written, when the file is another
    /// program's, or of a later layout; `Damaged` when it is no database.
    pub fn open(path: &Path) -> Kept<Self> {
        Ok(SqliteLedger {
            database: Database::open(path, Durability::Power)?,
            lease_folder: lock_file::folder_of(path),
            held: Mutex::default(),
        })
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, HashMap<String, HeldLease>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One transaction that leaves no trace when the lease is stale (S11): the lock must be ours,
    /// and nobody may have had the lease since.
    pub(crate) fn write_fenced<T>(
        &self,
        lease: &Lease,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Kept<T> {
        self.check_held(lease)?;
        self.database.write(doing, |transaction| {
            check_epoch(transaction, lease)?;
            work(transaction)
        })
    }

    /// Whether this ledger took that lease and did not give it back.
    pub(crate) fn check_held(&self, lease: &Lease) -> Kept<()> {
        match self.held().get(&lease.key) {
            Some(held) if held.epoch == lease.epoch => Ok(()),
            _ => Err(lost(lease)),
        }
    }
}

/// The fence: the lock file may have been removed, and another taken in its place.
pub(crate) fn check_epoch(transaction: &Transaction<'_>, lease: &Lease) -> Result<(), Fault> {
    let epoch: Option<i64> = transaction
        .prepare_cached("SELECT epoch FROM lease WHERE key = ?1")?
        .query_row([&lease.key], |row| row.get(0))
        .optional()?;
    let current = epoch.and_then(|epoch| u64::try_from(epoch).ok());
    if current == Some(lease.epoch) { Ok(()) } else { Err(lost(lease).into()) }
}

/// Whether the deployment has begun.
pub(crate) fn check_known(transaction: &Transaction<'_>, deployment: &str) -> Result<(), Fault> {
    let known: Option<i64> = transaction
        .prepare_cached("SELECT 1 FROM run WHERE deployment = ?1")?
        .query_row([deployment], |row| row.get(0))
        .optional()?;
    match known {
        Some(_) => Ok(()),
        None => Err(LedgerError::Unknown(format!("deployment {deployment}")).into()),
    }
}

fn lost(lease: &Lease) -> LedgerError {
    LedgerError::Lost { key: lease.key.clone() }
}
