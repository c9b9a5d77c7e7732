//! A connection to the ledger's file: opening it, transactions, and errors in our words.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use runner::{Kept, LedgerError};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::{layout, lock_file};

/// How long to wait while another process writes; a write takes milliseconds.
const BUSY: Duration = Duration::from_secs(5);

/// What a commit survives.
#[derive(Clone, Copy)]
pub(crate) enum Durability {
    /// A power failure: every commit is synced to the disk.
    Power,
    /// The death of the process.
    Process,
}

/// A connection behind a lock. Calls block the thread that makes them: each is one short
/// transaction on a local file, shorter than handing it to another thread and back, and an append
/// has to be over before the driver does anything else.
pub(crate) struct Database {
    connection: Mutex<Connection>,
    file: String,
}

/// Why a transaction came to nothing.
pub(crate) enum Fault {
    Store(rusqlite::Error),
    Ledger(LedgerError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Store(error)
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Fault::Ledger(error)
    }
}

impl Database {
    /// Opens or makes the file.
    pub(crate) fn open(path: &Path, durability: Durability) -> Kept<Self> {
        let file = path.display().to_string();
        let cannot = |why: String| LedgerError::Unreachable {
            what: format!("cannot open the ledger {file}"),
            why,
        };
        // An absolute path, because SQLite reads meaning into `:memory:` and the empty one.
        let path = std::path::absolute(path).map_err(|error| cannot(error.to_string()))?;
        make_folder_of(&path).map_err(cannot)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // SQLite changes a new file to WAL without waiting for others who look at it meanwhile.
        let _alone = lock_file::opening(&path).map_err(|error| cannot(error.to_string()))?;
        let doing = "cannot open it";
        let mut connection = Connection::open_with_flags(&path, flags)
            .map_err(|error| in_our_words(&file, doing, error.into()))?;
        set_up(&mut connection, &file, durability)
            .map_err(|fault| in_our_words(&file, doing, fault))?;
        Ok(Database { connection: Mutex::new(connection), file })
    }

    /// One transaction that sees one state of the file and keeps nobody from writing.
    pub(crate) fn read<T>(
        &self,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Kept<T> {
        self.transact(TransactionBehavior::Deferred, doing, work)
    }

    /// One transaction that is durable when this returns, or left no trace.
    pub(crate) fn write<T>(
        &self,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Kept<T> {
        self.transact(TransactionBehavior::Immediate, doing, work)
    }

    fn transact<T>(
        &self,
        behavior: TransactionBehavior,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Kept<T> {
        // A transaction that a panic cut off was rolled back, so a poisoned lock is sound.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let all = || {
            let transaction = connection.transaction_with_behavior(behavior)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        all().map_err(|fault| in_our_words(&self.file, doing, fault))
    }
}

fn set_up(connection: &mut Connection, file: &str, durability: Durability) -> Result<(), Fault> {
    connection.busy_timeout(BUSY)?;
    if connection.is_readonly("main")? {
        let what = format!("cannot write the ledger {file}");
        return Err(LedgerError::Unreachable { what, why: "it is read-only".to_owned() }.into());
    }
    layout::prepare(connection, file)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    match durability {
        Durability::Power => {
            connection.pragma_update(None, "synchronous", "FULL")?;
            // macOS: a plain fsync leaves the bytes in the drive's cache.
            connection.pragma_update(None, "fullfsync", true)?;
        }
        Durability::Process => connection.pragma_update(None, "synchronous", "NORMAL")?,
    }
    Ok(())
}

/// SQLite says "unable to open database file" to all of these.
fn make_folder_of(path: &Path) -> Result<(), String> {
    if path.is_dir() {
        return Err("it is a folder; name a file in it".to_owned());
    }
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    lock_file::make_private_folder(&folder)
        .map_err(|error| format!("its folder {} cannot be made: {error}", folder.display()))
}

fn in_our_words(file: &str, doing: &str, fault: Fault) -> LedgerError {
    let error = match fault {
        Fault::Ledger(error) => return error,
        Fault::Store(error) => error,
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            LedgerError::Damaged { what: format!("file {file}"), why: format!("{doing}: {error}") }
        }
        _ => LedgerError::Unreachable {
            what: format!("the ledger {file}: {doing}"),
            why: error.to_string(),
        },
    }
}
