//! Every field that a deployment file can have, named from the published schema.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

static SCHEMA: LazyLock<Value> = LazyLock::new(manifest::schema);

/// All fields, as `service.containers[].cpu`; those of an action after its type, as
/// `listeners[].rules[].actions[]redirect.config.port`. Fields of free names end at the field.
pub(crate) fn fields() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(&SCHEMA, &SCHEMA, "", &mut found);
    found
}

fn walk(root: &Value, schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        return walk(root, root.pointer(pointer).unwrap(), at, found);
    }
    for form in ["anyOf", "oneOf"].iter().filter_map(|of| schema[of].as_array()).flatten() {
        walk(root, form, at, found);
    }
    if let Some(items) = schema.get("items") {
        walk(root, items, &format!("{at}[]"), found);
    }
    let kind = schema["properties"]["type"]["const"].as_str().unwrap_or_default();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if at.is_empty() { "" } else { "." };
        let place = format!("{at}{kind}{dot}{name}");
        walk(root, field, &place, found);
        found.insert(place);
    }
}

/// The field that a pointer into a file leads to; none where it leads into a free name or an item.
pub(crate) fn field_of(file: &Value, pointer: &str) -> String {
    let (mut at, mut field) = (file, String::new());
    for step in pointer.split('/').skip(1) {
        at = match at {
            Value::Array(items) => {
                field += "[]";
                let item = &items[step.parse::<usize>().unwrap()];
                if field.ends_with(".actions[]") {
                    field += item["type"].as_str().unwrap();
                }
                item
            }
            _ => {
                let dot = if field.is_empty() { "" } else { "." };
                field = format!("{field}{dot}{step}");
                &at[step]
            }
        };
    }
    field
}

/// The words that a field may hold instead of this one, where it is one of a few.
pub(crate) fn alternatives(word: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&SCHEMA, word, &mut found);
    found
}

fn collect(schema: &Value, word: &str, found: &mut BTreeSet<String>) {
    let words = |of: &Value| -> Vec<String> {
        let all = of.as_array().into_iter().flatten();
        let all = all.map(|it| it.get("const").unwrap_or(it));
        all.filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    for few in [words(&schema["enum"]), words(&schema["oneOf"])] {
        if few.iter().any(|it| it == word) {
            found.extend(few);
        }
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|it| collect(it, word, found)),
        Value::Array(items) => items.iter().for_each(|it| collect(it, word, found)),
        _ => {}
    }
}
