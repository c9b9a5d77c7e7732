//! Every story, cut at every line of its journal and resumed: the same end (S10, S12).

use std::sync::Arc;

use rollout::{Decision, Event};
use runner::{DriveError, Entry, LedgerError};

use crate::rig::{Rig, scenario, shop};

/// What happened, without the readings whose instants a crash may move.
fn deeds(entries: &[Arc<Entry>]) -> Vec<&Event> {
    let is_deed = |event: &&Event| {
        !matches!(
            event,
            Event::HealthRead { .. }
                | Event::TrafficRead { .. }
                | Event::Looked { .. }
                | Event::TimePassed
                | Event::CallFailed { .. }
        )
    };
    entries.iter().filter_map(|entry| entry.event()).filter(is_deed).collect()
}

async fn cut_everywhere(name: &str, says: Decision) {
    let plan = shop();
    let uncut = Rig::new(scenario(name), says);
    let (_, whole) = uncut.drive(&plan, None).await;
    let whole = whole.expect("the uncut run ends");
    let mut line = 0;
    loop {
        let mut died = false;
        for after in [false, true] {
            let rig = Rig::new(scenario(name), says);
            let (id, end) = rig.drive(&plan, Some((line, after))).await;
            let Err(DriveError::Ledger(LedgerError::Killed)) = end else { continue };
            died = true;
            let resumed = rig.resume(&id).await.unwrap_or_else(|error| {
                panic!("{name}, cut at line {line} (after: {after}): {error}")
            });
            assert_eq!(
                (resumed.exit_code, deeds(&resumed.entries)),
                (whole.exit_code, deeds(&whole.entries)),
                "{name}, cut at line {line} (after: {after})",
            );
        }
        if !died {
            break;
        }
        line += 1;
    }
    assert!(line > 20, "{name}: only {line} lines were cut");
}

#[tokio::test]
async fn s10_a_healthy_rollout_survives_a_crash_at_every_line() {
    cut_everywhere("healthy", Decision::Promote).await;
}

#[tokio::test]
async fn s12_a_roll_back_survives_a_crash_at_every_line() {
    cut_everywhere("healthy", Decision::Rollback).await;
}

#[tokio::test]
async fn s10_a_crash_loop_survives_a_crash_at_every_line() {
    cut_everywhere("crash-loop", Decision::Promote).await;
}
