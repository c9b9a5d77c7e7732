//! What a plugin's configuration schema offers, held against itself: whether it is one, whether its
//! own defaults and examples fit it, and a configuration to try the plugin with.

use serde_json::{Map, Value, json};

use crate::schema::{compile, lead_into};

/// What is wrong with a configuration schema, and what there is to know of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfferedSchema {
    /// JSON pointer into the schema, and what is wrong there.
    pub faults: Vec<(String, String)>,
    /// How many fields it has, at any depth.
    pub fields: usize,
    /// JSON pointers of the fields that say nothing of themselves.
    pub undescribed: Vec<String>,
    /// A configuration that it accepts, if one can be made of its defaults and examples.
    pub sample: Option<Value>,
}

impl OfferedSchema {
    /// Looks a schema over.
    #[must_use]
    pub fn of(schema: &Value) -> Self {
        let mut offered = OfferedSchema::default();
        if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
            let fault = (error.instance_path().as_str().to_owned(), error.to_string());
            offered.faults.push(fault);
            return offered;
        }
        let validator = match compile(schema) {
            Ok(validator) => validator,
            Err(why) => {
                offered.faults.push((String::new(), why));
                return offered;
            }
        };
        if schema.get("type").is_some_and(|kind| kind != "object") {
            let why = "a configuration is a mapping: `type` must be `object`".to_owned();
            offered.faults.push(("/type".to_owned(), why));
        }
        offered.walk(schema, schema, "");
        let candidates = [json!({})].into_iter().chain(examples(schema)).chain(made(schema));
        offered.sample = candidates.into_iter().find(|it| it.is_object() && validator.is_valid(it));
        offered
    }

    fn walk(&mut self, root: &Value, schema: &Value, at: &str) {
        match schema {
            Value::Object(keywords) => {
                self.own_values(root, keywords, at);
                for (keyword, below) in keywords {
                    let at = format!("{at}/{}", escaped(keyword));
                    match (keyword.as_str(), below) {
                        ("properties", Value::Object(fields)) => self.fields(root, fields, &at),
                        ("default" | "examples" | "enum" | "const", _) => {}
                        _ => self.walk(root, below, &at),
                    }
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.walk(root, item, &format!("{at}/{place}"));
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, root: &Value, fields: &Map<String, Value>, at: &str) {
        for (name, field) in fields {
            let at = format!("{at}/{}", escaped(name));
            self.fields += 1;
            let described = |schema: &Value| schema.get("description").is_some();
            let referred = field.get("$ref").and_then(Value::as_str);
            let referred = referred.and_then(|it| root.pointer(it.strip_prefix('#')?));
            let constant = field.get("const").is_some();
            if !(described(field) || referred.is_some_and(described) || constant) {
                self.undescribed.push(at.clone());
            }
            self.walk(root, field, &at);
        }
    }

    /// The default and the examples of a schema, held against it.
    fn own_values(&mut self, root: &Value, schema: &Map<String, Value>, at: &str) {
        let examples = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        let examples =
            examples.enumerate().map(|(place, value)| (format!("{at}/examples/{place}"), value));
        let default = schema.get("default").map(|value| (format!("{at}/default"), value));
        let values: Vec<_> = default.into_iter().chain(examples).collect();
        if values.is_empty() {
            return;
        }
        match compile(&part(root, at)) {
            Ok(validator) => {
                for (at, value) in values {
                    let wrong = validator.iter_errors(value).next();
                    self.faults.extend(wrong.map(|error| (at, error.to_string())));
                }
            }
            Err(why) => self.faults.push((at.to_owned(), why)),
        }
    }
}

/// A part of a schema as a schema of its own, what it refers to beside it.
fn part(root: &Value, at: &str) -> Value {
    const WHOLE: &str = "whole";
    let mut whole = root.clone();
    if let Value::Object(keywords) = &mut whole {
        keywords.remove("$id");
        keywords.remove("$schema");
    }
    lead_into(&mut whole, WHOLE);
    json!({ "$ref": format!("#/$defs/{WHOLE}{at}"), "$defs": { WHOLE: whole } })
}

fn examples(schema: &Value) -> impl Iterator<Item = Value> {
    let examples = schema.get("examples").and_then(Value::as_array).cloned().unwrap_or_default();
    schema.get("default").cloned().into_iter().chain(examples)
}

/// A mapping of what the fields that must be there offer for themselves.
fn made(schema: &Value) -> Option<Value> {
    let required = schema.get("required")?.as_array()?;
    let field = |name: &Value| {
        let name = name.as_str()?;
        let field = schema.get("properties")?.get(name)?;
        let choice = field.get("enum").and_then(|it| it.get(0)).or(field.get("const")).cloned();
        Some((name.to_owned(), examples(field).next().or(choice)?))
    };
    required.iter().map(field).collect::<Option<Map<_, _>>>().map(Value::Object)
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(field: &Value) -> Value {
        json!({ "type": "object", "properties": { "a": field } })
    }

    #[test]
    fn what_a_schema_says_against_itself_is_found_at_its_place() {
        for (schema, expected) in [
            (field(&json!({ "type": "number", "default": "x" })), "/properties/a/default"),
            (field(&json!({ "minimum": 5, "examples": [7, 3] })), "/properties/a/examples/1"),
            (field(&json!({ "type": "seconds" })), "/properties/a/type"),
            (json!({ "type": "array" }), "/type"),
            (json!({ "type": "object", "required": ["a"], "examples": [{}] }), "/examples/0"),
            (
                json!({
                    "$defs": { "small": { "maximum": 1 } },
                    "properties": { "a": { "$ref": "#/$defs/small", "default": 2 } },
                }),
                "/properties/a/default",
            ),
        ] {
            let offered = OfferedSchema::of(&schema);
            let places: Vec<_> = offered.faults.iter().map(|(at, _)| at.as_str()).collect();
            assert_eq!(places, [expected], "{schema}: {:?}", offered.faults);
        }
    }

    #[test]
    fn a_sample_is_made_of_defaults_and_examples_and_never_invented() {
        let required = |field: Value| json!({ "properties": { "a": field }, "required": ["a"], "type": "object" });
        for (schema, sample) in [
            (json!({}), Some(json!({}))),
            (required(json!({ "examples": [500] })), Some(json!({ "a": 500 }))),
            (required(json!({ "enum": ["x", "y"] })), Some(json!({ "a": "x" }))),
            (required(json!({ "type": "number" })), None),
            (
                json!({ "required": ["a"], "examples": [{ "a": 1 }, { "b": 1 }] }),
                Some(json!({ "a": 1 })),
            ),
        ] {
            assert_eq!(OfferedSchema::of(&schema).sample, sample, "{schema}");
        }
    }

    #[test]
    fn fields_are_counted_and_those_without_a_word_named() {
        let inner = json!({ "properties": { "b": {}, "c": { "description": "C." } } });
        let offered = OfferedSchema::of(&field(&json!({ "description": "A.", "items": inner })));
        assert_eq!(offered.fields, 3);
        assert_eq!(offered.undescribed, ["/properties/a/items/properties/b"]);
    }
}
