//! The published schemas: valid against the draft they name, and every field documented.

use std::path::{Path, PathBuf};

use serde_json::Value;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Every published schema, by file name.
fn published() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_str(&text).unwrap())
    };
    paths.iter().map(read).collect()
}

/// What keeps a schema from being one of the draft we publish in.
fn faults(schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if schema["$schema"] != DRAFT {
        faults.push(format!("$schema is {}, not {DRAFT}", schema["$schema"]));
    }
    if let Err(why) = jsonschema::draft202012::meta::validate(schema) {
        faults.push(format!("{}: {why}", why.instance_path()));
    }
    faults
}

/// Pointers to the properties that say nothing of themselves.
fn undocumented(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look_into(schema, schema, "", &mut found);
    found
}

fn look_into(root: &Value, schema: &Value, pointer: &str, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            for (name, below) in members {
                let pointer = format!("{pointer}/{name}");
                if name == "properties" {
                    look_at_properties(root, below, &pointer, found);
                } else if !["default", "examples", "enum", "const"].contains(&name.as_str()) {
                    look_into(root, below, &pointer, found);
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                look_into(root, item, &format!("{pointer}/{at}"), found);
            }
        }
        _ => {}
    }
}

fn look_at_properties(root: &Value, properties: &Value, pointer: &str, found: &mut Vec<String>) {
    for (name, property) in properties.as_object().into_iter().flatten() {
        let pointer = format!("{pointer}/{name}");
        if !is_documented(root, property) {
            found.push(pointer.clone());
        }
        look_into(root, property, &pointer, found);
    }
}

/// Whether a property has a description, its own or that of the type it refers to. A constant (the
/// tag of a variant) is described by its variant.
fn is_documented(root: &Value, property: &Value) -> bool {
    let says = |schema: &Value| schema["description"].as_str().is_some_and(|it| it.len() > 3);
    let reference = property["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    let referred = reference.and_then(|pointer| root.pointer(pointer));
    says(property) || referred.is_some_and(says) || property.get("const").is_some()
}

#[test]
fn every_published_schema_is_valid_against_its_meta_schema() {
    let published = published();
    assert!(published.iter().any(|(name, _)| name == "deployment.v1.json"));
    for (name, schema) in published {
        assert_eq!(faults(&schema), Vec::<String>::new(), "schemas/{name}");
    }
}

#[test]
fn every_property_of_a_published_schema_has_a_description() {
    for (name, schema) in published() {
        assert_eq!(undocumented(&schema), Vec::<String>::new(), "schemas/{name}");
    }
}

#[test]
fn a_schema_of_another_draft_or_with_a_wrong_keyword_is_found_out() {
    let schema = serde_json::json!({"$schema": DRAFT, "properties": {"wait": {"type": "seconds"}}});
    assert_eq!(faults(&schema).len(), 1, "{:?}", faults(&schema));
    let old = serde_json::json!({"$schema": "http://json-schema.org/draft-07/schema#"});
    assert_eq!(faults(&old).len(), 1);
}

#[test]
fn a_property_without_a_description_is_found_wherever_it_stands() {
    let schema = serde_json::json!({
        "properties": {"a": {"description": "Seconds."}, "b": {"$ref": "#/$defs/b"}, "c": {}},
        "$defs": {"b": {"oneOf": [{"properties": {"description": {"type": "string"}}}]}}
    });
    let found = ["/$defs/b/oneOf/0/properties/description", "/properties/b", "/properties/c"];
    let mut undocumented = undocumented(&schema);
    undocumented.sort();
    assert_eq!(undocumented, found);
}
