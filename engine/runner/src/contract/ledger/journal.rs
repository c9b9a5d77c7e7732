//! The journal and reading it.

use std::sync::Arc;

use rollout::{Effect, EpochS, Event, Split};

use super::samples::{began, entry, evaluation, happened};
use crate::{Entry, Kept, Ledger, LedgerError, Record, RunSummary};

const KEY: &str = "private#cart#stage#eu-west-3";

/// Entries come back in order of their numbers, from any of them on, in another process too.
///
/// # Errors
/// What the ledger answered instead.
pub async fn append_is_ordered_and_seen_by_another_process<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let (driver, reader) = (open()?, open()?);
    let lease = driver.acquire(KEY, "ann").await?;
    driver.begin(&lease, "d-1", KEY, &entry(0)).await?;
    for seq in [1, 3, 2] {
        driver.append(&lease, "d-1", &entry(seq)).await?;
        assert!(reader.entries("d-1", seq).await?.contains(&entry(seq)), "seen once appended");
    }
    assert_eq!(reader.entries("d-1", 0).await?, [entry(0), entry(1), entry(2), entry(3)]);
    assert_eq!(reader.entries("d-1", 2).await?, [entry(2), entry(3)]);
    assert_eq!(reader.entries("d-1", 4).await?, []);
    Ok(())
}

/// What was written is what is read, whatever the record.
///
/// # Errors
/// What the ledger answered instead.
pub async fn entries_of_every_kind_come_back_equal<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let driver = open()?;
    let lease = driver.acquire(KEY, "ann").await?;
    let effect = Effect::SetWeights { split: Split::ALL_BLUE, over_drift: true };
    let record = |seq, record| Arc::new(Entry { seq, at: EpochS(u32::MAX), record });
    let written = [
        began(EpochS(7)),
        record(1, Record::Intended { effect }),
        happened(2, Event::WeightVerified { split: Split::ALL_BLUE }),
        happened(3, Event::AbortAsked { by: "ann@laptop".to_owned() }),
        record(4, Record::Left { why: "a signal".to_owned() }),
        record(5, Record::Resumed { by: "bob@ci".to_owned() }),
        entry(u32::MAX),
    ];
    let [first, rest @ ..] = &written;
    driver.begin(&lease, "d-1", KEY, first).await?;
    for entry in rest {
        driver.append(&lease, "d-1", entry).await?;
    }
    assert_eq!(open()?.entries("d-1", 0).await?, written);
    Ok(())
}

/// A taken number is refused, and what stands there stays.
///
/// # Errors
/// What the ledger answered instead.
pub async fn s10_a_sequence_number_cannot_be_taken_twice<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let driver = open()?;
    let lease = driver.acquire(KEY, "ann").await?;
    driver.begin(&lease, "d-1", KEY, &entry(0)).await?;
    let again = happened(0, Event::NamesReady);
    let refused = driver.append(&lease, "d-1", &again).await;
    assert!(matches!(refused, Err(LedgerError::Taken { seq: 0, .. })), "{refused:?}");
    assert_eq!(driver.entries("d-1", 0).await?, [entry(0)]);
    Ok(())
}

/// An id is taken once, whoever asks.
///
/// # Errors
/// What the ledger answered instead.
pub async fn a_deployment_cannot_begin_twice<L: Ledger>(open: impl Fn() -> Kept<L>) -> Kept<()> {
    let (ann, bob) = (open()?, open()?);
    let of_cart = ann.acquire(KEY, "ann").await?;
    let of_shop = bob.acquire("shop", "bob").await?;
    ann.begin(&of_cart, "d-1", KEY, &entry(0)).await?;
    let refused = bob.begin(&of_shop, "d-1", "shop", &began(EpochS(9))).await;
    assert!(matches!(refused, Err(LedgerError::Taken { .. })), "{refused:?}");
    assert_eq!(ann.entries("d-1", 0).await?, [entry(0)]);
    assert_eq!(ann.runs().await?, [summary("d-1", 0, None)]);
    Ok(())
}

/// Nothing is kept for, or read of, a deployment that did not begin.
///
/// # Errors
/// What the ledger answered instead.
pub async fn an_unknown_deployment_is_unknown<L: Ledger>(open: impl Fn() -> Kept<L>) -> Kept<()> {
    let ledger = open()?;
    let lease = ledger.acquire(KEY, "ann").await?;
    let answers = [
        ledger.entries("d-9", 0).await.map(drop),
        ledger.evaluations("d-9").await.map(drop),
        ledger.hear("d-9").await.map(drop),
        ledger.append(&lease, "d-9", &entry(1)).await,
        ledger.keep_evaluation(&lease, "d-9", &evaluation("errors", 0, 1)).await,
        ledger.end(&lease, "d-9", 0).await,
        ledger.say("d-9", rollout::Word::Abort, "ann").await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(LedgerError::Unknown(_))), "{answer:?}");
    }
    assert_eq!(ledger.runs().await?, []);
    Ok(())
}

/// By their beginning, the latest first; of two in one second the one begun later.
///
/// # Errors
/// What the ledger answered instead.
pub async fn runs_are_newest_first_with_their_exit_codes<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let driver = open()?;
    let lease = driver.acquire(KEY, "ann").await?;
    for (deployment, at) in [("old", 10), ("new", 30), ("z", 20), ("a", 20)] {
        driver.begin(&lease, deployment, KEY, &began(EpochS(at))).await?;
    }
    driver.end(&lease, "old", 0).await?;
    driver.end(&lease, "z", 255).await?;
    let expected = [
        summary("new", 30, None),
        summary("a", 20, None),
        summary("z", 20, Some(255)),
        summary("old", 10, Some(0)),
    ];
    assert_eq!(open()?.runs().await?, expected);
    Ok(())
}

fn summary(deployment: &str, began_at: u32, exit_code: Option<u8>) -> RunSummary {
    RunSummary {
        deployment: deployment.to_owned(),
        service_key: KEY.to_owned(),
        began_at: EpochS(began_at),
        exit_code,
    }
}

/// A look with a mebibyte of bodies comes back bit for bit; looks come in the order they were kept.
///
/// # Errors
/// What the ledger answered instead.
pub async fn evaluations_with_big_bodies_come_back_equal_and_in_order<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let driver = open()?;
    let lease = driver.acquire(KEY, "ann").await?;
    driver.begin(&lease, "d-1", KEY, &entry(0)).await?;
    driver.begin(&lease, "d-2", KEY, &entry(0)).await?;
    let kept = [
        evaluation("smoke", 0, 1024 * 1024),
        evaluation("errors", 0, 0),
        evaluation("smoke", 1, 10),
    ];
    for evaluation in &kept {
        driver.keep_evaluation(&lease, "d-1", evaluation).await?;
    }
    assert!(open()?.evaluations("d-1").await? == kept, "all of them, bit for bit, in order");
    assert_eq!(driver.evaluations("d-2").await?, []);
    Ok(())
}

/// After a crash between a look and its verdict the look is made again under the same number.
///
/// # Errors
/// What the ledger answered instead.
pub async fn an_evaluation_kept_again_replaces_the_first<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let driver = open()?;
    let lease = driver.acquire(KEY, "ann").await?;
    driver.begin(&lease, "d-1", KEY, &entry(0)).await?;
    for (gate, body_bytes) in [("errors", 600_000), ("latency", 1), ("errors", 2)] {
        driver.keep_evaluation(&lease, "d-1", &evaluation(gate, 0, body_bytes)).await?;
    }
    let left = [evaluation("latency", 0, 1), evaluation("errors", 0, 2)];
    assert_eq!(driver.evaluations("d-1").await?, left);
    Ok(())
}
