//! Readings: on a fixed grid, news only when something changed, and told when they keep failing.

use rollout::{Billed, Decision, Health, SideHealth};

use super::*;
use crate::double::{Run, ScriptedGates, T0, answered, green_at, healthy, metric, retryable, says};
use crate::ports::CallErrorKind;

const GATES: ScriptedGates =
    ScriptedGates { ask: |_, _| Some(Ok(Vec::new())), judge: |_, _, _| says(Decision::Hold) };

/// The instants at which a watch is read, when time comes in these steps.
fn readings(watch: &Watch, begun: EpochS, steps: &[u32]) -> Vec<u32> {
    let mut watching = Watching::default();
    let (mut now, mut read) = (begun, Vec::new());
    for step in steps {
        watching.want(vec![watch.clone()], now);
        if watching.take_due(now).is_some() {
            read.push(now.0);
        }
        assert!(watching.next_at().is_none_or(|at| at > now), "nothing is due twice");
        now = now.plus_s(*step);
    }
    read
}

#[test]
fn s15_readings_lie_on_a_fixed_grid_whenever_they_began() {
    let second_by_second = [1; 400];
    for (watch, every_s) in [
        (Watch::Rising(rollout::Stack::Green), 2),
        (Watch::Health, 5),
        (Watch::Change(green_at(10), vec!["C1".to_owned()]), 5),
        (Watch::Drift(green_at(10)), 30),
        (Watch::Traffic, 60),
    ] {
        for begun in [120, 121, 134] {
            let read = readings(&watch, EpochS(begun), &second_by_second);
            let grid = (begun..begun + 400).filter(|at| at % every_s == 0);
            assert_eq!(read, grid.collect::<Vec<_>>(), "{watch:?} from {begun}");
        }
    }
}

#[test]
fn a_reading_that_was_slept_through_is_made_once_and_late() {
    assert_eq!(readings(&Watch::Health, EpochS(100), &[7, 33, 1, 4, 1]), [100, 107, 140, 145]);
}

#[test]
fn a_watch_that_is_still_wanted_keeps_its_place_and_one_that_is_not_is_forgotten() {
    let mut watching = Watching::default();
    watching.want(vec![Watch::Health, Watch::Traffic], EpochS(61));
    assert_eq!(watching.next_at(), Some(EpochS(65)));
    watching.want(vec![Watch::Traffic, Watch::Health], EpochS(66));
    assert_eq!(watching.take_due(EpochS(66)), Some(Watch::Health), "overdue, not put off");
    watching.want(vec![Watch::Traffic], EpochS(66));
    assert_eq!(watching.next_at(), Some(EpochS(120)));
}

#[test]
fn a_reading_that_fails_for_five_minutes_without_a_break_is_told() {
    let mut watching = Watching::default();
    watching.want(vec![Watch::Health], EpochS(0));
    let mut told = Vec::new();
    for at in (0..1_500).step_by(5) {
        let failed = at != 400;
        if watching.noted(&Watch::Health, failed, EpochS(at)) {
            told.push(at);
        }
    }
    // Again after as long as the first time; the success at 400 begins the count anew.
    assert_eq!(told, [300, 705, 1_005, 1_305]);
}

/// The names of what happened since a line of the journal.
async fn since(run: &Run, seq: usize) -> Vec<String> {
    let entries = run.entries().await.split_off(seq);
    let name = |event: &Event| format!("{event:?}").split([' ', '(']).next().map(str::to_owned);
    entries.iter().filter_map(|entry| name(entry.event()?)).collect()
}

#[tokio::test]
async fn an_unchanged_reading_is_no_event_and_a_changed_one_is() {
    let mut run = Run::at_first_weight(&["errors"], GATES).await;
    let begun = run.entries().await.len();
    run.script.health.lock().unwrap().push_back(Ok(healthy()));
    for _ in 0..10 {
        run.pass(5);
        assert!(!run.driver.watch(run.now()).await.unwrap());
    }
    let sick = SideHealth { targets_healthy: 1, targets_unhealthy: 1, ..healthy().green };
    *run.script.health.lock().unwrap() =
        [Ok(Health { green: sick, ..healthy() }), Ok(healthy())].into();
    for _ in 0..4 {
        run.pass(5);
        run.driver.watch(run.now()).await.unwrap();
    }
    assert_eq!(since(&run, begun).await, ["HealthRead", "HealthRead"]);
}

#[tokio::test]
async fn s04_drift_is_told_once_and_so_is_its_end() {
    let mut run = Run::at_first_weight(&["errors"], GATES).await;
    let begun = run.entries().await.len();
    run.script.health.lock().unwrap().push_back(Ok(healthy()));
    let drift = Drift {
        name: "cart.example.com".to_owned(),
        expected: "blue 90 / green 10".to_owned(),
        found: "blue 50 / green 50".to_owned(),
        towards_blue: false,
    };
    for drifts in [vec![drift.clone()], vec![drift], Vec::new(), Vec::new()] {
        *run.script.drift.lock().unwrap() = drifts;
        run.pass(30);
        run.driver.watch(run.now()).await.unwrap();
    }
    assert_eq!(since(&run, begun).await, ["DriftSeen", "DriftGone"]);
}

#[tokio::test]
async fn readings_that_keep_failing_become_a_failed_call_after_their_patience() {
    let mut run = Run::at_first_weight(&["errors"], GATES).await;
    let begun = run.entries().await.len();
    run.script.health.lock().unwrap().push_back(Err(retryable("Throttling")));
    let from = run.now();
    while !since(&run, begun).await.contains(&"CallFailed".to_owned()) {
        run.pass(5);
        assert!(run.now().since_s(from) <= 310, "it must be told");
        run.driver.watch(run.now()).await.unwrap();
    }
    assert!(run.now().since_s(from) >= PATIENCE_S);
    let last = run.entries().await.pop().unwrap();
    let Some(Event::CallFailed { effect, why }) = last.event() else { panic!("{last:?}") };
    assert_eq!((effect.as_str(), why.as_str()), ("read", "Health could not be read: Throttling"));
}

#[tokio::test]
async fn a_reading_refused_for_good_is_told_at_once_and_one_that_ends_the_drive_ends_it() {
    let mut run = Run::at_first_weight(&["errors"], GATES).await;
    let begun = run.entries().await.len();
    let error = |kind| CallError::new(kind, "no");
    run.script.health.lock().unwrap().push_back(Err(error(CallErrorKind::Refused)));
    run.pass(5);
    assert!(run.driver.watch(run.now()).await.unwrap());
    assert_eq!(since(&run, begun).await, ["CallFailed"]);
    *run.script.health.lock().unwrap() = [Err(error(CallErrorKind::LeaseLost))].into();
    run.pass(5);
    assert!(matches!(run.driver.watch(run.now()).await, Err(DriveError::Call(_))));
    assert_eq!(since(&run, begun).await, ["CallFailed"], "nothing more was written");
}

#[tokio::test]
async fn each_closed_period_since_the_first_traffic_is_sampled_once_and_past_its_lag() {
    let mut run = Run::at_first_weight(&["errors"], GATES).await;
    let first_traffic = run.now();
    assert_eq!(first_traffic, T0.plus_s(60));
    run.script.health.lock().unwrap().push_back(Ok(healthy()));
    for _ in 0..600 {
        run.pass(1);
        run.driver.watch(run.now()).await.unwrap();
    }
    let mut sampled = Vec::new();
    for entry in run.entries().await {
        if let Some(Event::TrafficRead { sample, .. }) = entry.event() {
            let end = sample.period_begin.plus_s(METRIC_PERIOD_S);
            assert!(entry.at >= end.plus_s(METRIC_LAG_S), "{entry:?} is too early");
            sampled.push(sample.period_begin.since_s(T0));
        }
    }
    assert_eq!(sampled, [60, 120, 180, 240, 300, 360, 420, 480]);
    let calls = run.script.calls();
    assert_eq!(calls, sampled.len(), "a period that was read is not read again");
}

#[tokio::test]
async fn what_is_billed_is_all_that_was_asked_whatever_came_of_it_and_whoever_resumes() {
    let gates = ScriptedGates {
        ask: |_, situation| Some(Ok(vec![metric("r", rollout::Side::Green, situation.now)])),
        ..GATES
    };
    let mut run = Run::at_first_weight(&["errors"], gates).await;
    run.script.health.lock().unwrap().push_back(Ok(healthy()));
    for minute in 0..8 {
        *run.script.measure.lock().unwrap() = match minute {
            4 => |_| Err(retryable("throttled")),
            5 => |_| Ok(Vec::new()),
            _ => |queries| Ok(queries.iter().map(answered).collect()),
        };
        run.look().await;
        for _ in 0..60 {
            run.pass(1);
            run.driver.watch(run.now()).await.unwrap();
        }
    }
    let asked = run.script.measured.lock().unwrap().clone();
    let (looks, metrics) = (8, asked.concat().len());
    assert!(asked.len() > looks + 5 && metrics > asked.len() + 5 * 19, "{asked:?}");
    let billed = Billed { metric_calls: asked.len() as u64, metrics_requested: metrics as u64 };
    assert_eq!(run.driver.machine().book().billed, billed);
    let id = run.id();
    let resumed = Driver::resume(run.driver.context, id, "ann").await.unwrap();
    assert_eq!(resumed.machine().book().billed, billed);
}

#[test]
fn what_a_stack_became_is_an_event_of_its_own() {
    use rollout::Stack::Green;
    let failed = |reason: &str| Event::StackFailed { stack: Green, reason: reason.to_owned() };
    let stuck = |left: &[&str]| Event::StackStuck {
        stack: Green,
        left: left.iter().map(|it| (*it).to_owned()).collect(),
    };
    let state = |reason: &str| StackState::Failed { reason: reason.to_owned() };
    let gone = "it was deleted while it was being made";
    assert_eq!(rising(Green, StackState::Rising), None);
    assert_eq!(rising(Green, StackState::Ready), Some(Event::StackReady { stack: Green }));
    assert_eq!(rising(Green, state("no capacity")), Some(failed("no capacity")));
    assert_eq!(rising(Green, StackState::Absent), Some(failed(gone)));
    assert_eq!(rising(Green, StackState::Falling), Some(failed(gone)));
    assert_eq!(falling(Green, StackState::Falling), None);
    assert_eq!(falling(Green, StackState::Absent), Some(Event::StackGone { stack: Green }));
    let left = vec!["SecurityGroup".to_owned()];
    assert_eq!(falling(Green, StackState::Stuck { left }), Some(stuck(&["SecurityGroup"])));
    let again = "the Green stack, which stands again";
    assert_eq!(falling(Green, StackState::Ready), Some(stuck(&[again])));
}
