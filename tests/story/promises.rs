//! What must be true at every end, whatever the story: weights, order, exit code, what stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollout::{Ended, Event, Goal, Plan, Split, Stack, Weight, What};
use runner::{Began, Entry, Record};
use sim::World;

use super::{Played, events};

/// What stands: name and state.
type Standing = BTreeMap<String, String>;

/// Asserts it of a run that has ended.
pub(super) async fn assert_kept(name: &str, played: &Played) {
    let Some(Record::Began(began)) = played.entries.first().map(|entry| &entry.record) else {
        panic!("{name}: the journal does not begin with a plan")
    };
    let world = played.sim.world();
    assert_records_are_splits(name, &world);
    if began.goal == Goal::Deploy {
        assert_weights_come_before_deletions(name, &played.entries);
    }
    let ended = ended(&played.entries).unwrap_or_else(|| panic!("{name}: no end is told"));
    assert_eq!(ended.exit_code, played.exit_code, "{name}: S14, the exit code of the journal");
    let standing = played.standing().await;
    if played.exit_code == 20 {
        return assert_listed(name, began, &ended, &world, &standing);
    }
    assert_eq!(standing, all_that_serves(began, played.exit_code), "{name}: S12, S14");
    assert_eq!(world.suspended(), Vec::<&str>::new(), "{name}: S06, scale-in is as before");
}

/// S03: everything that was ever written to a name, whoever wrote it.
fn assert_records_are_splits(name: &str, world: &World) {
    for dns in world.names() {
        for (at, weights) in world.writes(dns) {
            let sum: u32 = weights.iter().map(|(_, weight)| u32::from(*weight)).sum();
            assert!(weights.is_empty() || sum == 100, "{name}: S03, {dns} {weights:?} at {at:?}");
        }
    }
}

/// S06, S07: a side's stack goes only once the other has everything, verified, and nothing was
/// written since. Green may go without that where no weight was ever written.
fn assert_weights_come_before_deletions(name: &str, entries: &[Arc<Entry>]) {
    let happened: Vec<&Event> = entries.iter().filter_map(|entry| entry.event()).collect();
    let other_side =
        [(Stack::Green, Split::ALL_BLUE), (Stack::Blue, Split::green_at(Weight::FULL))];
    for (stack, split) in other_side {
        let removal = Event::RemovalRequested { stack, stays: Vec::new() };
        let Some(removed) = happened.iter().position(|event| **event == removal) else { continue };
        let is_weight =
            |it: &Event| matches!(it, Event::WeightsWritten { .. } | Event::WeightVerified { .. });
        let last = happened[..removed].iter().copied().rfind(|event| is_weight(event));
        if last.is_some() || stack == Stack::Blue {
            let verified = Event::WeightVerified { split };
            assert_eq!(last, Some(&verified), "{name}: S06, S07, before the {stack:?} stack went");
        }
    }
}

fn ended(entries: &[Arc<Entry>]) -> Option<Ended> {
    events(entries).into_iter().rev().find_map(|event| match event.what {
        What::Ended(ended) => Some(*ended),
        _ => None,
    })
}

/// A stack as what stands is listed: by environment, service and balancer; 0 is the init stack.
fn stack(plan: &Plan, label: &str) -> String {
    let environment: String = plan.service.environment.chars().take(5).collect();
    format!("stack {environment}-{}-{label}", plan.service.name)
}

/// S12: all that may stand after a clean end, and it must: the live release and its names.
fn all_that_serves(began: &Began, exit_code: u8) -> Standing {
    let Began { goal, plan, ground, .. } = began;
    let green = (&ground.canary_label, &plan.service.version);
    let live = match (goal, exit_code, &ground.baseline) {
        (Goal::Deploy, 0, _) => green,
        (Goal::Deploy, _, Some(old)) => (&old.label, &old.version),
        (Goal::Undeploy, ..) | (Goal::Deploy, _, None) => return Standing::new(),
    };
    let (label, version) = live;
    let blue = ground.baseline.as_ref().map(|old| &old.label).into_iter();
    let other = |it: &&String| *it != green.0;
    let blue = blue.chain([&plan.labels.blue, &plan.labels.green]).find(other).expect("two labels");
    let share = |side: &String| if side == label { 100 } else { 0 };
    let weights = format!("{blue}: {}, {}: {}", share(blue), green.0, share(green.0));
    let names = plan
        .names
        .iter()
        .map(|dns| (format!("name {dns}"), format!("weights {weights} (TTL {} s)", plan.ttl_s)));
    let registry = format!("release {label} is live, version {version}");
    names
        .chain(["0", label].map(|it| (stack(plan, it), "complete".to_owned())))
        .chain([("registry".to_owned(), registry)])
        .collect()
}

/// S12: of what stands after a halt, the report names both sides, and what each name has.
fn assert_listed(name: &str, began: &Began, ended: &Ended, world: &World, standing: &Standing) {
    let Began { plan, ground, .. } = began;
    let listed: BTreeMap<&str, &str> =
        ended.standing.iter().map(|it| (it.what.as_str(), it.state.as_str())).collect();
    let old = ground.baseline.as_ref().map(|old| ("blue", &old.label));
    for (side, label) in old.into_iter().chain([("green", &ground.canary_label)]) {
        let is_listed = listed.contains_key(format!("{side}, balancer {label}").as_str());
        let stands = standing.contains_key(&stack(plan, label));
        assert!(is_listed || !stands, "{name}: S12, {side} is not in {listed:?}");
    }
    for (dns, weights) in world.records() {
        let of =
            |label| weights.iter().find(|(it, _)| it == label).map_or(0, |(_, weight)| *weight);
        let (blue, green) = (old.map_or(0, |(_, label)| of(label)), of(&ground.canary_label));
        let stands = format!("blue {blue} / green {green}");
        assert_eq!(listed.get(dns), Some(&stands.as_str()), "{name}: S12, what {dns} has");
    }
}
