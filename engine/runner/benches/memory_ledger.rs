//! What an append costs a rehearsal: 2,000 of them a second leave well below a microsecond each.

use std::sync::Arc;

use divan::{Bencher, counter::ItemsCount};
use rollout::{Event, Split};
use runner::{Entry, Journal, Kept, Lease, Leases, MemoryLedger, Record};

fn main() {
    divan::main();
}

const APPENDS: u32 = 1_000;

fn entry(seq: u32) -> Arc<Entry> {
    let event = Event::WeightVerified { split: Split::ALL_BLUE };
    let record = Record::Happened { event, word: None };
    Arc::new(Entry { seq, at: rollout::EpochS(seq), record })
}

async fn begun() -> Kept<(MemoryLedger, Lease)> {
    let ledger = MemoryLedger::new();
    let lease = ledger.acquire("cart", "bench").await?;
    ledger.begin(&lease, "d-1", "cart", &entry(0)).await?;
    Ok((ledger, lease))
}

async fn append_all(ledger: &MemoryLedger, lease: &Lease, entries: &[Arc<Entry>]) -> Kept<()> {
    for entry in entries {
        ledger.append(lease, "d-1", entry).await?;
    }
    Ok(())
}

#[divan::bench]
#[expect(clippy::unwrap_used, reason = "without a runtime there is nothing to measure")]
fn append(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let entries: Vec<_> = (1..=APPENDS).map(entry).collect();
    bencher
        .counter(ItemsCount::new(entries.len()))
        .with_inputs(|| runtime.block_on(begun()))
        .bench_values(|begun| {
            let (ledger, lease) = begun?;
            runtime.block_on(append_all(&ledger, &lease, &entries))
        });
}
