//! What the file may say to this gate; the bounds are in `schema.json`.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The JSON Schema of [`Configuration`].
pub const SCHEMA: &str = include_str!("schema.json");

/// The gate's configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// What is asked at each look.
    pub requests: Vec<Request>,
    /// So many looks in a row must pass.
    #[serde(default = "three")]
    pub passes: u32,
    /// What looks that fail lead to.
    #[serde(default)]
    pub on_fail: OnFail,
    /// So many looks in a row must fail before they roll back.
    #[serde(default = "three")]
    pub failures: u32,
}

fn three() -> u32 {
    3
}

/// What looks that fail lead to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFail {
    /// A hold, which the step's `max_wait` ends.
    #[default]
    Hold,
    /// A roll back, after some in a row.
    Rollback,
}

/// One request and what its answer must be.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What reports call it.
    pub name: String,
    /// The HTTP method.
    #[serde(default = "get")]
    pub method: String,
    /// The URL, with `{green}`, `{blue}` or `{fqdn}` as its host.
    pub url: String,
    /// Headers to send, by name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body to send.
    #[serde(default)]
    pub body: String,
    /// How long to wait for the whole answer, in milliseconds.
    #[serde(default = "five_seconds")]
    pub timeout_ms: u32,
    /// Whether to follow redirects.
    #[serde(default)]
    pub follow_redirects: bool,
    /// What the answer must be.
    #[serde(default)]
    pub expect: Expect,
}

fn get() -> String {
    "GET".to_owned()
}

fn five_seconds() -> u32 {
    5000
}

/// What an answer must be: all of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// Its status.
    pub status: Status,
    /// Its headers.
    pub headers: Vec<HeaderRule>,
    /// Its body, which is JSON then.
    pub json: Vec<JsonRule>,
    /// A regular expression that its body must match somewhere.
    pub body_matches: Option<String>,
    /// The most milliseconds until the whole answer is there.
    pub max_ms: Option<f64>,
}

/// A status, a class such as `2xx`, or several of both.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Status {
    /// One status.
    Code(u32),
    /// `1xx` to `5xx`.
    Class(String),
    /// Any of these.
    Any(Vec<Status>),
}

impl Default for Status {
    fn default() -> Self {
        Status::Class("2xx".to_owned())
    }
}

impl Status {
    /// Whether a status is this one, or one of these.
    #[must_use]
    pub fn takes(&self, status: u32) -> bool {
        match self {
            Status::Code(code) => *code == status,
            Status::Class(class) => class.starts_with(&(status / 100).to_string()),
            Status::Any(of) => of.iter().any(|it| it.takes(status)),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Code(code) => write!(f, "{code}"),
            Status::Class(class) => f.write_str(class),
            Status::Any(of) => {
                let all: Vec<String> = of.iter().map(Status::to_string).collect();
                f.write_str(&all.join(" or "))
            }
        }
    }
}

/// What a header of the answer must be. With a name alone, it must be there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderRule {
    /// Its name, in any case.
    pub name: String,
    /// Whether it must be there, or must not.
    #[serde(default = "yes")]
    pub present: bool,
    /// What one of its values must be.
    pub equals: Option<String>,
    /// A regular expression that one of its values must match somewhere.
    pub matches: Option<String>,
}

/// What a place in a JSON body must hold. With a pointer alone, it must be there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonRule {
    /// A JSON pointer (RFC 6901).
    pub pointer: String,
    /// Whether it must be there, or must not.
    #[serde(default = "yes")]
    pub exists: bool,
    /// What it must be; `null` is a value.
    #[serde(default, deserialize_with = "given")]
    pub equals: Option<Value>,
    /// A regular expression that its text must match somewhere.
    pub matches: Option<String>,
}

fn yes() -> bool {
    true
}

/// `null` that is given is not the same as nothing given.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl Configuration {
    /// Reads it from JSON text.
    ///
    /// # Errors
    /// When the text is no such configuration.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}
