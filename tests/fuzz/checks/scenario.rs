//! Whatever a scenario file holds: what the schema takes can be read, and is written as it was read.

use std::sync::LazyLock;

use jsonschema::Validator;
use sim::Scenario;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    jsonschema::validator_for(&sim::scenario_schema()).expect("the published schema")
});

/// Reads the bytes as a scenario, as the program does.
pub(crate) fn check(bytes: &[u8]) {
    let Some(value) = manifest::to_json(bytes) else { return };
    if !SCHEMA.is_valid(&value) {
        return;
    }
    let scenario: Scenario = serde_json::from_value(value).expect("the schema took it");
    for problem in scenario.problems() {
        assert!(problem.pointer.starts_with('/') && !problem.sentence.is_empty());
    }
    let written = serde_json::to_value(&scenario).expect("it can be written");
    let read: Scenario = serde_json::from_value(written).expect("it can be read again");
    assert_eq!(read, scenario, "it comes back as another");
}
