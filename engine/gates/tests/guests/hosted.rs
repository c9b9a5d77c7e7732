//! Several gates in one host: what one of them does, the others do not feel.

use std::time::Duration;

use gates::{Engine, Gate, Host};
use rollout::{Decision, Limits};
use runner::GateHost;
use runner::question::{Turn, TurnOutcome};

use crate::situation::situation;
use crate::support::{engine, guest};

const HOSTILE: [&str; 6] =
    ["spins", "recurses", "grows-memory", "traps", "returns-2-gib", "keeps-65-kib"];

fn gate(engine: &Engine, name: &str) -> Gate {
    Gate {
        name: name.to_owned(),
        loaded: engine.load(name, &guest(name)).unwrap_or_else(|error| panic!("{error}")),
        limits: Limits { fuel: 50_000_000, ..Limits::default() },
        timeout: Duration::from_secs(60),
    }
}

fn held(turn: &Turn) -> bool {
    matches!(&turn.outcome, TurnOutcome::Verdict(verdict) if verdict.decision == Decision::Hold)
}

#[tokio::test]
async fn s13_hostile_gates_end_as_faults_and_the_others_answer() {
    let engine = engine();
    let names = HOSTILE.iter().chain(&["harmless"]);
    let host = Host::new(names.map(|name| gate(&engine, name)).collect());
    let situation = situation();
    for _ in 0..2 {
        let (a, b, c, d, e, f, harmless) = tokio::join!(
            host.judge(HOSTILE[0], &situation, &[], &[]),
            host.judge(HOSTILE[1], &situation, &[], &[]),
            host.judge(HOSTILE[2], &situation, &[], &[]),
            host.judge(HOSTILE[3], &situation, &[], &[]),
            host.judge(HOSTILE[4], &situation, &[], &[]),
            host.judge(HOSTILE[5], &situation, &[], &[]),
            host.judge("harmless", &situation, &[], &[]),
        );
        let codes = [a, b, c, d, e, f].map(|fault| fault.expect_err("a fault").code);
        let expected = ["fuel", "stack", "memory", "trap", "invalid-result", "state-too-large"];
        assert_eq!(codes, expected);
        assert!(held(&harmless.expect("a turn")));
    }
}

#[tokio::test]
async fn more_looks_than_run_at_once_wait_their_turn() {
    let engine = engine();
    let names: Vec<String> = (0..12).map(|number| format!("gate-{number}")).collect();
    let gates = names.iter().map(|name| Gate { name: name.clone(), ..gate(&engine, "harmless") });
    let host = std::sync::Arc::new(Host::new(gates.collect()));
    let mut looks = tokio::task::JoinSet::new();
    for name in names.into_iter().cycle().take(60) {
        let host = std::sync::Arc::clone(&host);
        looks.spawn(async move { host.judge(&name, &situation(), &[], &[]).await });
    }
    while let Some(look) = looks.join_next().await {
        assert!(held(&look.expect("no panic").expect("a turn")));
    }
}

#[tokio::test]
async fn a_gate_that_was_not_loaded_is_a_fault() {
    let host = Host::new(Vec::new());
    let fault = host.judge("latency", &situation(), &[], &[]).await.expect_err("a fault");
    assert_eq!(fault.sentence, "no gate `latency` is loaded");
}
