//! The built-in gates on the account's metrics: a regression is convicted, a healthy release is not.

use serde_json::{Value, json};

use super::account::{Account, FILE};
use crate::program::Ran;

/// Both gates, one step at half of the traffic, and as much time as evidence needs.
fn file() -> String {
    let gates = "canary:\n  gates: [{ name: errors, plugin: builtin:error-rate }, \
                 { name: slowness, plugin: builtin:latency }]";
    let step = "strategy: [{ weight: 50, wait: 60 }]";
    let file = FILE.replace("canary:", gates).replace("bake: 10", "bake: 60");
    file.replace("strategy: [{ weight: 20, wait: 10 }, { weight: 60, wait: 10 }]", step)
}

/// A deployment, a quarter of an hour after the traffic began, whose release does that.
fn deployed(green: &Value, exit_code: i32) -> (Account, Ran) {
    let account = Account::about_to_deploy(&file());
    let usual = json!({ "error_ratio": 0.001, "median_s": 0.05 });
    let traffic = json!({
        "fqdn": "webapi.example.com", "rps": 200, "seed": 7, "sides": { "2": green, "*": usual },
    });
    account.post("traffic", &traffic);
    account.post("clock", &json!({ "advance": 1200 }));
    let ran = account.ends(&["deploy", "-f", "svc.yml"], exit_code);
    (account, ran)
}

#[test]
fn a_release_with_errors_is_convicted_and_the_report_has_the_numbers() {
    let (account, ran) = deployed(&json!({ "error_ratio": 0.08, "median_s": 0.05 }), 10);
    account.is_blues_alone(&ran);
    for words in ["rolling back: gate errors", "requests"] {
        assert!(ran.out.contains(words), "no {words:?} in {}", ran.out);
    }
}

/// What the table of the ledger keeps is enough to judge again, by the same gates and by others.
#[test]
fn a_past_deployment_is_replayed_byte_for_byte_and_judged_again_from_the_table() {
    let (account, _) = deployed(&json!({ "error_ratio": 0.08, "median_s": 0.05 }), 10);
    let replayed = account.ends(&["replay", "-f", "svc.yml"], 0).out;
    assert!(replayed.contains("the same"), "{replayed}");
    let history = ["--history", "dynamodb:ecs_crd_ledger", "--output", "json"];
    let backtest = [&["backtest", "--plugin", "builtin:error-rate,builtin:latency"], &history[..]];
    let judged = account.ends(&backtest.concat(), 0).out;
    let judged: Value = serde_json::from_str(judged.lines().next().unwrap_or_default())
        .unwrap_or_else(|error| panic!("{error}: {judged}"));
    assert_eq!(judged["outcome"], "rolled-back", "{judged}");
    let said = |gate: usize| judged["would"][gate]["decision"].as_str().map(str::to_owned);
    assert_eq!(said(0).as_deref(), Some("rollback"), "{judged}");
    assert_ne!(said(1).as_deref(), Some("rollback"), "{judged}");
}

#[test]
fn a_slow_release_is_convicted_and_the_report_has_the_numbers() {
    let (account, ran) = deployed(&json!({ "error_ratio": 0.001, "median_s": 0.15 }), 10);
    account.is_blues_alone(&ran);
    for words in ["rolling back: gate slowness", "requests"] {
        assert!(ran.out.contains(words), "no {words:?} in {}", ran.out);
    }
}

#[test]
fn a_healthy_release_is_cleared_by_both_gates() {
    let (account, ran) = deployed(&json!({ "error_ratio": 0.001, "median_s": 0.05 }), 0);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-2"], "{}", ran.out);
    assert_eq!(
        account.weights("webapi.example.com"),
        [(100, 0), (50, 50), (0, 100)],
        "{}",
        ran.out
    );
}
