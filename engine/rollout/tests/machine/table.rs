//! The table, written out: every kind of event in a sample of every state. `tests/table.txt` is
//! the machine's behaviour on one screen, so that a change of it is seen in review
//! (`SNAPSHOTS=overwrite cargo test -p rollout` writes it anew).

use std::fmt::Write as _;

use rollout::*;

use crate::case::{first_ground, gate, ground, plan};
use crate::cloud::healthy;
use crate::words::{arrive, arrive_from, looked};

/// How long after the last reading each event is said to happen: every wait is over by then.
const LATER_S: u32 = 100;

/// What can be heard of stacks.
fn of_stacks() -> Vec<(&'static str, Event)> {
    let mut events: Vec<(&'static str, Event)> = Vec::new();
    for (name, stack) in [("init", Stack::Init), ("green", Stack::Green), ("blue", Stack::Blue)] {
        let of = |kind: &str| -> &'static str { Box::leak(format!("{kind} {name}").into()) };
        let left = vec!["listener".to_owned()];
        events.extend([
            (of("stack-requested"), Event::StackRequested { stack }),
            (of("stack-ready"), Event::StackReady { stack }),
            (of("stack-failed"), Event::StackFailed { stack, reason: "no room".into() }),
            (of("removal-requested"), Event::RemovalRequested { stack, stays: Vec::new() }),
            (of("stack-gone"), Event::StackGone { stack }),
            (of("stack-stuck"), Event::StackStuck { stack, left }),
        ]);
    }
    events
}

fn events() -> Vec<(&'static str, Event)> {
    let green = healthy(3);
    let by = || "ann".to_owned();
    let drift = |towards_blue| Event::DriftSeen {
        drifts: vec![Drift {
            name: "cart.example.com".into(),
            expected: "blue 90 / green 10".into(),
            found: "other".into(),
            towards_blue,
        }],
    };
    let crashed = SideHealth { tasks_crashed: 3, ..healthy(3) };
    let health =
        |green: SideHealth| Event::HealthRead { health: Health { green, blue: Some(healthy(3)) } };
    let failed = |effect: &str| Event::CallFailed { effect: effect.into(), why: "refused".into() };
    let written = |split| Event::WeightsWritten { split, changes: vec!["C1".into()] };
    let ten = Split::green_at(Weight::new(10).unwrap());
    let full = Split::green_at(Weight::FULL);
    let now = crate::case::START.plus_s(100_000);
    let mut events = of_stacks();
    events.extend([
        ("names-ready", Event::NamesReady),
        ("scale-in-suspended", Event::ScaleInSuspended),
        ("scaled", Event::Scaled { tasks: 3 }),
        ("health-read good", health(green)),
        ("health-read crashed", health(crashed)),
        (
            "traffic-read",
            Event::TrafficRead {
                sample: TrafficSample {
                    period_begin: now,
                    green: Counts::default(),
                    blue: Counts::default(),
                },
                billed: Billed::default(),
            },
        ),
        ("weights-written 0", written(Split::ALL_BLUE)),
        ("weights-written 10", written(ten)),
        ("weights-written 100", written(full)),
        ("weight-verified 0", Event::WeightVerified { split: Split::ALL_BLUE }),
        ("weight-verified 10", Event::WeightVerified { split: ten }),
        ("weight-verified 100", Event::WeightVerified { split: full }),
        ("drift-seen", drift(false)),
        ("drift-seen towards blue", drift(true)),
        ("drift-gone", Event::DriftGone),
        ("looked promote", looked(now, "errors", Decision::Promote, Evidence::NotAsked)),
        ("looked rollback", looked(now, "errors", Decision::Rollback, Evidence::NotAsked)),
        ("learned", Event::Learned { warnings: Vec::new() }),
        ("registered", Event::Registered),
        ("unregistered", Event::Unregistered),
        ("preserved", Event::Preserved { lines: Vec::new() }),
        ("records-removed", Event::RecordsRemoved),
        ("scale-in-restored", Event::ScaleInRestored),
        ("notified", Event::Notified { warning: None }),
        ("call-failed", failed("any")),
        ("call-failed set-weights", failed("set-weights")),
        ("call-failed read-health", failed("read-health")),
        ("call-failed look", failed("look")),
        ("abort-asked", Event::AbortAsked { by: by() }),
        ("promote-asked", Event::PromoteAsked { by: by() }),
        ("pause-asked", Event::PauseAsked { by: by() }),
        ("resume-asked", Event::ResumeAsked { by: by() }),
        ("interrupt-asked", Event::InterruptAsked),
        ("time-passed", Event::TimePassed),
    ]);
    events
}

/// What you would say of a state in a line.
fn aloud(machine: &Machine) -> String {
    let dwell = |dwell: &Dwell| {
        let mut text = format!("{} at step {}", machine.state().name(), dwell.step + 1);
        if dwell.phase == Phase::Preflight {
            text = "preflight".into();
        }
        for (said, word) in [
            (dwell.paused_by.is_some(), "paused"),
            (dwell.promoted_by.is_some(), "promoted by a person"),
            (!dwell.drift.is_empty(), "drifted"),
            (dwell.confirming, "reading health once more"),
        ] {
            if said {
                write!(text, ", {word}").unwrap();
            }
        }
        text
    };
    let tail = |tail: &Tail| {
        let asked = if tail.requested { ", asked for" } else { "" };
        let tried = if tail.failures > 0 { ", failed once" } else { "" };
        let front = tail.todo.front().map_or("nothing".to_owned(), |task| format!("{task:?}"));
        format!("{}: {front}{asked}{tried}", machine.state().name())
    };
    match machine.state() {
        State::Provisioning(at) => {
            let asked = if at.requested { ", asked for" } else { "" };
            format!("provisioning: {:?}{asked}", at.stage)
        }
        State::Scaling(Scaling { suspended: false, .. }) => "scaling: not suspended".into(),
        State::Scaling(Scaling { scaled_at: None, .. }) => "scaling: suspended".into(),
        State::Scaling(Scaling { confirming, .. }) => {
            format!(
                "scaling: asked for{}",
                if *confirming { ", reading health once more" } else { "" }
            )
        }
        State::Shifting(shifting) => {
            let written = if shifting.changes.is_some() { ", written" } else { "" };
            let drift = if shifting.drift.is_empty() { "" } else { ", drifted" };
            let over = if shifting.over_drift { ", to be written over" } else { "" };
            format!("shifting to step {}{written}{drift}{over}", shifting.step + 1)
        }
        State::Dwelling(at) | State::Holding(at) | State::Baking(at) => dwell(at),
        State::Promoting(at) | State::Removing(at) => tail(at),
        State::RollingBack(back) => {
            format!("{} (exit {})", tail(&back.tail), back.cause.exit_code())
        }
        State::Halted(halted) => format!("halted, was {}", halted.was.name()),
        State::RolledBack(cause) => format!("rolled back (exit {})", cause.exit_code()),
        state => state.name().into(),
    }
}

fn front(task: Task) -> impl Fn(&Machine) -> bool {
    move |machine| {
        let tail = match machine.state() {
            State::Promoting(tail) | State::Removing(tail) => tail,
            State::RollingBack(back) => &back.tail,
            _ => return false,
        };
        tail.todo.front() == Some(&task)
    }
}

fn named(name: &'static str) -> impl Fn(&Machine) -> bool {
    move |machine| aloud(machine) == name
}

fn after(mut machine: Machine, events: &[Event]) -> Machine {
    for event in events {
        let now = last_instant(&machine);
        machine.handle(event, now).unwrap();
    }
    machine
}

/// A sample of every state, each reached by a fair story and at most two words.
fn samples() -> Vec<Machine> {
    let plain = plan(Vec::new());
    let guarded = plan(vec![gate("errors")]);
    let early = plan(vec![Gate { phases: [Phase::Preflight].into(), ..gate("errors") }]);
    let new_name = Ground { new_names: vec!["new.example.com".into()], ..ground() };
    let to = |name| arrive(&plain, &named(name));
    let drift = events().into_iter().find(|(name, _)| *name == "drift-seen").unwrap().1;
    let word = |word: Word| word.event("ann");
    let dwelling = arrive(&guarded, &|machine| matches!(machine.state(), State::Dwelling(_)));
    let shifting = to("shifting to step 1");
    let back = after(dwelling.clone(), &[word(Word::Abort)]);
    let halted = {
        let mut machine = after(dwelling.clone(), std::slice::from_ref(&drift));
        let ends = machine.state().dwell().unwrap().max_wait_until;
        machine.handle(&Event::TimePassed, ends).unwrap();
        machine
    };
    let holding = {
        let mut machine = dwelling.clone();
        let wait_until = machine.state().dwell().unwrap().wait_until;
        machine.handle(&Event::TimePassed, wait_until).unwrap();
        machine
    };
    let mut samples = vec![
        arrive_from(Goal::Deploy, &plain, &first_ground(), &named("provisioning: Init")),
        arrive_from(Goal::Deploy, &plain, &first_ground(), &named("provisioning: Init, asked for")),
        arrive_from(Goal::Deploy, &plain, &new_name, &named("provisioning: Names")),
        to("provisioning: Green"),
        to("provisioning: Green, asked for"),
        to("scaling: not suspended"),
        to("scaling: suspended"),
        to("scaling: asked for"),
        to("scaling: asked for, reading health once more"),
        arrive(&early, &named("preflight")),
        shifting.clone(),
        to("shifting to step 1, written"),
        after(shifting.clone(), std::slice::from_ref(&drift)),
        after(shifting, &[drift.clone(), word(Word::Promote)]),
        dwelling.clone(),
        after(dwelling.clone(), &[word(Word::Pause)]),
        after(dwelling.clone(), &[word(Word::Promote)]),
        after(dwelling.clone(), std::slice::from_ref(&drift)),
        to("dwelling at step 1, reading health once more"),
        holding,
        to("baking at step 2"),
        to("baking at step 2, reading health once more"),
        halted,
        to("promoted"),
    ];
    samples.extend(promoting(&plain));
    samples.extend(walk(back));
    let removal = arrive_from(Goal::Undeploy, &plain, &ground(), &|_| true);
    samples.extend(walk(removal));
    samples
}

/// The stops of promoting, and the halt of one whose registry refuses.
fn promoting(plain: &Plan) -> Vec<Machine> {
    let refused = Event::CallFailed { effect: "register".into(), why: "refused".into() };
    let mut samples = Vec::new();
    for task in [Task::Learn, Task::Register, Task::Drain(Side::Blue), Task::Retire(Stack::Blue)] {
        samples.push(arrive(plain, &front(task)));
    }
    let full = Split::green_at(Weight::FULL);
    for task in [Task::Verify(full), Task::Preserve(Side::Blue), Task::RestoreScaleIn, Task::Notify]
    {
        samples.push(arrive(plain, &front(task)));
    }
    let register = arrive(plain, &front(Task::Register));
    samples.push(after(register, &[refused.clone(), refused.clone(), refused]));
    samples.push(arrive(plain, &named("promoting: Retire(Blue), asked for")));
    samples
}

/// Every stop of a tail, from here to its end.
fn walk(mut machine: Machine) -> Vec<Machine> {
    let mut stops = vec![machine.clone()];
    let mut now = last_instant(&machine);
    while machine.state().exit_code().is_none() {
        now = now.plus_s(400);
        let legal = events().into_iter().find_map(|(name, event)| {
            let progress = !name.starts_with("call-failed") && !name.starts_with("stack-stuck");
            let mut next = machine.clone();
            let moved = next.handle(&event, now).is_ok() && aloud(&next) != aloud(&machine);
            (progress && moved && !matches!(next.state(), State::Halted(_))).then_some(next)
        });
        machine = legal.unwrap_or_else(|| panic!("stuck at {}", aloud(&machine)));
        stops.push(machine.clone());
    }
    stops
}

fn last_instant(machine: &Machine) -> EpochS {
    let dwell = machine.state().dwell().map(|dwell| dwell.verified_at);
    let health = machine.book().health.as_ref().map(|(read_at, _)| *read_at);
    dwell.max(health).unwrap_or(machine.started_at())
}

/// One state of the table: what each event makes of it, and the events that cannot happen.
fn rows(machine: &Machine, page: &mut String) {
    let now = last_instant(machine).plus_s(LATER_S);
    writeln!(page, "{}", aloud(machine)).unwrap();
    let mut illegal = 0;
    for (name, event) in events() {
        let mut next = machine.clone();
        match next.handle(&event, now) {
            Ok(()) => {
                let effect = next.effect(now).map_or("", |effect| effect.name());
                let arrow =
                    if aloud(&next) == aloud(machine) { "stays".into() } else { aloud(&next) };
                writeln!(
                    page,
                    "  {name:24} {arrow}{}{effect}",
                    if effect.is_empty() { "" } else { " | " }
                )
                .unwrap();
            }
            Err(refused) => {
                assert_eq!(&next, machine, "{refused}: and yet something changed");
                assert_eq!(refused.state, machine.state().name());
                illegal += 1;
            }
        }
    }
    writeln!(page, "  ({illegal} others cannot happen)\n").unwrap();
}

#[test]
fn every_event_in_every_state_has_its_row_or_is_illegal_and_changes_nothing() {
    let names: Vec<&str> = events().iter().map(|(name, _)| *name).collect();
    let mut page = format!("The events: {}.\n\n", names.join(", "));
    let samples = samples();
    for machine in &samples {
        rows(machine, &mut page);
    }
    for name in [
        "provisioning",
        "scaling",
        "shifting",
        "dwelling",
        "holding",
        "baking",
        "promoting",
        "rolling back",
        "removing",
        "halted",
        "promoted",
        "rolled back",
        "undeployed",
    ] {
        assert!(samples.iter().any(|sample| sample.state().name() == name), "no sample of {name}");
    }
    let expected = snapbox::Data::read_from(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/table.txt"),
        None,
    );
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(page, expected.raw());
}

#[test]
fn a_word_is_accepted_exactly_where_it_has_a_row() {
    for machine in samples() {
        let now = last_instant(&machine).plus_s(LATER_S);
        for word in [Word::Abort, Word::Promote, Word::Pause, Word::Resume] {
            let has_row = machine.clone().handle(&word.event("ann"), now).is_ok();
            assert_eq!(machine.accepts(word).is_ok(), has_row, "{word:?} in {}", aloud(&machine));
        }
    }
}
