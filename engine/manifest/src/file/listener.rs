//! `listeners`: the ports the balancers listen on, and the rules on them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::{Action, ContainerRef};
use crate::values::{ContainerPort, Whole, Words};

/// A port the balancers listen on for the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Listener")]
pub struct Listener {
    /// The port of the balancer.
    pub port: ContainerPort,
    /// The protocol that clients speak.
    #[serde(default)]
    pub protocol: Protocol,
    /// The container port that requests go to.
    pub target_group: ListenerTarget,
    /// Domains of the certificates, as ACM lists them. Required for HTTPS.
    #[serde(default)]
    #[schemars(inner(length(min = 1)), example = json!(["*.example.com"]))]
    pub certificates: Vec<String>,
    /// The security policy for HTTPS. Default: ELBSecurityPolicy-2016-08.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"ELBSecurityPolicy-TLS13-1-2-2021-06")]
    pub ssl_policy: Option<String>,
    /// Rules. Required where another service listens on the port already.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// Where the requests of a listener go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Listener target")]
pub struct ListenerTarget {
    /// The container port, one of target_groups.
    pub container: ContainerRef,
}

/// HTTP or HTTPS, in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// HTTP.
    #[default]
    Http,
    /// HTTPS.
    Https,
}

impl JsonSchema for Protocol {
    fn schema_name() -> Cow<'static, str> {
        "Protocol".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Protocol",
            "description": "HTTP or HTTPS, in any case.",
            "anyOf": [
                { "enum": ["HTTP", "HTTPS"] },
                {
                    "type": "string",
                    "pattern": "^[Hh][Tt][Tt][Pp][Ss]?$",
                    "patternErrorMessage": "Expected HTTP or HTTPS."
                }
            ]
        })
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.to_ascii_uppercase().as_str() {
            "HTTP" => Ok(Protocol::Http),
            "HTTPS" => Ok(Protocol::Https),
            _ => Err(D::Error::unknown_variant(&text, &["HTTP", "HTTPS"])),
        }
    }
}

/// A rule of a listener: conditions, and what happens to requests that meet them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Rule")]
pub struct Rule {
    /// Rules are tried in rising priority. Default: after the highest there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 50)]
    pub priority: Option<Whole<1, 50_000>>,
    /// What happens to a request, in order. Unless one of them answers it, it is then forwarded to
    /// the container.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What a request must meet.
    #[schemars(length(min = 1))]
    pub conditions: Vec<Condition>,
}

/// What a request must meet: one of the values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Condition")]
pub struct Condition {
    /// What is looked at.
    pub field: ConditionField,
    /// The name of the header, for http-header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"X-Canary")]
    pub http_header_name: Option<String>,
    /// The values of which one must match.
    #[schemars(length(min = 1), example = json!(["{{fqdn}}"]))]
    pub values: Vec<Words>,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionField {
    /// The host the client asked for.
    HostHeader,
    /// A header; http_header_name says which.
    HttpHeader,
    /// The method.
    HttpRequestMethod,
    /// The path.
    PathPattern,
    /// The client's address, as a CIDR block.
    SourceIp,
}
