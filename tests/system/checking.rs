//! `plugin check`: what a gate that keeps the contract is told, measures included, and where one
//! that does not fails.

use gates::builtins;
use serde_json::Value;

use crate::guest::guest;
use crate::program::{Place, Ran};

/// The lines of `--output json`: a line a check, and the sum.
fn checked(place: &Place, plugin: &str) -> (Ran, Vec<Value>, Value) {
    let ran = place.run(&["plugin", "check", plugin, "--output", "json"]);
    let lines = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let mut lines: Vec<Value> = lines.collect();
    let sum = lines.pop().expect("a last line");
    (ran, lines, sum)
}

/// The checks that did not pass, and what is said of them.
fn failed(lines: &[Value]) -> Vec<(&str, &str)> {
    let failed = lines.iter().filter(|line| line["passed"] == Value::Bool(false));
    let words = failed.map(|line| (line["check"].as_str(), line["said"].as_str()));
    words.map(|(check, said)| (check.unwrap_or_default(), said.unwrap_or_default())).collect()
}

#[test]
fn every_built_in_gate_passes_every_check_and_is_measured() {
    let place = Place::new();
    for name in builtins() {
        let (ran, lines, sum) = checked(&place, &format!("builtin:{name}"));
        assert_eq!((ran.exit_code, ran.err.as_str()), (0, ""), "{name}");
        assert!(lines.iter().all(|line| line["passed"] == Value::Bool(true)), "{lines:?}");
        assert_eq!(lines.len(), 10, "{lines:?}");
        assert_eq!((&sum["passed"], &sum["contract"]), (&true.into(), &"0.1.0".into()));
        for measure in ["size_bytes", "look_ms", "fuel", "memory_bytes"] {
            assert!(sum[measure].as_f64().is_some_and(|it| it > 0.0), "{name}: {sum}");
        }
        assert!(sum["fuel"].as_f64().is_some_and(|it| it < 1e9), "{name}: {sum}");
    }
}

#[test]
fn a_gate_fails_where_it_first_breaks_the_contract() {
    let place = Place::new();
    for (name, check, said) in [
        ("runs-a-shell", "imports", "evil:corp/shell@1.0.0"),
        ("traps-at-once", "describe", "`describe` trapped"),
        ("describes-badly", "describe", "schema"),
        ("spins", "evaluation", "used up its 1000000000 units of fuel"),
        ("traps-with-words", "evaluation", "the ratio"),
        ("asks-for-ever", "evaluation", "8 rounds"),
        ("asks-101-questions", "evaluation", "101"),
        ("keeps-65-kib", "evaluation", "bytes of state"),
    ] {
        let file = format!("{name}.wasm");
        std::fs::write(place.path().join(&file), guest(name)).expect("the guest");
        let (ran, lines, sum) = checked(&place, &file);
        assert_eq!((ran.exit_code, &sum["passed"]), (2, &Value::Bool(false)), "{name}");
        let failed = failed(&lines);
        assert_eq!(failed.len(), 1, "{name}: {failed:?}");
        assert_eq!(failed[0].0, check, "{name}: {failed:?}");
        assert!(failed[0].1.contains(said), "{name}: {failed:?}");
    }
}
