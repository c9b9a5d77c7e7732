//! Whatever a guest is made of, and whatever it returns: a gate or a reason, a turn within the limits
//! or a fault with words, and never a panic.

use std::sync::LazyLock;
use std::time::Duration;

use gates::{Budget, CachePolicy, Engine, Loaded};
use rollout::Limits;
use runner::question::{Turn, TurnOutcome};

use crate::guest::guest;
use crate::situation::situation;

/// So much state may be kept, so many notes.
const STATE_BYTES: usize = 64 << 10;
const NOTES_BYTES: usize = 8 << 10;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(&CachePolicy::Off).expect("an engine"));

/// A guest whose memory from 1024 on, and with it all that it returns, is the state it is handed.
static ECHO: LazyLock<Loaded> = LazyLock::new(|| ENGINE.load("echo", &ECHO_BYTES).expect("a gate"));
static ECHO_BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| guest("returns-its-state"));

/// The first byte chooses: bytes of a component, changes of a valid one, or what a guest returns.
pub(crate) fn check(bytes: &[u8]) {
    match bytes.split_first() {
        Some((0, component)) => check_component(component),
        Some((2, changes)) => check_component(&changed(changes)),
        Some((_, returned)) => check_returned(returned),
        None => {}
    }
}

/// The guest with bytes written over: each change is a place of two bytes and a value.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut component = ECHO_BYTES.clone();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % component.len();
        component[place] = change[2];
    }
    component
}

fn budget() -> Budget {
    Budget::new(Limits { fuel: 5_000_000, ..Limits::default() }, Duration::from_secs(5))
}

fn check_component(bytes: &[u8]) {
    match ENGINE.load("fuzzed", bytes) {
        Err(error) => assert!(error.to_string().starts_with("fuzzed: ")),
        Ok(gate) => {
            let turn = gate.judge(&budget(), &situation(), &[], &[]);
            assert!(turn.map_or_else(|fault| !fault.sentence.is_empty(), |turn| is_within(&turn)));
        }
    }
}

fn check_returned(bytes: &[u8]) {
    let (gate, situation) = (&*ECHO, situation());
    match gate.judge(&budget(), &situation, &[], bytes) {
        Ok(turn) => assert!(is_within(&turn), "{turn:?}"),
        Err(fault) => assert!(!fault.code.is_empty() && !fault.sentence.is_empty()),
    }
    if let Err(fault) = gate.ask(&budget(), &situation, bytes) {
        assert!(!fault.code.is_empty() && !fault.sentence.is_empty());
    }
}

fn is_within(turn: &Turn) -> bool {
    let outcome = match &turn.outcome {
        TurnOutcome::More(questions) => (1..=100).contains(&questions.len()),
        TurnOutcome::Verdict(verdict) => {
            let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
            verdict.findings.iter().all(|it| {
                finite(it.canary)
                    && finite(it.baseline)
                    && finite(it.limit)
                    && it.series.iter().all(|value| value.is_finite())
            })
        }
    };
    outcome && turn.state.len() <= STATE_BYTES && turn.notes.len() <= NOTES_BYTES
}
