//! The published schemas are current, valid, and what is written is valid against them.

use std::collections::BTreeSet;

use report::{
    LookDifference, Replayed, backtest_schema, event_schema, metrics_ndjson, ndjson, replay_ndjson,
    replay_schema, report_schema, summary,
};
use rollout::EpochS;
use serde_json::Value;

use super::page::hostile_metrics;
use super::{folder, golden, stories};

fn published() -> [(&'static str, Value); 4] {
    [
        ("event.v1.json", event_schema()),
        ("report.v1.json", report_schema()),
        ("replay.v1.json", replay_schema()),
        ("backtest.v1.json", backtest_schema()),
    ]
}

#[test]
fn the_committed_schemas_are_current_and_valid_against_their_meta_schema() {
    for (name, schema) in published() {
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let text = serde_json::to_string_pretty(&schema).unwrap();
        golden(&folder(&format!("../../schemas/{name}")), &format!("{text}\n"));
    }
}

#[test]
fn every_line_of_every_story_is_valid_and_the_serde_form_of_its_event() {
    let validator = jsonschema::draft202012::new(&event_schema()).unwrap();
    for (name, events) in stories() {
        let path = folder(&format!("tests/stories/{name}.ndjson"));
        let text = std::fs::read_to_string(path).unwrap();
        let written: String = events.iter().map(|event| ndjson(event).unwrap()).collect();
        for (line, again) in text.lines().zip(written.lines()) {
            let value: Value = serde_json::from_str(line).unwrap();
            validator.validate(&value).unwrap_or_else(|why| panic!("{name}: {line}: {why}"));
            assert_eq!(value, serde_json::from_str::<Value>(again).unwrap(), "{name}");
        }
        assert_eq!(text.lines().count(), written.lines().count());
    }
}

#[test]
fn an_event_of_another_shape_is_refused_by_the_schema() {
    let validator = jsonschema::draft202012::new(&event_schema()).unwrap();
    let scaled = serde_json::json!({"seq": 0, "at": 5, "deployment": "d", "event": "scaled"});
    assert!(!validator.is_valid(&scaled), "no tasks");
    let mut unknown = scaled.clone();
    unknown["event"] = "levitated".into();
    assert!(!validator.is_valid(&unknown), "no such event");
    let mut whole = scaled;
    whole["tasks"] = 2.into();
    assert!(validator.is_valid(&whole));
}

#[test]
fn every_end_report_is_valid() {
    let validator = jsonschema::draft202012::new(&report_schema()).unwrap();
    for (name, events) in stories() {
        let value = serde_json::to_value(summary(&events)).unwrap();
        validator.validate(&value).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

/// The screens of the program hold what it wrote; a difference and a false alarm are in none.
#[test]
fn every_line_of_replay_and_backtest_is_valid() {
    let screens = std::fs::read_dir(folder("../../tests/system/screens")).unwrap();
    let mut written: String =
        screens.map(|screen| std::fs::read_to_string(screen.unwrap().path()).unwrap()).collect();
    written += &replay_ndjson(&Replayed {
        differences: vec![LookDifference {
            gate: "errors".to_owned(),
            look: 3,
            at: EpochS(1_767_225_600),
            round: 1,
            place: "state/warm".to_owned(),
            recorded: "true".to_owned(),
            replayed: "false".to_owned(),
        }],
        ..Replayed::default()
    })
    .unwrap();
    written += &metrics_ndjson(&hostile_metrics()).unwrap();
    for (tag, schema, kinds) in [
        ("replay", replay_schema(), vec!["difference", "summary"]),
        ("backtest", backtest_schema(), vec!["agreement", "cell", "deployment", "false-alarm"]),
    ] {
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let mut met = BTreeSet::new();
        for line in written.lines().filter(|line| line.starts_with(&format!("{{\"{tag}\":"))) {
            let mut value: Value = serde_json::from_str(line).unwrap();
            validator.validate(&value).unwrap_or_else(|why| panic!("{line}: {why}"));
            met.insert(value[tag].as_str().unwrap().to_owned());
            value[tag] = "levitated".into();
            assert!(!validator.is_valid(&value), "no such line: {value}");
        }
        assert_eq!(met.iter().collect::<Vec<_>>(), kinds);
    }
}
