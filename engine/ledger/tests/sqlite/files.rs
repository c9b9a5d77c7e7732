//! Files that are no ledger, or no longer one: a clear error, no panic, and nothing changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ledger::{SqliteLedger, SqliteWorldStore};
use runner::contract::ledger::{entry, evaluation, run};
use runner::{Archive, Journal, Kept, Leases, LedgerError, WorldStore};
use rusqlite::Connection;

fn refusal(path: &Path) -> String {
    let error = SqliteLedger::open(path).err().expect("it must be refused");
    assert_eq!(SqliteWorldStore::open(path).err().expect("by both").to_string(), error.to_string());
    error.to_string()
}

async fn one_run(path: &Path) -> Kept<()> {
    let ledger = SqliteLedger::open(path)?;
    let lease = ledger.acquire("cart", "ann").await?;
    ledger.begin(&lease, "d-1", "cart", &entry(0)).await?;
    ledger.keep_evaluation(&lease, "d-1", &evaluation("errors", 0, 300_000)).await?;
    ledger.end(&lease, "d-1", 0).await
}

#[test]
fn missing_folders_are_made_for_their_owner_alone() -> Kept<()> {
    let folder = tempfile::tempdir().unwrap();
    SqliteLedger::open(&folder.path().join("state/ecs-crd/sim.db"))?;
    for made in ["state", "state/ecs-crd"] {
        let mode = fs::metadata(folder.path().join(made)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{made}");
    }
    Ok(())
}

#[test]
fn a_folder_is_no_ledger() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refusal(folder.path()).ends_with("it is a folder; name a file in it"));
}

#[test]
fn a_file_in_the_place_of_a_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes");
    fs::write(&file, "mine").unwrap();
    let refused = refusal(&file.join("sim.db"));
    assert!(refused.contains("notes cannot be made"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[test]
fn a_file_that_is_no_database_is_damaged_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "not a database. ".repeat(100);
    fs::write(&path, &text).unwrap();
    let error = SqliteLedger::open(&path).err().unwrap();
    assert!(matches!(&error, LedgerError::Damaged { what, .. } if what.contains("notes.txt")));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn the_database_of_another_program_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.db");
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE track (title TEXT)").unwrap();
    drop(theirs);
    let before = fs::read(&path).unwrap();
    assert!(refusal(&path).contains("the database of another program"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_newer_layout_is_refused_with_both_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    drop(SqliteLedger::open(&path));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let refused = refusal(&path);
    assert!(refused.contains("its layout is 7, this ecs-crd knows 1"), "{refused}");
}

#[test]
fn a_read_only_ledger_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    drop(SqliteLedger::open(&path));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    // The superuser may write it all the same, and then there is nothing to refuse.
    match fs::OpenOptions::new().append(true).open(&path) {
        Ok(_) => assert!(SqliteLedger::open(&path).is_ok()),
        Err(_) => assert!(refusal(&path).ends_with("it is read-only")),
    }
}

#[test]
fn every_page_may_be_overwritten_and_is_damaged_or_whole_but_never_a_panic() -> Kept<()> {
    const PAGE_BYTES: usize = 4096;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    run(one_run(&path))?;
    let whole = fs::read(&path).unwrap();
    let mut noticed = 0;
    for page in 0..whole.len() / PAGE_BYTES {
        let mut bytes = whole.clone();
        bytes[page * PAGE_BYTES..][..PAGE_BYTES].fill(0x5a);
        fs::write(&path, &bytes).unwrap();
        match run(read_all(&path)) {
            Ok(()) => {}
            Err(LedgerError::Damaged { .. }) => noticed += 1,
            Err(other) => panic!("page {page}: {other}"),
        }
    }
    assert!(noticed > whole.len() / PAGE_BYTES / 2, "only {noticed} were noticed");
    Ok(())
}

async fn read_all(path: &Path) -> Kept<()> {
    let ledger = SqliteLedger::open(path)?;
    for found in ledger.runs().await? {
        ledger.entries(&found.deployment, 0).await?;
        assert_eq!(ledger.evaluations("d-1").await?, [evaluation("errors", 0, 300_000)]);
    }
    Ok(())
}

#[test]
fn a_record_that_makes_no_sense_is_named() -> Kept<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    run(one_run(&path))?;
    Connection::open(&path).unwrap().execute("UPDATE entry SET body = '{\"seq\":'", []).unwrap();
    let ledger = SqliteLedger::open(&path)?;
    let error = run(async { ledger.entries("d-1", 0).await.map(drop) }).unwrap_err().to_string();
    assert!(error.starts_with("the ledger's record 0 of d-1 is damaged: EOF"), "{error}");
    Ok(())
}

#[test]
fn a_lost_chunk_of_a_look_is_damaged() -> Kept<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    run(one_run(&path))?;
    let file = Connection::open(&path).unwrap();
    let largest: u32 =
        file.query_row("SELECT max(length(body)) FROM chunk", [], |row| row.get(0)).unwrap();
    assert_eq!(largest, 256 * 1024, "chunks are cut at 256 KiB");
    file.execute("DELETE FROM chunk WHERE part = 1", []).unwrap();
    let ledger = SqliteLedger::open(&path)?;
    let answer = run(async { ledger.evaluations("d-1").await.map(drop) });
    assert!(matches!(answer, Err(LedgerError::Damaged { .. })), "{answer:?}");
    Ok(())
}

#[test]
fn world_and_journal_share_a_file_without_touching_each_other() -> Kept<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    let world = SqliteWorldStore::open(&path)?;
    world.commit(0, b"at dawn")?;
    run(one_run(&path))?;
    assert_eq!(world.load()?.map(|stored| stored.bytes).as_deref(), Some(&b"at dawn"[..]));
    let ledger = SqliteLedger::open(&path)?;
    run(async { ledger.entries("d-1", 0).await.map(|entries| assert_eq!(entries, [entry(0)])) })
}
