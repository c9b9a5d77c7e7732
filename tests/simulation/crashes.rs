//! Every story, its driver killed at every kind of touch, before and after it took effect, and
//! resumed: the same deeds, the same exit code, the same things standing (S10, S12).
//!
//! A story touches the ledger and the cloud a thousand times, mostly by readings that repeat. The
//! driver dies at the first and at the last touch of each kind (every order and every outcome with
//! its values is a kind of its own), and at evenly spread others.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollout::Event;
use runner::{CallErrorKind, DriveEnd, DriveError, LedgerError};

use crate::mortal::{Fuse, Moment, is_reading};
use crate::rig::{Rig, Stage};
use crate::story::{Case, Played, cases};

/// Deaths of a story beside the first and the last of each kind, about.
const MORE_DEATHS: usize = 20;

/// The stories whose gates are real here: what they keep between looks must survive, too. The
/// others are as long as an hour of holding, and hold nothing new for a crash.
const WITH_REAL_GATES: [&str; 3] = ["shop-error-regression", "shop-first-release", "shop-healthy"];

/// What happened, without the readings whose instants a crash may move.
fn deeds(played: &Played) -> Vec<&Event> {
    let events = played.entries.iter().filter_map(|entry| entry.event());
    events.filter(|event| !is_reading(event)).collect()
}

/// The touches at which a driver dies, given what each touch is.
fn deaths(kinds: &[String]) -> Vec<usize> {
    let mut last: BTreeMap<&String, usize> = BTreeMap::new();
    let mut first = BTreeMap::new();
    for (touch, kind) in kinds.iter().enumerate() {
        first.entry(kind).or_insert(touch);
        last.insert(kind, touch);
    }
    let every = kinds.len() / MORE_DEATHS + 1;
    let is_chosen = |(touch, kind): &(usize, &String)| {
        first[kind] == *touch || last[kind] == *touch || touch % every == 0
    };
    kinds.iter().enumerate().filter(is_chosen).map(|(touch, _)| touch).collect()
}

/// A story as it goes when nobody dies, and what its driver touched.
struct Uncut {
    played: Played,
    standing: BTreeMap<String, String>,
    kinds: Vec<String>,
}

impl Uncut {
    async fn of(stage: &Stage<'_>) -> Self {
        let (rig, fuse) = (Rig::new(stage), Fuse::watched());
        let drive = rig.begin(fuse.clone()).await;
        let played = rig.played(&drive.id, &drive.end.expect("the uncut run ends")).await;
        Uncut { standing: played.standing().await, played, kinds: fuse.kinds() }
    }

    /// Lets each of these drivers die in turn, and another go on.
    async fn survives(&self, stage: &Stage<'_>, deaths: &[(usize, Moment)]) {
        let kind = &self.kinds[deaths[0].0];
        let how = format!("{}: killed at {deaths:?}, first {kind}", stage.case.name());
        let rig = Rig::new(stage);
        let drive = rig.begin(fuse(deaths[0])).await;
        assert_killed(drive.end, &how);
        for death in &deaths[1..] {
            assert_killed(rig.resume(&drive.id, fuse(*death)).await, &how);
        }
        let end = rig.resume(&drive.id, Fuse::safe()).await;
        let end = end.unwrap_or_else(|error| panic!("{how}: {error}"));
        let resumed = rig.played(&drive.id, &end).await;
        assert_eq!(deeds(&resumed), deeds(&self.played), "{how}");
        assert_eq!(resumed.exit_code, self.played.exit_code, "{how}");
        assert_eq!(resumed.standing().await, self.standing, "{how}");
    }
}

fn fuse((touch, moment): (usize, Moment)) -> Arc<Fuse> {
    Fuse::death(touch, moment)
}

fn assert_killed(end: Result<DriveEnd, DriveError>, how: &str) {
    let error = end.expect_err(how);
    let killed = match &error {
        DriveError::Ledger(error) => matches!(error, LedgerError::Killed),
        DriveError::Call(error) => error.kind == CallErrorKind::Killed,
        DriveError::Illegal(_) | DriveError::Damaged(..) => false,
    };
    assert!(killed, "{how}: {error}");
}

async fn die_all_deaths(case: &Case) {
    let stage = Stage::of(case);
    let uncut = Uncut::of(&stage).await;
    for touch in deaths(&uncut.kinds) {
        for moment in [Moment::Before, Moment::After] {
            uncut.survives(&stage, &[(touch, moment)]).await;
        }
    }
}

/// Whoever takes over dies at one of their first touches, and so does the next.
async fn die_in_a_row(case: &Case) {
    let stage = Stage::of(case);
    let uncut = Uncut::of(&stage).await;
    // The last driver has little left to touch, so the deaths at the very end are left to others.
    let early = deaths(&uncut.kinds).into_iter().filter(|touch| touch + 20 < uncut.kinds.len());
    for touch in early {
        let after = Moment::After;
        uncut.survives(&stage, &[(touch, after), (0, after), (touch % 5, Moment::Before)]).await;
        uncut.survives(&stage, &[(touch, after), (1 + touch % 5, after)]).await;
    }
}

fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(future);
}

#[test]
fn s10_s12_a_driver_killed_at_any_kind_of_touch_and_resumed_ends_as_one_that_lived() {
    let is_real = |name: &str| WITH_REAL_GATES.contains(&name);
    let cases = cases(|case| case.script.is_some() || is_real(&case.name()));
    std::thread::scope(|scope| {
        for case in &cases {
            scope.spawn(|| block_on(die_all_deaths(case)));
        }
    });
}

#[test]
fn s10_drivers_that_die_one_after_another_end_as_one_that_lived() {
    for case in cases(|case| ["convicted", "trapped-once"].contains(&case.name().as_str())) {
        block_on(die_in_a_row(&case));
    }
}

#[test]
fn the_first_and_the_last_touch_of_every_kind_is_a_death_and_so_are_some_between() {
    let kinds: Vec<String> = [1, 2, 3].map(|kind| vec![kind.to_string(); 100]).concat();
    let deaths = deaths(&kinds);
    for touch in [0, 99, 100, 199, 200, 299] {
        assert!(deaths.contains(&touch), "{touch} is not in {deaths:?}");
    }
    assert!(deaths.len() >= MORE_DEATHS && deaths.len() < kinds.len() / 3, "{deaths:?}");
}
