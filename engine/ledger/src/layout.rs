//! The tables, and whether a file's tables are ours.

use runner::LedgerError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::database::Fault;

/// Raised when the tables change.
const LAYOUT: i64 = 1;

/// Marks a file as ours (SQLite's `application_id`): "ecrd" in ASCII.
const APPLICATION: i64 = 0x6563_7264;

const TABLES: &str = "
CREATE TABLE run (
    place INTEGER PRIMARY KEY,
    deployment TEXT NOT NULL UNIQUE,
    service_key TEXT NOT NULL,
    began_at_s INTEGER NOT NULL,
    exit_code INTEGER
) STRICT;
CREATE TABLE entry (
    deployment TEXT NOT NULL REFERENCES run (deployment),
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (deployment, seq)
) STRICT;
CREATE TABLE evaluation (
    place INTEGER PRIMARY KEY,
    deployment TEXT NOT NULL REFERENCES run (deployment),
    gate TEXT NOT NULL,
    number INTEGER NOT NULL,
    UNIQUE (deployment, gate, number)
) STRICT;
CREATE TABLE chunk (
    evaluation INTEGER NOT NULL REFERENCES evaluation (place) ON DELETE CASCADE,
    part INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (evaluation, part)
) STRICT;
CREATE TABLE lease (
    key TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    holder TEXT NOT NULL
) STRICT;
CREATE TABLE word (
    deployment TEXT NOT NULL REFERENCES run (deployment),
    number INTEGER NOT NULL,
    word TEXT NOT NULL,
    said_by TEXT NOT NULL,
    fate TEXT,
    PRIMARY KEY (deployment, number)
) STRICT;
CREATE TABLE memory (
    service_key TEXT NOT NULL,
    gate TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (service_key, gate)
) STRICT;
CREATE TABLE component (
    digest TEXT PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE world (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
";

/// Makes the tables in an empty file, and refuses a file that is not ours or of a later program.
pub(crate) fn prepare(connection: &mut Connection, file: &str) -> Result<(), Fault> {
    if is_current(connection, file)? {
        return Ok(());
    }
    // Two programs may open a new file at once: the second finds the tables of the first.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !is_current(&transaction, file)? {
        create(&transaction)?;
    }
    Ok(transaction.commit()?)
}

fn create(transaction: &Transaction<'_>) -> Result<(), Fault> {
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    Ok(())
}

fn is_current(connection: &Connection, file: &str) -> Result<bool, Fault> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let refuse = |why: String| {
        Err(LedgerError::Unreachable { what: format!("cannot use {file} as a ledger"), why }.into())
    };
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION, LAYOUT) => Ok(true),
        (0, 0) if tables == 0 => Ok(false),
        (APPLICATION, layout) => refuse(format!(
            "its layout is {layout}, this ecs-crd knows {LAYOUT}; use the version that wrote it, \
             or another --ledger"
        )),
        _ => refuse("it is the database of another program; name another --ledger".to_owned()),
    }
}
