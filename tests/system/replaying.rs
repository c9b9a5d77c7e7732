//! Recorded looks evaluated again by the program: whole runs bit for bit, and what somebody
//! changed in a ledger is told.

use std::path::Path;
use std::sync::Arc;

use ledger::SqliteLedger;
use runner::question::{Answer, TurnOutcome};
use runner::{Archive, Evaluation, Journal, Leases, Record, Shelf};
use serde_json::Value;

use crate::guest::guest;
use crate::program::{Place, Ran};

const LEDGER: &str = "sqlite:looks.db";

/// A run of the shop on the simulated cloud, kept in `looks.db`.
fn deployed(place: &Place, more: &[&str], exit_code: i32) {
    let deploy = ["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim", "--ledger", LEDGER];
    let ran = place.run(&[&deploy[..], more].concat());
    assert_eq!(ran.exit_code, exit_code, "{}{}", ran.out, ran.err);
}

fn replay(place: &Place, ledger: &str, more: &[&str]) -> Ran {
    let replay = ["replay", "--cloud", "sim", "--ledger", ledger, "--output", "json"];
    place.run(&[&replay[..], more].concat())
}

/// The last line of a replay.
fn summary(ran: &Ran) -> Value {
    let last = ran.out.lines().last().unwrap_or_else(|| panic!("nothing: {}", ran.err));
    serde_json::from_str(last).expect("JSON")
}

#[test]
fn s15_whole_runs_are_evaluated_again_bit_for_bit() {
    let place = Place::new();
    std::fs::write(place.path().join("traps.wasm"), guest("traps")).expect("the guest");
    let slow = "examples/shop/scenarios/slow-regression.yml";
    deployed(&place, &["--scenario", slow, "--plugin", "traps.wasm"], 10);
    let ran = replay(&place, LEDGER, &[]);
    let told = summary(&ran);
    assert_eq!((ran.exit_code, &told["differing"]), (0, &Value::from(0)), "{}", ran.out);
    assert!(told["looks"].as_u64().expect("a number") > 50, "{told}");
    assert_eq!(ran.out.lines().count(), 1);
}

#[test]
fn another_component_in_a_gates_place_is_told_where_it_differs() {
    let place = Place::new();
    deployed(&place, &["--scenario", "examples/shop/scenarios/error-regression.yml"], 10);
    let gate = ["--plugin", "builtin:error-rate", "--gate", "slowness"];
    let ran = replay(&place, LEDGER, &gate);
    assert_eq!(ran.exit_code, 2);
    let first: Value = serde_json::from_str(ran.out.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&first["replay"], &first["gate"]), (&"difference".into(), &"slowness".into()));
    assert!(ran.out.contains("\"place\":\"questions/0"), "{first}");
    // The very component by its path is the same.
    let same = replay(&place, LEDGER, &["--plugin", "plugins/dist/latency.wasm"]);
    assert_eq!(same.exit_code, 0, "{}", same.out);
}

/// Copies the one run of a ledger into another, each look as `change` makes it.
async fn copied(from: &Path, to: &Path, change: impl Fn(&mut Evaluation)) {
    let (from, to) =
        (SqliteLedger::open(from).expect("a ledger"), SqliteLedger::open(to).expect("a ledger"));
    let run = from.runs().await.expect("runs").remove(0);
    let entries = from.entries(&run.deployment, 0).await.expect("the journal");
    let lease = to.acquire("world", "a test").await.expect("the lease");
    let Record::Began(began) = &entries[0].record else { panic!("it begins with a plan") };
    for digest in began.components.values() {
        let bytes = from.component(digest).await.expect("a component");
        to.keep_component(digest, &bytes).await.expect("kept");
    }
    to.begin(&lease, &run.deployment, &run.service_key, &entries[0]).await.expect("begun");
    for look in from.evaluations(&run.deployment).await.expect("looks") {
        let mut look = Evaluation::clone(&look);
        change(&mut look);
        to.keep_evaluation(&lease, &run.deployment, &Arc::new(look)).await.expect("kept");
    }
}

#[tokio::test]
async fn s15_a_look_that_somebody_changed_is_told_with_its_place() {
    let place = Place::new();
    deployed(&place, &["--scenario", "examples/shop/scenarios/error-regression.yml"], 10);
    type Change = fn(&mut Evaluation);
    let answer: Change = |look| {
        let series = look.rounds.iter_mut().flat_map(|round| &mut round.answers);
        for answer in series {
            let Answer::Series(series) = answer else { continue };
            series.points.iter_mut().for_each(|point| point.value += 1.0);
        }
    };
    let words: Change = |look| {
        let Some(turn) = look.rounds.last_mut().and_then(|round| round.turn.as_mut()) else {
            return;
        };
        let TurnOutcome::Verdict(verdict) = &mut turn.outcome else { return };
        verdict.sentence.push('!');
    };
    let verdict: Change = |look| look.verdict.code = "all-is-well".to_owned();
    let state: Change = |look| {
        if let Some(turn) = look.rounds.last_mut().and_then(|round| round.turn.as_mut()) {
            turn.state.push(b' ');
        }
    };
    let changes: [(&str, Change, &str); 4] = [
        ("answer", answer, "turn/outcome/verdict/"),
        ("words", words, "turn/outcome/verdict/sentence"),
        ("verdict", verdict, "verdict/code"),
        ("state", state, "state"),
    ];
    for (name, change, told) in changes {
        let changed = place.path().join(name);
        copied(&place.path().join("looks.db"), &changed, change).await;
        let ledger = format!("sqlite:{}", changed.display());
        let ran = replay(&place, &ledger, &["--gate", "errors"]);
        assert_eq!(ran.exit_code, 2, "{name}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("\"place\":\"{told}")), "{name}: {}", ran.out);
    }
}
