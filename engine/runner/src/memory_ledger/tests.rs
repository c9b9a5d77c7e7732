//! The ledger in memory keeps the contract of every ledger.

use crate::{Kept, Leases, MemoryLedger};

/// A new store, and how one more process opens it.
fn fresh() -> impl Fn() -> Kept<MemoryLedger> {
    let ledger = MemoryLedger::new();
    move || Ok(ledger.another_process())
}

crate::ledger_contract!(fresh());

#[tokio::test]
async fn s11_a_clone_keeps_the_lease_of_its_process() -> Kept<()> {
    let driver = MemoryLedger::new();
    let lease = driver.acquire("shop", "ann").await?;
    let clone = driver.clone();
    drop(driver);
    clone.renew(&lease).await
}
