//! Bytes that a gate keeps, as a person writes them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Bytes of a gate's own making: one of text, JSON, base64.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Content {
    /// Text, in UTF-8.
    pub text: Option<String>,
    /// JSON; handed over without spaces, compared by its values.
    pub json: Option<Value>,
    /// Any bytes, as base64.
    pub base64: Option<String>,
}

impl Content {
    /// The bytes.
    ///
    /// # Errors
    /// What is wrong with how they are given.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, String> {
        match (&self.text, &self.json, &self.base64) {
            (Some(text), None, None) => Ok(text.clone().into_bytes()),
            (None, Some(json), None) => Ok(json.to_string().into_bytes()),
            (None, None, Some(base64)) => {
                BASE64_STANDARD.decode(base64).map_err(|error| format!("no base64: {error}"))
            }
            _ => Err("give one of `text`, `json` and `base64`".to_owned()),
        }
    }

    /// Whether these are the bytes.
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        match &self.json {
            Some(json) => serde_json::from_slice::<Value>(bytes).is_ok_and(|it| same(json, &it)),
            None => self.bytes().is_ok_and(|expected| expected == bytes),
        }
    }
}

/// Equal JSON, numbers by their value: 1 is 1.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => super::compare::near(a, b),
            _ => a == b,
        },
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Bytes as a person reads them: text where they are text.
pub(super) fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok("") => "nothing".to_owned(),
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => format!("base64 {}", BASE64_STANDARD.encode(bytes)),
    }
}
