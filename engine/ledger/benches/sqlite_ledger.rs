//! What an append and a kept look cost on a disk: a driver writes a handful of records a second.

use divan::Bencher;
use ledger::{SqliteLedger, SqliteWorldStore};
use runner::contract::ledger::{entry, evaluation};
use runner::{Journal, Kept, Lease, Leases, LedgerError, WorldStore};
use tempfile::TempDir;

fn main() {
    divan::main();
}

fn unreachable(error: &std::io::Error) -> LedgerError {
    LedgerError::Unreachable { what: "make a folder".to_owned(), why: error.to_string() }
}

async fn begun() -> Kept<(TempDir, SqliteLedger, Lease)> {
    let folder = tempfile::tempdir().map_err(|error| unreachable(&error))?;
    let ledger = SqliteLedger::open(&folder.path().join("sim.db"))?;
    let lease = ledger.acquire("cart", "bench").await?;
    ledger.begin(&lease, "d-1", "cart", &entry(0)).await?;
    Ok((folder, ledger, lease))
}

#[divan::bench(sample_count = 20, sample_size = 1)]
#[expect(clippy::unwrap_used, reason = "without a runtime there is nothing to measure")]
fn append(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let entry = entry(1);
    bencher.with_inputs(|| runtime.block_on(begun())).bench_refs(|begun| {
        let (_folder, ledger, lease) = begun.as_ref().unwrap();
        runtime.block_on(ledger.append(lease, "d-1", &entry))
    });
}

#[divan::bench(sample_count = 20, sample_size = 1)]
#[expect(clippy::unwrap_used, reason = "without a runtime there is nothing to measure")]
fn keep_a_look_with_a_mebibyte_of_noise(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let look = evaluation("smoke", 0, 1024 * 1024);
    bencher.with_inputs(|| runtime.block_on(begun())).bench_refs(|begun| {
        let (_folder, ledger, lease) = begun.as_ref().unwrap();
        runtime.block_on(ledger.keep_evaluation(lease, "d-1", &look))
    });
}

#[divan::bench(args = [10_000, 100_000])]
#[expect(clippy::unwrap_used, reason = "without a store there is nothing to measure")]
fn commit_a_world(bencher: Bencher<'_, '_>, bytes: usize) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteWorldStore::open(&folder.path().join("sim.db")).unwrap();
    let world = vec![7; bytes];
    let mut version = 0;
    bencher.bench_local(|| version = store.commit(version, &world).unwrap());
}
