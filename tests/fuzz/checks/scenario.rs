//! Whatever a scenario file holds: it is refused with words, or is written as it was read.

use std::sync::LazyLock;

use manifest::Document;
use serde_json::Value;
use sim::Scenario;

static SCHEMA: LazyLock<Value> = LazyLock::new(sim::scenario_schema);

/// Reads the bytes as a scenario, as the program does.
pub(crate) fn check(bytes: &[u8]) {
    let scenario = match Document::read::<Scenario>("scenario.yml", bytes, &SCHEMA) {
        Ok((scenario, document)) => {
            let problems = scenario.problems();
            assert_eq!(document.refused("scenario", &problems).items().len(), problems.len());
            scenario
        }
        Err(said) => return assert!(!said.render(false).is_empty()),
    };
    let written = serde_json::to_value(&scenario).expect("it can be written");
    let read: Scenario = serde_json::from_value(written).expect("it can be read again");
    assert_eq!(read, scenario, "it comes back as another");
}
