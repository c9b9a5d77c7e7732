//! The lease: a lock file that dies with its process, and an epoch that fences every write.

use std::fs::File;
use std::io;

use async_trait::async_trait;
use runner::{Kept, Lease, Leases, LedgerError};
use rusqlite::{OptionalExtension, params};

use crate::lock_file;
use crate::sqlite::{HeldLease, SqliteLedger, check_epoch};

#[async_trait]
impl Leases for SqliteLedger {
    async fn acquire(&self, key: &str, holder: &str) -> Kept<Lease> {
        let lock = lock_file::take(&self.lease_folder, key).map_err(|error| cannot(key, &error))?;
        match lock {
            Some(lock) => self.enter(key, holder, lock),
            None => Err(LedgerError::Held { key: key.to_owned(), holder: self.last_holder(key)? }),
        }
    }

    async fn renew(&self, lease: &Lease) -> Kept<()> {
        self.check_held(lease)?;
        self.database.read("cannot check a lease", |transaction| check_epoch(transaction, lease))
    }

    /// The kernel gives the lock to nobody else while this process lives.
    fn surely_ours(&self, lease: &Lease, _for_s: u32) -> bool {
        self.check_held(lease).is_ok()
    }

    async fn release(&self, lease: &Lease) -> Kept<()> {
        if self.check_held(lease).is_ok() {
            self.held().remove(&lease.key);
        }
        Ok(())
    }

    async fn holder(&self, key: &str) -> Kept<Option<String>> {
        let taken =
            lock_file::is_taken(&self.lease_folder, key).map_err(|error| cannot(key, &error))?;
        if taken { self.last_holder(key).map(Some) } else { Ok(None) }
    }
}

impl SqliteLedger {
    /// Writes down who drives now; a failure gives the lock back.
    fn enter(&self, key: &str, holder: &str, lock: File) -> Kept<Lease> {
        let epoch: i64 = self.database.write("cannot take a lease", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO lease (key, epoch, holder) VALUES (?1, 1, ?2)
                 ON CONFLICT (key) DO UPDATE SET epoch = epoch + 1, holder = excluded.holder
                 RETURNING epoch",
            )?;
            Ok(statement.query_row(params![key, holder], |row| row.get(0))?)
        })?;
        let epoch = u64::try_from(epoch).map_err(|_| LedgerError::Damaged {
            what: format!("lease of {key}"),
            why: format!("its epoch is {epoch}"),
        })?;
        self.held().insert(key.to_owned(), HeldLease { epoch, _lock: lock });
        Ok(Lease { key: key.to_owned(), epoch, holder: holder.to_owned() })
    }

    /// Who took the lease last. Between a driver's lock and its entry that may be nobody yet.
    fn last_holder(&self, key: &str) -> Kept<String> {
        let holder = self.database.read("cannot read a lease", |transaction| {
            let mut statement =
                transaction.prepare_cached("SELECT holder FROM lease WHERE key = ?1")?;
            Ok(statement.query_row([key], |row| row.get(0)).optional()?)
        })?;
        Ok(holder.unwrap_or_else(|| "a process that has just begun".to_owned()))
    }
}

fn cannot(key: &str, error: &io::Error) -> LedgerError {
    LedgerError::Unreachable {
        what: format!("the lock file of {key} cannot be used"),
        why: error.to_string(),
    }
}
