//! What a gate does wrong while it is asked: each with its code, its limit and what was used.

use std::time::Duration;

use gates::{Budget, Engine};
use rollout::{Decision, Limits};
use runner::GateFault;
use runner::question::TurnOutcome;

use crate::hostile::FAULTS;
use crate::situation::situation;
use crate::support::{engine, guest};

fn budget() -> Budget {
    Budget::new(Limits::default(), Duration::from_secs(60))
}

fn fault_of(engine: &Engine, name: &str, budget: &Budget) -> GateFault {
    let gate = engine.load(name, &guest(name)).unwrap_or_else(|error| panic!("{error}"));
    let situation = situation();
    gate.ask(budget, &situation, &[])
        .and_then(|_| gate.judge(budget, &situation, &[], &[]))
        .and_then(|_| gate.learn(budget, &situation, &[]))
        .expect_err(name)
}

#[test]
fn s13_a_hostile_gate_ends_as_a_fault_that_names_limit_and_use() {
    let engine = engine();
    for (name, code, held) in FAULTS {
        let fault = fault_of(&engine, name, &budget());
        assert_eq!(fault.code, code, "{name}: {fault}");
        assert!(fault.sentence.contains(held), "{name}: {fault}");
    }
}

#[test]
fn s13_the_words_of_a_trapping_gate_come_first_and_cannot_steer_a_terminal() {
    let fault = fault_of(&engine(), "traps-with-words", &budget());
    assert!(fault.sentence.starts_with("the ratio [31m was 7 — `judge` trapped"), "{fault}");
    assert!(!fault.sentence.contains(char::is_control), "{fault}");
}

#[test]
fn s13_state_of_100_mib_ends_at_the_memory_limit_and_under_a_larger_one_at_the_copy() {
    let engine = engine();
    let fault = fault_of(&engine, "keeps-100-mib", &budget());
    assert_eq!(fault.code, "memory", "{fault}");
    let large = Limits { memory_mib: 256, ..Limits::default() };
    let fault = fault_of(&engine, "keeps-100-mib", &Budget::new(large, Duration::from_secs(60)));
    assert_eq!(fault.code, "too-much-data", "{fault}");
}

#[test]
fn s13_memory_beyond_the_ceiling_is_not_granted_by_any_file() {
    let greedy = Limits { memory_mib: 4_000, ..Limits::default() };
    let fault = fault_of(&engine(), "grows-memory", &Budget::new(greedy, Duration::from_secs(60)));
    assert!(fault.sentence.contains("its limit is 256 MiB"), "{fault}");
}

#[test]
fn s13_a_gate_with_fuel_without_end_is_stopped_by_the_clock() {
    let endless = Limits { fuel: u64::MAX, ..Limits::default() };
    let fault = fault_of(&engine(), "spins", &Budget::new(endless, Duration::from_millis(30)));
    assert_eq!(fault.code, "time-out");
    assert!(fault.sentence.contains("longer than its time-out of 30 ms"), "{fault}");
}

#[test]
fn s15_fuel_ends_at_the_same_place_every_time() {
    let engine = engine();
    let gate = engine.load("harmless", &guest("harmless")).expect("a gate");
    let needed = gate.facts().describe_usage.fuel;
    let again = engine.load("harmless", &guest("harmless")).expect("a gate");
    assert!(needed > 0);
    assert_eq!(again.facts().describe_usage, gate.facts().describe_usage);
}

#[test]
fn a_gate_that_asks_for_ever_gets_one_round_at_a_time() {
    let engine = engine();
    let gate = engine.load("asks-for-ever", &guest("asks-for-ever")).expect("a gate");
    let turn = gate.judge(&budget(), &situation(), &[], &[]).expect("a turn");
    let TurnOutcome::More(questions) = turn.outcome else { panic!("{turn:?}") };
    assert_eq!(questions.len(), 1);
}

#[test]
fn a_harmless_gate_holds() {
    let gate = engine().load("harmless", &guest("harmless")).expect("a gate");
    assert_eq!(gate.ask(&budget(), &situation(), &[]), Ok(Vec::new()));
    assert_eq!(gate.check(&budget(), "{}"), Ok(Vec::new()));
    assert_eq!(gate.learn(&budget(), &situation(), &[]), Ok(Vec::new()));
    let turn = gate.judge(&budget(), &situation(), &[], &[]).expect("a turn");
    let TurnOutcome::Verdict(verdict) = turn.outcome else { panic!("{turn:?}") };
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "hold"));
    assert_eq!(verdict.sentence, "Nothing to say.");
}
