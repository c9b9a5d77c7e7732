//! The scenario file: its schema is current and a schema, its defaults are valid, its checks speak.

use std::path::Path;

use serde_json::{Value, json};
use sim::{Scenario, scenario_schema};

#[test]
fn the_published_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/scenario.v1.json");
    let current = format!("{:#}\n", scenario_schema());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == current, "schemas/scenario.v1.json is old: UPDATE=1 rewrites it");
}

#[test]
fn the_schema_is_valid_against_draft_2020_12() {
    let schema = scenario_schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
        panic!("{error}");
    }
}

/// Fields left out are not written out as null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        other => other,
    }
}

#[test]
fn the_defaults_are_valid_by_schema_and_make_sense() {
    let scenario = Scenario::default();
    assert_eq!(scenario.problems(), []);
    let value = without_nulls(serde_json::to_value(&scenario).unwrap());
    let validator = jsonschema::validator_for(&scenario_schema()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|it| it.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(serde_json::from_value::<Scenario>(json!({})).unwrap(), scenario);
}

#[test]
fn unknown_fields_are_refused_by_schema_and_types_alike() {
    let validator = jsonschema::validator_for(&scenario_schema()).unwrap();
    for wrong in [
        json!({ "sed": 1 }),
        json!({ "canary": { "eror_rate": 0.1 } }),
        json!({ "dns": { "drift": [{ "at": { "start_s": 1 }, "weights": { "blue": 1, "green": 2, "red": 3 } }] } }),
        json!({ "faults": [{ "call": "health", "time": 3 }] }),
        json!({ "metrics": { "outages": [{ "from": { "start": 1 } }] } }),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
        assert!(serde_json::from_value::<Scenario>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn contradictions_are_named_with_their_place() {
    let value = json!({
        "before": { "deployed": false },
        "canary": {
            "pending": true,
            "crash": {},
            "unhealthy": { "from": { "start_s": 9 }, "until": { "start_s": 9 } },
        },
        "dns": { "drift": [{ "at": { "start_s": 1 }, "weights": { "blue": 0, "green": 0 } }] },
        "stacks": {
            "creation_fails": { "stack": "blue", "reason": "no" },
            "foreign_rule": true,
        },
    });
    let problems = serde_json::from_value::<Scenario>(value.clone()).unwrap().problems();
    let pointers: Vec<&str> = problems.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/canary/pending",
            "/canary/unhealthy/until",
            "/dns/drift/0/weights",
            "/stacks/creation_fails/stack",
            "/stacks/foreign_rule",
        ]
    );
    for (pointer, _) in problems {
        assert!(value.pointer(&pointer).is_some(), "{pointer}");
    }
}
