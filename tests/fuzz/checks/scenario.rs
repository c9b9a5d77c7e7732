//! Whatever a scenario file holds: what the schema takes can be read (but for whole numbers
//! written with a point), and is written as it was read.

use std::sync::LazyLock;

use manifest::{Diagnostic, Document};
use serde_json::Value;
use sim::Scenario;

static SCHEMA: LazyLock<Value> = LazyLock::new(sim::scenario_schema);

/// Reads the bytes as a scenario, as the program does.
pub(crate) fn check(bytes: &[u8]) {
    let scenario = match Document::read::<Scenario>("scenario.yml", bytes, &SCHEMA) {
        Ok((scenario, document)) => {
            let problems = scenario.problems();
            for (pointer, sentence) in &problems {
                assert!(pointer.starts_with('/') && !sentence.is_empty());
            }
            assert_eq!(document.refused("scenario", &problems).items().len(), problems.len());
            scenario
        }
        Err(said) => {
            // To a schema `9.0` is an integer; the program refuses it in these words.
            let hole =
                |it: &&Diagnostic| it.code == "wrong-value" && !it.title.contains("floating point");
            return assert_eq!(said.items().iter().find(hole), None, "the schema takes it");
        }
    };
    let written = serde_json::to_value(&scenario).expect("it can be written");
    let read: Scenario = serde_json::from_value(written).expect("it can be read again");
    assert_eq!(read, scenario, "it comes back as another");
}
