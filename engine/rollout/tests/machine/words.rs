//! A person's words, drift and halts, told as short stories; and how a machine is brought there.

use std::sync::Arc;

use rollout::*;

use crate::case::{Luck, START, first_ground, gate, ground, plan};
use crate::cloud::Model;

/// Plays a fair world until `there`.
pub(crate) fn arrive(plan: &Plan, there: &dyn Fn(&Machine) -> bool) -> Machine {
    arrive_from(Goal::Deploy, plan, &ground(), there)
}

/// The same, from any ground.
pub(crate) fn arrive_from(
    goal: Goal,
    plan: &Plan,
    ground: &Ground,
    there: &dyn Fn(&Machine) -> bool,
) -> Machine {
    let mut model = Model::new(&Luck::fair(), ground);
    let mut machine = Machine::start(goal, Arc::new(plan.clone()), Arc::new(ground.clone()), START);
    let mut now = START;
    for _ in 0..100_000 {
        if there(&machine) {
            return machine;
        }
        if let Some(effect) = machine.effect(now) {
            let event = model.call(&machine, &effect, now);
            machine.handle(&event, now).unwrap();
            continue;
        }
        now = now.plus_s(1);
        let due = machine.deadline(now).is_some_and(|at| at <= now);
        let news = machine.watches().iter().find_map(|watch| model.read(&machine, watch, now));
        if let Some(event) = news.or(due.then_some(Event::TimePassed)) {
            machine.handle(&event, now).unwrap();
        }
    }
    panic!("it never came there: {:?}", machine.state());
}

/// A machine that has just come to its first weight.
pub(crate) fn dwelling(plan: &Plan) -> Machine {
    arrive(plan, &|machine| matches!(machine.state(), State::Dwelling(_)))
}

/// A look at one gate.
pub(crate) fn looked(begun_at: EpochS, gate: &str, said: Decision, evidence: Evidence) -> Event {
    let verdict = Verdict::plain(said, "said", "said so");
    let looks = vec![GateLook { gate: gate.to_owned(), verdict, evidence }];
    Event::Looked { begun_at, looks, billed: Billed { metric_calls: 1, metrics_requested: 4 } }
}

/// Answers the last reading of health before a rise.
pub(crate) fn promote_now(machine: &mut Machine, now: EpochS) {
    let health = machine.book().health.clone().unwrap().1;
    machine.handle(&Event::HealthRead { health }, now).unwrap();
}

fn drift(found: &str, towards_blue: bool) -> Event {
    let drift = Drift {
        name: "cart.example.com".into(),
        expected: "blue 90 / green 10".into(),
        found: found.into(),
        towards_blue,
    };
    Event::DriftSeen { drifts: vec![drift] }
}

/// At the first weight, its wait over: the machine, and that instant.
fn ready() -> (Machine, EpochS) {
    let mut machine = dwelling(&plan(Vec::new()));
    let now = machine.state().dwell().unwrap().wait_until;
    machine.handle(&Event::TimePassed, now).unwrap();
    (machine, now)
}

fn say(machine: &mut Machine, word: Word, now: EpochS) {
    machine.accepts(word).unwrap();
    machine.handle(&word.event("ann"), now).unwrap();
}

#[test]
fn s04_a_promote_covers_only_the_change_it_was_said_about() {
    let (mut machine, now) = ready();
    machine.handle(&drift("blue 50 / green 50", false), now).unwrap();
    promote_now(&mut machine, now);
    assert!(matches!(machine.state(), State::Holding(_)), "drift holds");
    say(&mut machine, Word::Promote, now);
    machine.handle(&drift("blue 20 / green 80", false), now).unwrap();
    promote_now(&mut machine, now);
    assert!(matches!(machine.state(), State::Holding(_)), "another change holds again");
    say(&mut machine, Word::Promote, now);
    promote_now(&mut machine, now);
    let Some(Effect::SetWeights { over_drift, .. }) = machine.effect(now) else {
        panic!("{:?}", machine.effect(now))
    };
    assert!(over_drift);
}

#[test]
fn s04_drift_towards_blue_is_an_abort_and_drift_that_stays_halts() {
    let (mut machine, now) = ready();
    let mut towards_blue = machine.clone();
    towards_blue.handle(&drift("blue 100 / green 0", true), now).unwrap();
    let State::RollingBack(back) = towards_blue.state() else { panic!() };
    assert_eq!(back.cause.exit_code(), 13);

    machine.handle(&drift("blue 50 / green 50", false), now).unwrap();
    let ends = machine.state().dwell().unwrap().max_wait_until;
    machine.handle(&Event::TimePassed, ends).unwrap();
    assert_eq!(machine.state().exit_code(), Some(20));
    assert!(machine.effect(ends).is_none() && machine.watches().is_empty());
}

#[test]
fn s08_a_pause_outlasts_max_wait_but_not_a_day() {
    let (mut machine, now) = ready();
    say(&mut machine, Word::Pause, now);
    assert!(machine.accepts(Word::Pause).is_err());
    promote_now(&mut machine, now);
    let ends = now.plus_s(86_400);
    machine.handle(&Event::TimePassed, now.plus_s(20_000)).unwrap();
    assert!(matches!(machine.state(), State::Holding(_)));
    assert_eq!(machine.deadline(now.plus_s(20_000)), Some(ends));
    let mut resumed = machine.clone();
    say(&mut resumed, Word::Resume, now.plus_s(20_000));
    promote_now(&mut resumed, now.plus_s(20_000));
    assert!(matches!(resumed.state(), State::Shifting(_)));
    machine.handle(&Event::TimePassed, ends).unwrap();
    let State::RollingBack(back) = machine.state() else { panic!("{:?}", machine.state()) };
    assert_eq!(back.cause.exit_code(), 12);
}

#[test]
fn s05_a_promote_replaces_the_gates_and_never_health() {
    let mut machine = dwelling(&plan(vec![gate("errors")]));
    let now = machine.state().dwell().unwrap().wait_until;
    machine.handle(&looked(now, "errors", Decision::Hold, Evidence::Missing), now).unwrap();
    say(&mut machine, Word::Promote, now);
    assert_eq!(machine.effect(now), Some(Effect::ReadHealth));
    let mut health = machine.book().health.clone().unwrap().1;
    health.green.tasks_running = 1;
    machine.handle(&Event::HealthRead { health }, now).unwrap();
    assert!(matches!(machine.state(), State::Holding(_)), "{:?}", machine.state());
}

#[test]
fn a_dead_blue_halts_and_only_a_second_abort_goes_back_to_it() {
    let mut machine = dwelling(&plan(Vec::new()));
    let now = machine.state().dwell().unwrap().verified_at;
    let mut health = machine.book().health.clone().unwrap().1;
    health.blue = Some(SideHealth { tasks_desired: 3, ..SideHealth::default() });
    machine.handle(&Event::HealthRead { health }, now).unwrap();
    say(&mut machine, Word::Abort, now);
    assert_eq!(machine.state().exit_code(), Some(20));
    assert!(machine.effect(now).is_none(), "weights untouched");
    let mut looked_into = machine.clone();
    say(&mut machine, Word::Abort, now);
    let blue = Effect::SetWeights { split: Split::ALL_BLUE, over_drift: true };
    assert_eq!(machine.effect(now), Some(blue));
    say(&mut looked_into, Word::Resume, now);
    assert!(looked_into.book().health.is_none(), "health is read anew");
}

#[test]
fn s09_a_way_back_that_finds_somebody_elses_change_writes_over_it() {
    let (mut machine, now) = ready();
    say(&mut machine, Word::Abort, now);
    machine.handle(&drift("blue 50 / green 50", false), now).unwrap();
    let blue = Effect::SetWeights { split: Split::ALL_BLUE, over_drift: true };
    assert_eq!(machine.effect(now.plus_s(1)), Some(blue));
}

#[test]
fn s12_a_first_release_that_goes_back_leaves_nothing() {
    let mut machine = arrive_from(Goal::Deploy, &plan(Vec::new()), &first_ground(), &|machine| {
        matches!(machine.state(), State::Baking(_))
    });
    assert_eq!(machine.state().dwell().unwrap().step, 1, "one step, 100");
    let now = machine.state().dwell().unwrap().verified_at;
    say(&mut machine, Word::Abort, now);
    let State::RollingBack(back) = machine.state() else { panic!() };
    let todo: Vec<Task> = back.tail.todo.iter().copied().collect();
    let expected = [
        Task::WriteBlue,
        Task::Verify(Split::ALL_BLUE),
        Task::Drain(Side::Green),
        Task::Preserve(Side::Green),
        Task::Retire(Stack::Green),
        Task::RemoveRecords,
        Task::Retire(Stack::Init),
        Task::RestoreScaleIn,
        Task::Notify,
    ];
    assert_eq!(todo, expected);
}

#[test]
fn s17_what_stays_for_others_is_named_and_the_promotion_is_clean() {
    let mut machine = arrive(&plan(Vec::new()), &|machine| match machine.state() {
        State::Promoting(tail) => tail.todo.front() == Some(&Task::Retire(Stack::Blue)),
        _ => false,
    });
    let kept = vec!["listener 443 stays".to_owned()];
    let asked = Event::RemovalRequested { stack: Stack::Blue, stays: kept.clone() };
    let gone = Event::StackGone { stack: Stack::Blue };
    for event in
        [asked.clone(), asked, gone, Event::ScaleInRestored, Event::Notified { warning: None }]
    {
        machine.handle(&event, START.plus_s(5000)).unwrap();
    }
    assert_eq!(machine.state().exit_code(), Some(0));
    assert_eq!((machine.left(), &machine.book().kept), (&[] as &[String], &kept));
}

#[test]
fn s14_a_stack_that_cannot_be_removed_is_named_and_a_resume_tries_it_again() {
    let mut machine = arrive(&plan(Vec::new()), &|machine| match machine.state() {
        State::Promoting(tail) => tail.todo.front() == Some(&Task::Retire(Stack::Blue)),
        _ => false,
    });
    let stuck = Event::StackStuck { stack: Stack::Blue, left: vec!["listener 443".into()] };
    let mut now = START.plus_s(5000);
    for _ in 0..3 {
        now = now.plus_s(60);
        machine.handle(&stuck, now).unwrap();
    }
    for event in [Event::ScaleInRestored, Event::Notified { warning: None }] {
        machine.handle(&event, now).unwrap();
    }
    assert_eq!(machine.state().exit_code(), Some(20));
    assert_eq!(machine.left(), ["listener 443"]);
    say(&mut machine, Word::Resume, now);
    assert_eq!(machine.effect(now), Some(Effect::Retire { stack: Stack::Blue }));
}
