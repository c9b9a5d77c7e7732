//! The published schemas of what this room writes: the events, the end report, and what `replay` and
//! `backtest` find.

use rollout::EventRecord;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::summary::Report;
use crate::{backtest, replay};

/// The JSON Schema (draft 2020-12) of a line of `--output json`.
#[must_use]
pub fn event_schema() -> Value {
    schema_of::<EventRecord>("event")
}

/// The JSON Schema (draft 2020-12) of the end report.
#[must_use]
pub fn report_schema() -> Value {
    schema_of::<Report>("report")
}

/// The JSON Schema (draft 2020-12) of a line of `replay --output json`.
#[must_use]
pub fn replay_schema() -> Value {
    schema_of::<replay::Line<'_>>("replay")
}

/// The JSON Schema (draft 2020-12) of a line of `backtest --output json`.
#[must_use]
pub fn backtest_schema() -> Value {
    schema_of::<backtest::Line<'_>>("backtest")
}

fn schema_of<T: JsonSchema>(name: &str) -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(tidy_fields))
        .with_transform(RecursiveTransform(one_line));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), json!(format!("urn:ecs-crd:schema:{name}:v1")));
    schema.to_value()
}

/// A field is titled by its own name, and no format is named that JSON Schema does not know.
fn tidy_fields(schema: &mut Schema) {
    schema.remove("format");
    let Some(Value::Object(fields)) = schema.get_mut("properties") else { return };
    for (name, field) in fields {
        let Value::Object(field) = field else { continue };
        let words = name.replace('_', " ");
        let mut letters = words.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        field.insert("title".to_owned(), json!(format!("{first}{}", letters.as_str())));
    }
}

/// Source lines are broken at a width that means nothing to a reader of the schema.
fn one_line(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}
