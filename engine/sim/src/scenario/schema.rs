//! The published schema of the scenario file, generated from its types.

use schemars::transform::RecursiveTransform;
use schemars::{Schema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::Scenario;

/// The JSON Schema (draft 2020-12) of a scenario file.
#[must_use]
pub fn scenario_schema() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(choices_are_enums))
        .with_transform(RecursiveTransform(fields_are_told))
        .with_transform(RecursiveTransform(one_line));
    let mut schema = settings.into_generator().into_root_schema_for::<Scenario>().to_value();
    if let Value::Object(root) = &mut schema {
        root.insert("$id".into(), json!("urn:ecs-crd:schema:scenario:v1"));
    }
    schema
}

/// `oneOf` of constants → `enum` with `enumDescriptions`: what editors complete from.
fn choices_are_enums(schema: &mut Schema) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else { return };
    let of = |keyword: &str| -> Option<Vec<Value>> {
        choices.iter().map(|choice| choice.get(keyword).cloned()).collect()
    };
    let (Some(constants), Some(descriptions)) = (of("const"), of("description")) else { return };
    schema.remove("oneOf");
    schema.insert("type".into(), json!("string"));
    schema.insert("enum".into(), constants.into());
    schema.insert("enumDescriptions".into(), descriptions.into());
}

/// A field is titled by its own name, is not null when left out, and is no `double`.
fn fields_are_told(schema: &mut Schema) {
    let variant = schema.get("description").cloned();
    let Some(Value::Object(fields)) = schema.get_mut("properties") else { return };
    for (name, field) in fields {
        let Value::Object(field) = field else { continue };
        let mut letters = name.chars();
        let title: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        field.insert("title".into(), (title + &letters.as_str().replace('_', " ")).into());
        if let Some(variant) = &variant {
            field.entry("description").or_insert_with(|| variant.clone());
        }
        field.remove("format");
        not_null(field);
    }
}

fn not_null(field: &mut Map<String, Value>) {
    if field.get("default").is_some_and(Value::is_null) {
        field.remove("default");
    }
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            field.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = field.get_mut("anyOf") {
        choices.retain(|choice| choice != &json!({ "type": "null" }));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            field.remove("anyOf");
            for (keyword, value) in only {
                field.entry(keyword).or_insert(value);
            }
        }
    }
}

/// Source lines are broken at a width that means nothing to a reader of the schema.
fn one_line(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("\n\n", "\u{0}").replace('\n', " ").replace('\u{0}', "\n\n");
    }
}
