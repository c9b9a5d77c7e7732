//! The IAM policy that the program prints: held against what AWS publishes of its handlers and of
//! its actions, and printed offline.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::program::Place;
use crate::story::top;
use crate::venv;

/// Actions on anything that IAM knows a resource of, and why that does not help.
const ANYTHING: [(&str, &str); 2] = [
    ("ecs:ListTasks", "the resource is a container instance; of a service it is asked on anything"),
    ("cloudwatch:GetMetricData", "the resource is a dataset; a metric of a namespace has no ARN"),
];

fn linters() -> PathBuf {
    venv::with("cfn-lint", &top().join("tests/system/templates/requirements.txt"))
}

/// What the program prints of a file, and what it says beside it.
fn printed(file: &str) -> (String, String) {
    let place = Place::new();
    let policies = top().join("engine/stack/tests/policies");
    fs::copy(policies.join("everything.yml"), place.path().join("everything.yml")).unwrap();
    let ran = place.run(&["iam-policy", "-f", file, "-r", "eu-west-3"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.err);
    (ran.out, ran.err)
}

fn committed(path: &str) -> String {
    fs::read_to_string(top().join("engine/stack").join(path)).unwrap()
}

#[test]
fn the_policy_of_the_example_is_printed_and_no_word_is_said() {
    let (out, err) = printed("examples/shop/svc.yml");
    assert_eq!(out, committed("tests/policies/shop.json"));
    assert_eq!(err, "");
}

#[test]
fn a_policy_too_long_to_be_managed_is_printed_and_warned_of() {
    let (out, err) = printed("everything.yml");
    assert_eq!(out, committed("tests/policies/everything.json"));
    let characters = out.chars().filter(|it| !it.is_whitespace()).count();
    assert!(err.contains(&characters.to_string()) && err.contains("6144"), "{err}");
}

#[test]
fn the_handlers_of_cloudformation_are_those_aws_publishes() {
    let script = top().join("tests/system/templates/handlers.py");
    let output = Command::new(linters().join("bin/python")).arg(script).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let published = String::from_utf8(output.stdout).unwrap();
    assert!(
        published == committed("data/handlers.json"),
        "engine/stack/data/handlers.json is not current; handlers.py says how it is written"
    );
}

/// The actions of AWS's services and the resources of each, as cfn-lint carries them.
fn services() -> Value {
    let mut libraries = fs::read_dir(linters().join("lib")).unwrap().map(|it| it.unwrap().path());
    let path = "site-packages/cfnlint/data/AdditionalSpecs/Policies.json";
    let path = libraries.find_map(|it| Some(it.join(path)).filter(|path| path.exists()));
    serde_json::from_slice(&fs::read(path.unwrap()).unwrap()).unwrap()
}

/// The kinds of ARNs that an action is asked on; none where that is anything. No action is none.
fn kinds(services: &Value, action: &str) -> Option<Vec<String>> {
    let (service, operation) = action.split_once(':')?;
    let service = services.get(service)?;
    let found = service["Actions"].get(operation.to_ascii_lowercase())?;
    let names = found["Resources"].as_array().into_iter().flatten();
    let formats = |name: &Value| {
        let name = name.as_str().unwrap().to_ascii_lowercase();
        service["Resources"][name]["ARNFormats"].as_array().cloned().unwrap_or_default()
    };
    Some(names.flat_map(formats).map(|it| it.as_str().unwrap().to_owned()).collect())
}

/// Whether an ARN is of a kind such as `arn:${Partition}:ecs:${Region}:${Account}:service/.*`.
fn is_of(arn: &str, kind: &str) -> bool {
    let [arn, kind] = [arn, kind].map(|it| it.splitn(6, ':').collect::<Vec<_>>());
    let begin = kind[5].trim_end_matches(".*").split("${").next().unwrap();
    arn[2] == kind[2] && arn[5].starts_with(begin)
}

#[test]
fn every_action_is_one_of_aws_and_is_allowed_on_what_iam_asks_for() {
    let services = services();
    let mut checked = 0;
    for path in ["tests/policies/shop.json", "tests/policies/everything.json"] {
        let policy: Value = serde_json::from_str(&committed(path)).unwrap();
        for statement in policy["Statement"].as_array().unwrap() {
            let resources = texts(&statement["Resource"]);
            for action in texts(&statement["Action"]) {
                let kinds = kinds(&services, action)
                    .unwrap_or_else(|| panic!("AWS knows no action {action}"));
                let is_excepted = ANYTHING.iter().any(|(known, _)| *known == action);
                if resources == ["*"] {
                    assert!(kinds.is_empty() || is_excepted, "{action} can be narrower: {kinds:?}");
                } else {
                    let fits = |arn: &&str| kinds.iter().any(|kind| is_of(arn, kind));
                    assert!(resources.iter().any(fits), "{action} is not asked on {resources:?}");
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 150, "{checked}");
}

/// One text, or several.
fn texts(value: &Value) -> Vec<&str> {
    let several = value.as_array().into_iter().flatten();
    several.chain(std::iter::once(value)).filter_map(Value::as_str).collect()
}

#[test]
fn what_no_account_could_give_is_shown_at_its_place() {
    let place = Place::new();
    let text = fs::read_to_string(top().join("examples/shop/svc.yml")).unwrap();
    let text =
        text.replace("  - port: 80\n", "  - port: 80\n    ssl_policy: ELBSecurityPolicy-2016-08\n");
    fs::write(place.path().join("svc.yml"), &text).unwrap();
    let ran = place.run(&["iam-policy", "-f", "svc.yml"]);
    let line = 1 + text.lines().position(|line| line.contains("ssl_policy")).unwrap();
    assert_eq!((ran.exit_code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains(&format!("svc.yml:{line}:")), "{}", ran.err);
}

#[test]
fn a_ledger_in_a_file_needs_no_table() {
    let place = Place::new();
    let policy = |ledger: &str| {
        let ran = place.run(&["iam-policy", "-f", "examples/shop/svc.yml", "--ledger", ledger]);
        assert_eq!(ran.exit_code, 0, "{}", ran.err);
        ran.out
    };
    assert!(policy("dynamodb:runs").contains("table/runs\""));
    assert!(!policy("sqlite:runs.db").contains("OnLedger"));
}
