//! Amazon resource names.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An Amazon resource name: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Arn(pub String);

impl JsonSchema for Arn {
    fn schema_name() -> Cow<'static, str> {
        "Arn".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "ARN",
            "description": "An Amazon resource name; it may hold templates.",
            "type": "string",
            "pattern": "^arn:",
            "patternErrorMessage": "Expected an ARN, which begins with arn:"
        })
    }
}
