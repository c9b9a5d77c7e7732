//! The lease and its fence.

use super::samples::{entry, evaluation};
use crate::{Kept, Ledger, LedgerError};

/// Whatever a driver writes after its lease was lost is refused and leaves no trace (S11).
///
/// # Errors
/// What the ledger answered instead.
pub async fn s11_a_stale_lease_cannot_write<L: Ledger>(open: impl Fn() -> Kept<L>) -> Kept<()> {
    let (ann, bob) = (open()?, open()?);
    let stale = ann.acquire("cart", "ann").await?;
    ann.begin(&stale, "d-1", "cart", &entry(0)).await?;
    ann.release(&stale).await?;
    for _ in ["with nobody driving", "with another driver"] {
        let answers = [
            ann.begin(&stale, "d-2", "cart", &entry(0)).await,
            ann.begin(&stale, "d-1", "cart", &entry(0)).await,
            ann.append(&stale, "d-1", &entry(1)).await,
            ann.append(&stale, "d-1", &entry(0)).await,
            ann.keep_evaluation(&stale, "d-1", &evaluation("errors", 0, 1)).await,
            ann.remember(&stale, "cart", "errors", b"learnt").await,
            ann.end(&stale, "d-1", 0).await,
            ann.renew(&stale).await,
        ];
        for answer in answers {
            assert!(
                matches!(&answer, Err(LedgerError::Lost { key }) if key == "cart"),
                "{answer:?}"
            );
        }
        match bob.holder("cart").await? {
            None => drop(bob.acquire("cart", "bob").await?),
            Some(holder) => assert_eq!(holder, "bob"),
        }
    }
    untouched(&bob).await
}

async fn untouched(ledger: &impl Ledger) -> Kept<()> {
    assert_eq!(ledger.entries("d-1", 0).await?, [entry(0)]);
    assert_eq!(ledger.evaluations("d-1").await?, []);
    assert_eq!(ledger.memory("cart", "errors").await?, b"");
    let runs = ledger.runs().await?;
    assert_eq!(runs.iter().map(|run| run.exit_code).collect::<Vec<_>>(), [None]);
    Ok(())
}

/// While a driver lives nobody else gets its lease, and is told who has it.
///
/// # Errors
/// What the ledger answered instead.
pub async fn s11_a_lease_excludes_every_other_process<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let (ann, bob) = (open()?, open()?);
    assert_eq!(bob.holder("cart").await?, None);
    let lease = ann.acquire("cart", "ann@laptop pid 1").await?;
    assert_eq!((lease.key.as_str(), lease.holder.as_str()), ("cart", "ann@laptop pid 1"));
    for process in [&bob, &ann] {
        assert_eq!(process.holder("cart").await?.as_deref(), Some("ann@laptop pid 1"));
        match process.acquire("cart", "bob").await {
            Err(LedgerError::Held { key, holder }) => {
                assert_eq!((key.as_str(), holder.as_str()), ("cart", "ann@laptop pid 1"));
            }
            other => assert!(other.is_err(), "the lease is held: {other:?}"),
        }
    }
    let (ours, theirs) = (ann.surely_ours(&lease, 0), bob.surely_ours(&lease, 0));
    assert_eq!((ours, theirs), (true, false), "only its own process can be sure of a lease");
    ann.renew(&lease).await?;
    ann.release(&lease).await?;
    assert!(!ann.surely_ours(&lease, 0), "a lease given back is anybody's");
    Ok(())
}

/// A lease of one service does not keep another service from deploying.
///
/// # Errors
/// What the ledger answered instead.
pub async fn s11_leases_of_two_keys_are_independent<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let (ann, bob) = (open()?, open()?);
    let keys = ["a#b#c#d", "a/b c", "A#B#C#D", "..", "", &"long ".repeat(100)];
    for (at, key) in keys.into_iter().enumerate() {
        let process = if at % 2 == 0 { &ann } else { &bob };
        let lease = process.acquire(key, "somebody").await?;
        process.renew(&lease).await?;
    }
    Ok(())
}

/// A lease ends when it is given back and when its process ends; each one after has a higher fence.
///
/// # Errors
/// What the ledger answered instead.
pub async fn s11_release_and_death_free_the_lease_and_the_epoch_rises<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let ann = open()?;
    let first = ann.acquire("cart", "ann").await?;
    ann.release(&first).await?;
    assert_eq!(ann.holder("cart").await?, None);
    let second = ann.acquire("cart", "ann again").await?;
    drop(ann);
    // Where leases end by time, this waits for the time.
    let bob = open()?;
    let third = bob.acquire("cart", "bob").await?;
    assert!(first.epoch < second.epoch && second.epoch < third.epoch);
    Ok(())
}

/// A driver that wakes up late and cleans up does not take the lease from its successor.
///
/// # Errors
/// What the ledger answered instead.
pub async fn s11_releasing_a_stale_lease_leaves_the_next_driver_alone<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let (ann, bob) = (open()?, open()?);
    let stale = ann.acquire("cart", "ann").await?;
    ann.release(&stale).await?;
    let lease = bob.acquire("cart", "bob").await?;
    ann.release(&stale).await?;
    bob.release(&stale).await?;
    bob.renew(&lease).await?;
    assert!(matches!(ann.acquire("cart", "ann").await, Err(LedgerError::Held { .. })));
    Ok(())
}
