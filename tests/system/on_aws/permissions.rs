//! The policy that `iam-policy` prints against what a run was seen to call.

use std::collections::BTreeSet;

use serde_json::Value;
use stack::policy::OWN_CALLS;

use super::account::{Account, REGION, text};

/// Every call of the program so far is allowed by the policy of `svc.yml`, by its actions.
pub(crate) fn cover_all_calls(account: &Account) {
    let printed = account.ends(&["iam-policy", "-f", "svc.yml", "-r", REGION], 0).out;
    let policy: Value = serde_json::from_str(&printed).expect("a policy");
    let statements = policy["Statement"].as_array().expect("statements");
    let allowed: BTreeSet<String> =
        statements.iter().flat_map(|it| actions(&it["Action"])).collect();
    let calls = account.get("calls");
    let called: BTreeSet<(String, String)> = calls
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| (text(&it["service"]), text(&it["operation"])))
        .collect();
    assert!(called.len() > 20, "{called:?}");
    for (service, operation) in called {
        let own = OWN_CALLS.iter().find(|it| it.service == service && it.operation == operation);
        let own = own.unwrap_or_else(|| panic!("{service} {operation} is in no table"));
        for action in own.actions {
            assert!(allowed.contains(*action), "{action} for {operation}: {allowed:?}");
        }
    }
}

fn actions(value: &Value) -> Vec<String> {
    match value {
        Value::Array(actions) => actions.iter().map(text).collect(),
        action => vec![text(action)],
    }
}
