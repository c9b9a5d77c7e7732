//! Whatever a scenario file holds: what the schema takes can be read (but for whole numbers
//! written with a point), and is written as it was read.

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
    let scenario = match serde_json::from_value::<Scenario>(value) {
        Ok(scenario) => scenario,
        // To a schema `9.0` is an integer; the program refuses it in these words.
        Err(error) => return assert!(error.to_string().contains("floating point"), "{error}"),
    };
    for problem in scenario.problems() {
        assert!(problem.pointer.starts_with('/') && !problem.sentence.is_empty());
    }
    let written = serde_json::to_value(&scenario).expect("it can be written");
    let read: Scenario = serde_json::from_value(written).expect("it can be read again");
    assert_eq!(read, scenario, "it comes back as another");
}
