//! The safety promises of the machine, over random plans, worlds and interleavings.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rollout::*;

use crate::case::{Case, START, any_case, gate, plan};
use crate::world::{Played, play};

/// 256 cases of each property, or `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn keeps(promise: &str, case: &Case) -> Result<(), TestCaseError> {
    let played = play(case);
    let broken = played.broken(promise);
    prop_assert!(broken.is_empty(), "{promise}: {broken:?}\n{}", story(&played));
    Ok(())
}

/// The last events, for whoever reads a failure.
fn story(played: &Played) -> String {
    let from = played.log.len().saturating_sub(25);
    let tail = played.log[from..].iter();
    tail.map(|(at, event)| format!("{:>6} {event:?}\n", at.since_s(START))).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn s01_a_weight_rises_only_on_fresh_promotes_about_the_verified_weight(case in any_case()) {
        keeps("S01", &case)?;
    }

    #[test]
    fn s02_no_data_and_errors_never_carry_a_rollout_on(case in any_case()) {
        keeps("S02", &case)?;
    }

    #[test]
    fn s03_only_weights_of_the_plan_or_all_blue_are_ever_written(case in any_case()) {
        keeps("S03", &case)?;
    }

    #[test]
    fn s05_green_gets_traffic_only_by_a_fresh_reading_of_good_health(case in any_case()) {
        keeps("S05", &case)?;
    }

    #[test]
    fn s06_blue_stays_until_green_has_all_and_blue_is_drained(case in any_case()) {
        keeps("S06", &case)?;
    }

    #[test]
    fn s07_green_is_destroyed_only_after_blue_is_verified_and_green_drained(case in any_case()) {
        keeps("S07", &case)?;
    }

    #[test]
    fn s08_a_hold_ends_and_the_machine_never_sleeps_for_ever(case in any_case()) {
        keeps("S08", &case)?;
    }

    #[test]
    fn s09_an_abort_or_a_conviction_pre_empts_every_wait(case in any_case()) {
        keeps("S09", &case)?;
    }

    #[test]
    fn s14_an_end_is_what_its_exit_code_says(case in any_case()) {
        keeps("S14", &case)?;
    }

    #[test]
    fn every_run_ends_without_going_in_circles(case in any_case()) {
        keeps("LIVE", &case)?;
        keeps("WORD", &case)?;
    }

    #[test]
    fn s15_a_journal_replayed_gives_the_same_machine_and_the_same_story(case in any_case()) {
        let played = play(&case);
        let (plan, ground) = (Arc::new(case.plan.clone()), Arc::new(case.ground.clone()));
        let (mut again, mut told) = Narrator::begin("d-1", case.goal, plan, ground, START);
        for (at, event) in &played.log {
            let text = serde_json::to_string(event).unwrap();
            let event: Event = serde_json::from_str(&text).unwrap();
            told.extend(again.happened(&event, *at).unwrap());
        }
        prop_assert_eq!(again.machine(), &played.machine);
        let bytes = |told: &[EventRecord]| serde_json::to_string(told).unwrap();
        prop_assert_eq!(bytes(&told), bytes(&played.told));
    }
}

/// A property over stories in which nothing happens would hold for nothing.
#[test]
fn the_random_worlds_reach_every_end() {
    let mut runner = TestRunner::deterministic();
    let mut ends: BTreeMap<Option<u8>, u32> = BTreeMap::new();
    for _ in 0..1000 {
        let case = any_case().new_tree(&mut runner).unwrap().current();
        *ends.entry(play(&case).exit_code).or_default() += 1;
    }
    for code in [0, 10, 11, 12, 13, 14, 20] {
        let seen = ends.get(&Some(code)).copied().unwrap_or(0);
        assert!(seen >= 5, "exit {code} was reached {seen} times: {ends:?}");
    }
}

/// S02: whatever the gates are, as long as they see nothing the first weight is the last.
#[test]
fn s02_a_blind_gate_ends_inconclusive_at_its_patience() {
    for (decision, temper) in [("no data", [0, 0, 0, 1, 0]), ("errors", [0, 0, 0, 0, 1])] {
        let blind = Gate {
            on_error: OnTrouble::Rollback,
            on_no_data: OnTrouble::Rollback,
            ..gate("errors")
        };
        let luck = crate::case::Luck { temper, ..crate::case::Luck::fair() };
        let ground = crate::case::ground();
        let case = Case { goal: Goal::Deploy, plan: plan(vec![blind]), ground, luck };
        let played = play(&case);
        let State::RolledBack(cause) = played.machine.state() else {
            panic!("{:?}", played.machine.state())
        };
        assert_eq!(cause.exit_code(), 12);
        assert!(cause.sentence().contains(decision), "{}", cause.sentence());
    }
}
