//! Flags: booleans, those of YAML 1.1 included.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// `true` or `false`. The words YAML 1.1 took for booleans are taken too, with a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Flag(pub bool);

/// The booleans of YAML 1.1.
const PATTERN: &str = "^([Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF|[Tt]rue|TRUE|[Ff]alse|FALSE)$";

impl JsonSchema for Flag {
    fn schema_name() -> Cow<'static, str> {
        "Flag".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Flag",
            "description": "true or false; yes, no, on and off are accepted with a warning.",
            "anyOf": [
                { "type": "boolean" },
                {
                    "type": "string",
                    "pattern": PATTERN,
                    "patternErrorMessage": "Expected true or false."
                }
            ]
        })
    }
}
