//! `service.containers[].log_configuration`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::values::Words;

/// Where a container's output goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Log configuration")]
pub struct LogConfiguration {
    /// The log driver, as Docker calls it.
    #[schemars(length(min = 1), example = &"awslogs", example = &"splunk", example = &"none")]
    pub log_driver: String,
    /// Options of the driver.
    #[serde(default)]
    #[schemars(example = json!({ "splunk-url": "https://splunk.example.com" }))]
    pub options: BTreeMap<String, Words>,
    /// Options whose values are secrets.
    #[serde(default)]
    pub secret_options: Vec<SecretOption>,
}

/// An option whose value is a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Secret option")]
pub struct SecretOption {
    /// The option's name.
    #[schemars(length(min = 1), example = &"splunk-token")]
    pub name: String,
    /// The ARN of the secret or of the parameter.
    #[schemars(
        length(min = 1),
        example = &"arn:aws:ssm:{{region}}:{{account_id}}:parameter/splunk"
    )]
    pub value_from: String,
}
