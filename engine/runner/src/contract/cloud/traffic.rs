//! Route 53: compare and swap, both records together, INSYNC before verified.

use std::sync::Arc;

use rollout::{Drift, Plan, Split, Weight};

use super::{Stage, give_up_at, pass};
use crate::{Called, Cloud, Deployment, Effective, Written};

fn split(green: u32) -> Split {
    Split::green_at(Weight::new(green).unwrap_or(Weight::ZERO))
}

/// Waits until changes are in effect, and says what came of them.
async fn in_effect(
    cloud: &Cloud,
    deployment: &Deployment,
    split: Split,
    changes: &[String],
) -> Called<Effective> {
    let until = give_up_at(cloud);
    loop {
        match cloud.traffic.effective(deployment, split, changes).await? {
            Effective::Pending if cloud.clock.now() < until => pass(cloud, 5).await?,
            effective => return Ok(effective),
        }
    }
}

async fn written(stage: &impl Stage, from: u32, to: u32) -> Called<Vec<String>> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    match cloud.traffic.write(&deployment, split(from), split(to), false).await? {
        Written::Done { changes } => Ok(changes),
        Written::Drifted { drifts } => panic_on(&drifts),
    }
}

#[expect(clippy::panic, reason = "a contract test fails by panicking, like an assertion")]
fn panic_on(drifts: &[Drift]) -> ! {
    panic!("drift where nobody else wrote: {drifts:?}")
}

/// After each write every name reads as exactly that split: two records that sum to 100.
///
/// # Errors
/// What the cloud answered instead.
pub async fn s03_both_records_of_every_name_are_a_split_at_every_write(
    stage: &impl Stage,
) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    for (from, to) in [(0, 5), (5, 50), (50, 100), (100, 0)] {
        written(stage, from, to).await?;
        assert_eq!(cloud.traffic.drift(&deployment, split(to)).await?, []);
        let others = cloud.traffic.drift(&deployment, split(to / 2 + 1)).await?;
        assert_eq!(others.len(), deployment.plan.names.len(), "every name is read");
    }
    Ok(())
}

/// A write expects what it was told stands there; anything else stays as it is.
///
/// # Errors
/// What the cloud answered instead.
pub async fn s04_a_write_over_somebody_elses_is_refused_and_changes_nothing(
    stage: &impl Stage,
) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    written(stage, 0, 30).await?;
    let outcome = cloud.traffic.write(&deployment, split(10), split(50), false).await?;
    let Written::Drifted { drifts } = outcome else {
        assert_eq!(outcome, Written::Drifted { drifts: Vec::new() }, "it was written over");
        return Ok(());
    };
    assert_eq!(drifts.len(), deployment.plan.names.len());
    assert_eq!(cloud.traffic.drift(&deployment, split(30)).await?, []);
    Ok(())
}

/// With `over_drift` whatever stands there is replaced.
///
/// # Errors
/// What the cloud answered instead.
pub async fn s04_a_roll_back_writes_over_drift(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    written(stage, 0, 30).await?;
    let outcome = cloud.traffic.write(&deployment, split(10), Split::ALL_BLUE, true).await?;
    let Written::Done { changes } = outcome else {
        assert_eq!(outcome, Written::Done { changes: Vec::new() }, "it was refused");
        return Ok(());
    };
    assert!(!changes.is_empty());
    assert_eq!(cloud.traffic.drift(&deployment, Split::ALL_BLUE).await?, []);
    Ok(())
}

/// Repeated after a lost reply a write is done, and once in effect it names no change.
///
/// # Errors
/// What the cloud answered instead.
pub async fn s04_a_write_that_stands_already_is_done(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let first = written(stage, 0, 10).await?;
    let again = written(stage, 0, 10).await?;
    assert!(again.iter().all(|change| first.contains(change)), "{again:?} after {first:?}");
    assert_eq!(in_effect(&cloud, &deployment, split(10), &first).await?, Effective::Verified);
    assert_eq!(written(stage, 0, 10).await?, Vec::<String>::new());
    Ok(())
}

/// A roll back is taken while the change before is still on its way.
///
/// # Errors
/// What the cloud answered instead.
pub async fn s09_a_write_does_not_wait_for_the_one_before(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    written(stage, 0, 50).await?;
    let back = written(stage, 50, 0).await?;
    assert!(!back.is_empty());
    let effective = in_effect(&cloud, &deployment, Split::ALL_BLUE, &back).await?;
    assert_eq!(effective, Effective::Verified);
    Ok(())
}

/// A change is first on its way, then in effect and read back; another split is then drift.
///
/// # Errors
/// What the cloud answered instead.
pub async fn a_change_is_pending_then_verified(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let changes = written(stage, 0, 10).await?;
    assert!(!changes.is_empty());
    let early = cloud.traffic.effective(&deployment, split(10), &changes).await?;
    assert_eq!(early, Effective::Pending);
    assert_eq!(in_effect(&cloud, &deployment, split(10), &changes).await?, Effective::Verified);
    let other = cloud.traffic.effective(&deployment, split(20), &changes).await?;
    assert!(matches!(other, Effective::Drifted { .. }), "{other:?}");
    Ok(())
}

/// A drift names both splits and says whether it went towards blue.
///
/// # Errors
/// What the cloud answered instead.
pub async fn drift_is_told_with_what_is_expected_and_found(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    written(stage, 0, 30).await?;
    for (expected, towards_blue) in [(50, true), (10, false)] {
        for drift in cloud.traffic.drift(&deployment, split(expected)).await? {
            assert!(deployment.plan.names.contains(&drift.name), "{drift:?}");
            assert_eq!(drift.expected, split(expected).to_string());
            assert!(drift.found.starts_with("blue 70 / green 30"), "{drift:?}");
            assert_eq!(drift.towards_blue, towards_blue, "{drift:?}");
        }
    }
    Ok(())
}

/// A name the file has gained gets its records, at the live side 100; the others stay.
///
/// # Errors
/// What the cloud answered instead.
pub async fn new_names_get_records_at_the_live_side(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let mut names = deployment.plan.names.clone();
    names.extend(names.first().map(|name| format!("new-{name}")));
    let plan = Arc::new(Plan { names, ..(*deployment.plan).clone() });
    let ground = cloud.discovery.ground(&plan).await?;
    assert_eq!(ground.new_names, plan.names[plan.names.len() - 1..]);
    let deployment = Deployment { plan, ground: Arc::new(ground), ..deployment };
    cloud.traffic.ensure_names(&deployment).await?;
    cloud.traffic.ensure_names(&deployment).await?;
    assert_eq!(cloud.traffic.drift(&deployment, Split::ALL_BLUE).await?, []);
    assert_eq!(cloud.discovery.ground(&deployment.plan).await?.new_names, Vec::<String>::new());
    Ok(())
}

/// Deleted once, and again is fine; nothing is left to be read.
///
/// # Errors
/// What the cloud answered instead.
pub async fn removing_records_is_repeatable(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    written(stage, 0, 40).await?;
    cloud.traffic.remove(&deployment).await?;
    cloud.traffic.remove(&deployment).await?;
    let left = cloud.traffic.drift(&deployment, split(40)).await?;
    assert_eq!(left.len(), deployment.plan.names.len());
    assert!(left.iter().all(|drift| drift.found == "no record"), "{left:?}");
    Ok(())
}
