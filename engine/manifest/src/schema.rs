//! The published schema: generated from the types, and the validator of every file.

use std::sync::LazyLock;

use jsonschema::Validator;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::file::DeploymentFile;
use crate::gates::Plugins;

/// The JSON Schema (draft 2020-12) of a deployment file.
#[must_use]
pub fn schema() -> Value {
    SCHEMA.clone()
}

/// The same, to be read.
pub(crate) static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = schema_of::<DeploymentFile>("deployment");
    configure_gates(&mut schema, &Plugins::built_in());
    schema
});

/// The JSON Schema (draft 2020-12) of a file that is read into `T`; `what` names the format.
#[must_use]
pub fn schema_of<T: JsonSchema>(what: &str) -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(fields_are_not_null))
        .with_transform(RecursiveTransform(choices_are_enums))
        .with_transform(RecursiveTransform(fields_have_titles))
        .with_transform(RecursiveTransform(no_formats))
        .with_transform(RecursiveTransform(one_line));
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Value::Object(root) = &mut schema {
        root.insert("$id".into(), json!(format!("urn:ecs-crd:schema:{what}:v1")));
    }
    schema
}

/// Gives `config` of a gate the schema of the built-in plugin that the gate names, so that editors
/// complete it.
fn configure_gates(schema: &mut Value, built_in: &Plugins) {
    let mut definitions = Map::new();
    let mut rules = Vec::new();
    let mut names = Vec::new();
    for (name, description) in built_in.names().filter_map(|it| Some((it, built_in.get(it)?))) {
        let key = format!("gate-{}", description.name);
        let mut configuration = description.configuration_schema.clone();
        if let Value::Object(keywords) = &mut configuration {
            keywords.remove("$schema");
        }
        lead_into(&mut configuration, &key);
        let required: &[&str] = match configuration.get("required") {
            Some(_) => &["config"],
            None => &[],
        };
        rules.push(json!({
            "if": { "properties": { "plugin": { "const": name } }, "required": ["plugin"] },
            "then": {
                "properties": { "config": {
                    "$ref": format!("#/$defs/{key}"),
                    "title": "Config",
                    "description": description.summary,
                } },
                "required": required,
            },
        }));
        definitions.insert(key, configuration);
        names.push(json!(name));
    }
    if let Some(Value::Object(gate)) = schema.pointer_mut("/$defs/Gate") {
        gate.insert("allOf".into(), rules.into());
    }
    if let Some(Value::Array(examples)) =
        schema.pointer_mut("/$defs/Gate/properties/plugin/examples")
    {
        examples.splice(..0, names);
    }
    if let Some(Value::Object(all)) = schema.get_mut("$defs") {
        all.extend(definitions);
    }
}

/// Makes references within a schema lead to where it is put among the definitions.
pub(crate) fn lead_into(schema: &mut Value, key: &str) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, value) in keywords {
                match value {
                    Value::String(reference) if keyword == "$ref" => {
                        *reference = reference.replacen("#/", &format!("#/$defs/{key}/"), 1);
                    }
                    value => lead_into(value, key),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| lead_into(item, key)),
        _ => {}
    }
}

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
        if let (true, Some(variant)) = (field.contains_key("const"), &variant) {
            field.entry("description").or_insert_with(|| variant.clone());
        }
    }
}

/// `double` is no format of JSON Schema.
fn no_formats(schema: &mut Schema) {
    schema.remove("format");
}

/// Source lines are broken at a width that means nothing to a reader of the schema.
fn one_line(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("\n\n", "\u{0}").replace('\n', " ").replace('\u{0}', "\n\n");
    }
}
