//! The numbers of the contract, one by one: splits, evidence, what counts, patience, pace.

use rollout::*;

use crate::case::{Luck, START, gate, ground, plan};
use crate::words::{arrive, dwelling, looked, promote_now};

#[test]
fn s03_a_split_sums_to_100_and_is_never_all_zero() {
    for blue in 0..=u8::MAX {
        for green in 0..=u8::MAX {
            let split = Split::try_from(Weights { blue, green });
            assert_eq!(split.is_ok(), u16::from(blue) + u16::from(green) == 100);
        }
    }
    let text = r#"{"blue":0,"green":0}"#;
    assert!(serde_json::from_str::<Split>(text).is_err());
    assert_eq!(Split::ALL_BLUE.to_string(), "blue 100 / green 0");
}

#[test]
fn a_weight_is_between_0_and_100() {
    for (percent, fits) in [(0, true), (1, true), (100, true), (101, false), (356, false)] {
        assert_eq!(Weight::new(percent).is_ok(), fits, "{percent}");
    }
    assert_eq!(Weight::new(101), Err(WeightOutOfRange(101)));
}

#[test]
fn s01_evidence_is_due_when_the_first_whole_period_after_the_ttl_is_past_its_lag() {
    // verified, TTL, due: the period begins at the next whole minute after verified + TTL, and is
    // read 60 s + 120 s later.
    let table =
        [(0, 60, 240), (1, 60, 300), (59, 60, 300), (60, 60, 300), (0, 1, 240), (0, 0, 180)];
    for (verified, ttl_s, due) in table {
        assert_eq!(evidence_due(EpochS(verified), ttl_s), EpochS(due), "{verified} + {ttl_s}");
    }
    assert_eq!(evidence_due(EpochS(u32::MAX), 60), EpochS(u32::MAX));
}

#[test]
fn s01_what_counts_towards_a_rise() {
    let machine = dwelling(&plan(vec![gate("errors")]));
    let dwell = machine.state().dwell().unwrap();
    let at = |offset: i64| EpochS(u32::try_from(i64::from(dwell.verified_at.0) + offset).unwrap());
    let table = [
        (0, Decision::Promote, Evidence::NotAsked, true),
        (-1, Decision::Promote, Evidence::NotAsked, false),
        (300, Decision::Promote, Evidence::Missing, false),
        (300, Decision::Promote, Evidence::PeriodFrom(at(59)), false),
        (300, Decision::Promote, Evidence::PeriodFrom(at(60)), true),
        (300, Decision::Promote, Evidence::ResponseAt(at(59)), false),
        (300, Decision::Promote, Evidence::ResponseAt(at(60)), true),
        (300, Decision::Hold, Evidence::PeriodFrom(at(60)), false),
        (300, Decision::NoData, Evidence::PeriodFrom(at(60)), false),
        (300, Decision::Error, Evidence::NotAsked, false),
        (300, Decision::Rollback, Evidence::NotAsked, false),
    ];
    for (begun, decision, evidence, counts) in table {
        let verdict = Verdict::plain(decision, "x", "x");
        let last = LastLook { begun_at: at(begun), verdict, evidence };
        assert_eq!(dwell.counts(60, &last), counts, "{begun} {decision:?} {evidence:?}");
    }
}

/// When the rollout goes back if every look since the weight was verified said the same.
fn goes_back_after(decision: Decision, patience_s: u32, breaks_at_s: Option<u32>) -> u32 {
    let blind = Gate {
        on_error: OnTrouble::Rollback,
        on_no_data: OnTrouble::Rollback,
        patience_s,
        ..gate("errors")
    };
    let mut machine = dwelling(&plan(vec![blind]));
    let verified_at = machine.state().dwell().unwrap().verified_at;
    let mut now = verified_at;
    loop {
        if let State::RollingBack(back) = machine.state() {
            assert_eq!(back.cause.exit_code(), 12);
            return now.since_s(verified_at);
        }
        if machine.effect(now).is_none() {
            now = machine.deadline(now).unwrap();
            machine.handle(&Event::TimePassed, now).unwrap();
        } else {
            let broken = breaks_at_s.is_some_and(|at| now.since_s(verified_at) / 15 == at / 15);
            let said = if broken { Decision::Hold } else { decision };
            machine.handle(&looked(now, "errors", said, Evidence::Missing), now).unwrap();
        }
    }
}

#[test]
fn s02_patience_runs_from_the_end_of_not_yet_and_a_break_begins_it_anew() {
    let verified_at = dwelling(&plan(vec![gate("errors")])).state().dwell().unwrap().verified_at;
    let not_yet_s = evidence_due(verified_at, 60).since_s(verified_at);
    for decision in [Decision::NoData, Decision::Error] {
        let looks_s = 15;
        let ended = goes_back_after(decision, 300, None);
        assert!((not_yet_s + 300..=not_yet_s + 300 + looks_s).contains(&ended), "{ended}");
        let anew = goes_back_after(decision, 300, Some(450));
        assert!((450 + 300..=450 + 300 + 2 * looks_s).contains(&anew), "{anew}");
    }
}

#[test]
fn look_again_only_lengthens_the_pace_and_to_300_s_at_most() {
    for (wish, pace_s) in [(None, 15), (Some(3), 15), (Some(40), 40), (Some(9000), 300)] {
        let mut machine = dwelling(&plan(vec![gate("errors")]));
        let now = machine.state().dwell().unwrap().verified_at;
        let mut event = looked(now, "errors", Decision::Hold, Evidence::NotAsked);
        if let Event::Looked { looks, .. } = &mut event {
            looks[0].verdict.look_again_in_s = wish;
        }
        machine.handle(&event, now).unwrap();
        let due = |offset| machine.effect(now.plus_s(offset)).is_some();
        assert!(due(pace_s) && !due(pace_s - 1), "{wish:?}");
    }
}

#[test]
fn s01_a_promote_older_than_two_intervals_is_asked_for_again() {
    let mut machine = dwelling(&plan(vec![gate("errors")]));
    let begun_at = machine.state().dwell().unwrap().wait_until;
    let mut event = looked(begun_at, "errors", Decision::Promote, Evidence::Missing);
    if let Event::Looked { looks, .. } = &mut event {
        looks[0].verdict.look_again_in_s = Some(300);
    }
    machine.handle(&event, begun_at).unwrap();
    assert!(machine.effect(begun_at.plus_s(30)).is_none());
    let again = Effect::Look { gates: vec!["errors".to_owned()] };
    assert_eq!(machine.effect(begun_at.plus_s(31)), Some(again));
}

#[test]
fn an_inconclusive_hold_that_pauses_waits_a_day_and_then_goes_back() {
    let plan = Plan { on_inconclusive: OnInconclusive::Pause, ..plan(vec![gate("errors")]) };
    let luck = Luck { temper: [0, 1, 0, 0, 0], ..Luck::fair() };
    let case = crate::case::Case { goal: Goal::Deploy, plan, ground: ground(), luck };
    let played = crate::world::play(&case);
    assert_eq!(played.exit_code, Some(12));
    let lasted_s = played.log.last().unwrap().0.since_s(START);
    let hold_s = 70 + 3600 + 86_400;
    assert!((hold_s..hold_s + 1200).contains(&lasted_s), "{lasted_s}");
}

#[test]
fn s05_unhealthy_counts_when_it_is_read_twice_15_s_apart() {
    for (second_s, convicted) in [(5, false), (14, false), (15, true), (40, true)] {
        let mut machine = dwelling(&plan(Vec::new()));
        let now = machine.state().dwell().unwrap().verified_at;
        let mut health = machine.book().health.clone().unwrap().1;
        health.green.targets_unhealthy = 1;
        health.green.unhealthy_reasons = vec!["codes: [503]".to_owned()];
        let read = Event::HealthRead { health };
        machine.handle(&read, now).unwrap();
        assert_eq!(machine.deadline(now), Some(now.plus_s(15)), "the second reading is woken for");
        assert!(machine.effect(now.plus_s(14)).is_none());
        assert_eq!(machine.effect(now.plus_s(15)), Some(Effect::ReadHealth));
        machine.handle(&read, now.plus_s(second_s)).unwrap();
        let State::RollingBack(back) = machine.state() else {
            assert!(!convicted, "{second_s} s");
            continue;
        };
        assert!(convicted, "{second_s} s");
        let why = back.cause.sentence();
        assert!(why.contains("unhealthy") && why.ends_with(": codes: [503]"), "{why}");
    }
}

#[test]
fn three_crashes_end_a_rollout_at_once_and_two_do_not() {
    for (crashed, ends) in [(2, false), (3, true)] {
        let mut machine = arrive(&plan(Vec::new()), &|machine| {
            matches!(machine.state(), State::Scaling(Scaling { scaled_at: Some(_), .. }))
        });
        let green = SideHealth { tasks_crashed: crashed, ..SideHealth::default() };
        let health = Health { green, blue: None };
        machine.handle(&Event::HealthRead { health }, machine.started_at().plus_s(40)).unwrap();
        assert_eq!(matches!(machine.state(), State::RollingBack(_)), ends, "{crashed}");
    }
}

#[test]
fn s05_a_reading_of_health_that_is_always_refused_is_not_repeated_at_once_and_ends_in_14() {
    let luck = Luck { refused: vec!["read-health"], ..Luck::fair() };
    let plan = plan(Vec::new());
    let case = crate::case::Case { goal: Goal::Deploy, plan, ground: ground(), luck };
    let played = crate::world::play(&case);
    assert_eq!(played.exit_code, Some(14));
    let tries = played.log.iter().filter(|(_, event)| matches!(event, Event::CallFailed { .. }));
    assert!(tries.count() <= 600 / 15 + 1);
}

#[test]
fn s08_an_instant_that_passed_while_no_driver_lived_is_still_woken_for() {
    let mut machine = dwelling(&plan(Vec::new()));
    let wait_until = machine.state().dwell().unwrap().wait_until;
    let later = wait_until.plus_s(7200);
    assert_eq!(machine.deadline(later), Some(wait_until));
    machine.handle(&Event::TimePassed, later).unwrap();
    assert_eq!(machine.effect(later), Some(Effect::ReadHealth));
    promote_now(&mut machine, later);
    assert!(matches!(machine.state(), State::Shifting(Shifting { step: 1, .. })));
}

#[test]
fn s05_a_write_that_comes_late_is_made_only_by_a_new_reading_of_good_health() {
    let mut machine =
        arrive(&plan(Vec::new()), &|machine| matches!(machine.state(), State::Shifting(_)));
    let (read_at, health) = machine.book().health.clone().unwrap();
    let failed = Event::CallFailed { effect: "set-weights".into(), why: "throttled".into() };
    machine.handle(&failed, read_at.plus_s(10)).unwrap();
    let later = read_at.plus_s(40);
    assert_eq!(machine.effect(later), Some(Effect::ReadHealth));
    let mut thin = health.clone();
    thin.green.tasks_running -= 1;
    let mut held = machine.clone();
    held.handle(&Event::HealthRead { health: thin }, later).unwrap();
    assert_eq!(held.effect(later), None);
    machine.handle(&Event::HealthRead { health }, later).unwrap();
    assert!(matches!(machine.effect(later), Some(Effect::SetWeights { .. })));
}
