//! What a gate finds out through WASI: the look's instant and seed, and nothing else.

use std::time::{Duration, Instant};

use gates::Budget;
use rollout::{EpochS, Limits};
use runner::question::Turn;

use crate::situation::situation;
use crate::support::{engine, guest};

fn judge(name: &str, seed: u32, now: u32) -> Turn {
    let gate = engine().load(name, &guest(name)).unwrap_or_else(|error| panic!("{error}"));
    let budget = Budget::new(Limits::default(), Duration::from_secs(60));
    let mut situation = situation();
    situation.seed = seed;
    situation.now = EpochS(now);
    gate.judge(&budget, &situation, &[], &[]).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

fn u64_at(state: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(state[at..at + 8].try_into().expect("eight bytes"))
}

#[test]
fn s15_the_clock_stands_at_the_looks_instant_and_chance_comes_from_its_seed() {
    let first = judge("reads-the-world", 42, 1_767_226_200).state;
    assert_eq!(u64_at(&first, 0), 1_767_226_200);
    assert_eq!(u64_at(&first, 16), 1_767_226_200_000_000_000);
    assert_eq!(judge("reads-the-world", 42, 1_767_226_200).state[..32], first[..32]);
    let other_seed = judge("reads-the-world", 43, 1_767_226_200).state;
    assert_ne!(u64_at(&other_seed, 24), u64_at(&first, 24));
}

#[test]
fn s13_there_are_no_variables_arguments_or_folders() {
    let state = judge("reads-the-world", 1, 1).state;
    for (what, at) in [("variables", 36), ("arguments", 44), ("folders", 52)] {
        assert_eq!(state[at..at + 4], [0; 4], "{what}");
    }
}

#[test]
fn s13_a_gate_cannot_wait() {
    let begun = Instant::now();
    judge("sleeps", 1, 1);
    assert!(begun.elapsed() < Duration::from_secs(600), "it asked to sleep for an hour");
}

#[test]
fn what_a_gate_writes_to_standard_error_becomes_notes() {
    assert_eq!(judge("speaks", 1, 1).notes, "seen two periods");
}
