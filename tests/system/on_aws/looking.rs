//! Looking at an account: what a dry run says of it, and that it writes nothing and asks little.

use serde_json::{Value, json};

use super::account::{Account, FILE, text};

/// Calls that ecs-crd-cli 1.2.0 makes for its dry run of a file with one name and one container.
const PREDECESSORS_CALLS: usize = 22;

#[test]
fn a_dry_run_shows_both_templates_and_what_changes_and_writes_nothing() {
    let account = Account::live(&json!({}));
    account.version(FILE, "1.1.0");
    let run = account.ends(&["dry-run", "-f", "svc.yml", "--output", "json"], 0);
    assert_eq!(account.writes(), Vec::<String>::new());
    let calls = account.get("calls").as_array().map(Vec::len);
    assert!(calls <= Some(PREDECESSORS_CALLS), "{calls:?}");

    let run: Value = serde_json::from_str(&run.out).expect("one object");
    let kinds = |template: &Value| -> Vec<String> {
        let resources = template["Resources"].as_object().expect("resources").values();
        resources.map(|it| text(&it["Type"])).collect()
    };
    let green = kinds(&run["templates"]["green"]);
    assert!(green.contains(&"AWS::ECS::Service".to_owned()), "{green:?}");
    let init = kinds(&run["templates"]["init"]);
    assert!(init.contains(&"AWS::Route53::RecordSetGroup".to_owned()), "{init:?}");
    let changed = run["resources"].as_array().expect("resources");
    let task = changed.iter().find(|it| it["kind"] == "AWS::ECS::TaskDefinition");
    let task = task.unwrap_or_else(|| panic!("{changed:?}")).to_string();
    assert!(task.contains("1.0.0") && task.contains("1.1.0"), "{task}");

    let shown = account.ends(&["dry-run", "-f", "svc.yml"], 0).out;
    for part in ["1.0.0 -> 1.1.0", "TaskDefinition", "stack stage-webapi-1", "20 %"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
