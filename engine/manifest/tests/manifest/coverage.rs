//! Every constraint of the published schema is tripped by some file of `tests/manifests/invalid`.

use std::collections::BTreeSet;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

const CONSTRAINTS: [&str; 13] = [
    "type",
    "enum",
    "const",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "uniqueItems",
    "additionalProperties",
];
/// Keywords that only lead to constraints, or say something to people.
const OTHERS: [&str; 16] = [
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "enumDescriptions",
    "examples",
    "items",
    "oneOf",
    "patternErrorMessage",
    "properties",
    "title",
];

/// Names the places of all constraints; `required` once for each field.
fn constraints(schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords {
        let here = format!("{at}/{keyword}");
        match (keyword.as_str(), value) {
            ("required", Value::Array(names)) => {
                found.extend(names.iter().map(|name| format!("{here}/{}", name.as_str().unwrap())));
            }
            ("additionalProperties", Value::Object(_)) | ("items", _) => {
                constraints(value, &here, found);
            }
            ("additionalProperties", Value::Bool(true)) => {}
            ("properties" | "$defs", Value::Object(named)) => {
                // The configurations of built-in gates are tested beside each gate.
                for (name, schema) in named.iter().filter(|(name, _)| !name.starts_with("gate-")) {
                    constraints(schema, &format!("{here}/{name}"), found);
                }
            }
            ("anyOf" | "oneOf", Value::Array(forms)) => {
                for (index, form) in forms.iter().enumerate() {
                    constraints(form, &format!("{here}/{index}"), found);
                }
            }
            (name, _) if CONSTRAINTS.contains(&name) => {
                found.insert(here);
            }
            (name, _) => assert!(OTHERS.contains(&name), "is {here} a constraint?"),
        }
    }
}

fn tripped<'a>(error: &ValidationError<'a>, found: &mut BTreeSet<String>) {
    let place = error.schema_path().as_str();
    match error.kind() {
        Kind::Required { property } => {
            found.insert(format!("{place}/{}", property.as_str().unwrap()));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            context.iter().flatten().for_each(|error| tripped(error, found));
        }
        _ => {
            found.insert(place.to_owned());
        }
    }
}

#[test]
fn every_constraint_of_the_schema_refuses_an_invalid_file() {
    let schema = manifest::schema();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let (mut wanted, mut found) = (BTreeSet::new(), BTreeSet::new());
    constraints(&schema, "", &mut wanted);
    let folder = crate::manifests("invalid");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yml")
            && let Some(value) = manifest::to_json(std::fs::read(path).unwrap())
        {
            validator.iter_errors(&value).for_each(|error| tripped(&error, &mut found));
        }
    }
    let missing: Vec<&String> = wanted.difference(&found).collect();
    assert!(missing.is_empty(), "no invalid file trips:\n{missing:#?}");
}
