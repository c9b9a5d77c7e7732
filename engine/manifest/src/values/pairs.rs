//! Names with values, as a mapping or as a list of mappings.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::Words;

/// Names with values, in the order of the file: `- NAME: value` lines, as the predecessor wrote
/// them, or a plain mapping. A name without a value has the empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Pairs(pub Vec<(String, Words)>);

impl JsonSchema for Pairs {
    fn schema_name() -> Cow<'static, str> {
        "Pairs".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let words = generator.subschema_for::<Words>();
        let value = json_schema!({ "anyOf": [words, { "type": "null" }] });
        json_schema!({
            "title": "Names with values",
            "description": "A list of `NAME: value` lines, or a mapping.",
            "examples": [[{ "LOG_LEVEL": "info" }], { "LOG_LEVEL": "info" }],
            "anyOf": [
                {
                    "type": "array",
                    "items": { "type": "object", "minProperties": 1, "additionalProperties": value }
                },
                { "type": "object", "additionalProperties": value }
            ]
        })
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of `NAME: value` lines, or a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = map.next_entry::<_, Option<Words>>()? {
            pairs.push((name, value.unwrap_or_default()));
        }
        Ok(Pairs(pairs))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some(Pairs(more)) = seq.next_element()? {
            pairs.extend(more);
        }
        Ok(Pairs(pairs))
    }
}
