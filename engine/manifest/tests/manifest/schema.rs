//! The published schema: current, a schema by its own meta-schema, and good to edit with.

use std::path::Path;

use serde_json::Value;

#[test]
fn the_published_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/deployment.v1.json");
    let current = format!("{:#}\n", manifest::schema());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == current, "schemas/deployment.v1.json is old: UPDATE=1 rewrites it");
}

#[test]
fn the_schema_is_valid_against_draft_2020_12() {
    let schema = manifest::schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
        panic!("{error}");
    }
}

/// Calls `visit` with the place and the schema of every field of every object.
fn each_field(schema: &Value, at: &str, visit: &mut impl FnMut(&str, &Value)) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, value) in keywords {
                if let ("properties", Value::Object(fields)) = (keyword.as_str(), value) {
                    fields.iter().for_each(|(name, field)| visit(&format!("{at}.{name}"), field));
                }
                if !matches!(keyword.as_str(), "examples" | "default" | "enum" | "const" | "if") {
                    each_field(value, &format!("{at}/{keyword}"), visit);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_field(item, at, visit)),
        _ => {}
    }
}

#[test]
fn every_field_has_a_title_and_a_description_of_one_paragraph() {
    let schema = manifest::schema();
    let mut fields = 0;
    each_field(&schema, "", &mut |place, field| {
        fields += 1;
        for keyword in ["title", "description"] {
            let text = field[keyword].as_str().unwrap_or_default();
            assert!(!text.is_empty() && !text.contains('\n'), "{place} has no good {keyword}");
        }
    });
    assert!(fields > 150, "only {fields} fields were found");
}

#[test]
fn every_optional_field_has_a_default_or_an_example_or_says_its_choices() {
    let schema = manifest::schema();
    each_field(&schema, "", &mut |place, field| {
        let referred = field["$ref"].as_str().and_then(|name| schema.pointer(&name[1..]));
        let shown = ["default", "examples", "enum", "const", "items", "properties", "deprecated"];
        let shows = |schema: &Value| shown.iter().any(|keyword| schema.get(keyword).is_some());
        assert!(shows(field) || referred.is_some_and(shows) || leads_on(referred), "{place}");
    });
}

/// A value with fields of its own, or one whose form says everything.
fn leads_on(schema: Option<&Value>) -> bool {
    schema.is_some_and(|schema| schema.get("anyOf").is_some() || schema.get("oneOf").is_some())
}

#[test]
fn no_object_of_the_file_takes_unknown_fields() {
    let schema = manifest::schema();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        if definition.get("properties").is_some() {
            assert_eq!(definition["additionalProperties"], false, "{name}");
        }
    }
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn the_defaults_of_the_schema_are_accepted_by_the_schema() {
    let schema = manifest::schema();
    let mut checked = 0;
    each_field(&schema, "", &mut |place, field| {
        let samples = field["examples"].as_array().into_iter().flatten();
        for sample in samples.chain(field.get("default")) {
            let mut part = field.clone();
            part["$defs"] = schema["$defs"].clone();
            let validator = jsonschema::draft202012::new(&part).unwrap();
            assert!(validator.is_valid(sample), "{place}: {sample}");
            checked += 1;
        }
    });
    assert!(checked > 100, "only {checked} samples were found");
}
