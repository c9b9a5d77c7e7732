//! A driver dies at any instruction: its lease is free, and every append it was told of is there.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ledger::{SqliteLedger, SqliteWorldStore};
use runner::contract::ledger::{entry, run};
use runner::{Archive, Journal, Kept, Leases, LedgerError, WorldStore};

/// Where the child finds the ledger; this test binary is its program.
const LEDGER: &str = "ECS_CRD_TEST_LEDGER";
/// Marks the child's lines among those of the test harness.
const MARK: &str = "acknowledged ";

fn driver(path: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::drives_when_it_is_the_child", "--nocapture"])
        .env(LEDGER, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The child: drives for ever, saying each append once it returned. Without the variable there is
/// nobody to drive for.
#[test]
fn drives_when_it_is_the_child() -> Kept<()> {
    let Some(path) = env::var_os(LEDGER) else { return Ok(()) };
    let path = Path::new(&path);
    let ledger = SqliteLedger::open(path)?;
    let world = SqliteWorldStore::open(path)?;
    run(async {
        let lease = ledger.acquire("cart", "child").await?;
        ledger.begin(&lease, "d-1", "cart", &entry(0)).await?;
        for seq in 1_u32.. {
            world.commit(u64::from(seq) - 1, &seq.to_be_bytes())?;
            ledger.append(&lease, "d-1", &entry(seq)).await?;
            // A reader that went away is the test being over.
            if writeln!(std::io::stdout(), "{MARK}{seq}").is_err() {
                break;
            }
        }
        Ok(())
    })
}

/// Reads until the child has acknowledged so many appends.
fn acknowledged(child: &mut Child, at_least: u32) -> u32 {
    let output = BufReader::new(child.stdout.as_mut().unwrap());
    let numbers = output.lines().filter_map(|line| {
        line.unwrap().split_once(MARK).map(|(_, number)| number.parse::<u32>().unwrap())
    });
    numbers.into_iter().find(|number| *number >= at_least).expect("the child went away")
}

#[test]
fn s11_kill_frees_the_lease_and_s10_keeps_every_acknowledged_append() -> Kept<()> {
    for appends in [1, 7, 40] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sim.db");
        let mut child = driver(&path);
        let last = acknowledged(&mut child, appends);

        let ledger = SqliteLedger::open(&path)?;
        let refused = run(async { ledger.acquire("cart", "next").await.map(drop) });
        assert!(matches!(&refused, Err(LedgerError::Held { holder, .. }) if holder == "child"));

        child.kill().unwrap();
        child.wait().unwrap();
        run(taken_over(&ledger, last))?;
        let world = SqliteWorldStore::open(&path)?.load()?.expect("a world was committed");
        assert!(world.version >= u64::from(last), "{} < {last}", world.version);
    }
    Ok(())
}

async fn taken_over(ledger: &SqliteLedger, last: u32) -> Kept<()> {
    assert_eq!(ledger.holder("cart").await?, None);
    let lease = ledger.acquire("cart", "next").await?;
    assert_eq!(lease.epoch, 2);
    let entries = ledger.entries("d-1", 0).await?;
    let written = u32::try_from(entries.len()).unwrap();
    assert!(written > last, "{written} records, and number {last} was acknowledged");
    assert_eq!(entries, (0..written).map(entry).collect::<Vec<_>>());
    ledger.append(&lease, "d-1", &entry(written)).await
}
