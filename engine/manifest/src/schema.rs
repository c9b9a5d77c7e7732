//! The published schema: generated from the types, and the validator of every file.

use std::sync::LazyLock;

use jsonschema::Validator;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::file::DeploymentFile;

/// The JSON Schema (draft 2020-12) of a deployment file.
#[must_use]
pub fn schema() -> Value {
    SCHEMA.clone()
}

/// The same, to be read.
pub(crate) static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let settings = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(fields_are_not_null))
        .with_transform(RecursiveTransform(choices_are_enums))
        .with_transform(RecursiveTransform(fields_have_titles))
        .with_transform(RecursiveTransform(one_line));
    let schema = settings.into_generator().into_root_schema_for::<DeploymentFile>();
    let mut schema = schema.to_value();
    if let Value::Object(root) = &mut schema {
        root.insert("$id".into(), json!("urn:ecs-crd:schema:deployment:v1"));
    }
    schema
});

/// What a schema of a file is compiled to; a schema that is no schema is an error.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::draft202012::options().build(schema).map_err(|error| error.to_string())
}

/// An optional field may be left out; left empty it is a mistake, not a default.
fn fields_are_not_null(schema: &mut Schema) {
    let Some(Value::Object(fields)) = schema.get_mut("properties") else { return };
    for field in fields.values_mut().filter_map(Value::as_object_mut) {
        remove_null(field);
        if field.get("default").is_some_and(Value::is_null) {
            field.remove("default");
        }
    }
}

fn remove_null(field: &mut Map<String, Value>) {
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

/// `oneOf` of constants → `enum` with `enumDescriptions`: what editors complete from.
fn choices_are_enums(schema: &mut Schema) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else { return };
    let constants: Option<Vec<Value>> =
        choices.iter().map(|choice| choice.get("const").cloned()).collect();
    let Some(constants) = constants else { return };
    let describe = |choice: &Value| choice.get("description").cloned().unwrap_or_default();
    let descriptions: Vec<Value> = choices.iter().map(describe).collect();
    schema.remove("oneOf");
    schema.insert("type".into(), json!("string"));
    schema.insert("enum".into(), constants.into());
    schema.insert("enumDescriptions".into(), descriptions.into());
}

/// A field is titled by its own name: an editor would show the title of its type.
fn fields_have_titles(schema: &mut Schema) {
    let variant = schema.get("description").cloned();
    let Some(Value::Object(fields)) = schema.get_mut("properties") else { return };
    for (name, field) in fields {
        let Value::Object(field) = field else { continue };
        let words = name.replace('_', " ");
        let mut letters = words.chars();
        let title: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        field.insert("title".into(), title.into());
        // `double` is no format of JSON Schema.
        field.remove("format");
        if let (true, Some(variant)) = (field.contains_key("const"), &variant) {
            field.entry("description").or_insert_with(|| variant.clone());
        }
    }
}

/// Source lines are broken at a width that means nothing to a reader of the schema.
fn one_line(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("\n\n", "\u{0}").replace('\n', " ").replace('\u{0}', "\n\n");
    }
}
