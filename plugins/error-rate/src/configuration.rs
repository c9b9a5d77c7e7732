//! What the file may say to this gate; the bounds are in `schema.json`.

use gate_sdk::Issue;
use gate_sdk::settings::{Ceiling, Settings, Wording};
use serde::Deserialize;

/// The JSON Schema of [`Configuration`].
pub const SCHEMA: &str = include_str!("schema.json");

/// How the gate speaks of what it counts.
#[must_use]
pub fn wording() -> Wording {
    Wording { adjective: "bad".into(), finding: "bad responses", code: "too-many-errors" }
}

/// Whether requests without a response count as bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unanswered {
    /// They do.
    #[default]
    Count,
    /// They do not: for targets that answer 101, which the balancer counts nowhere.
    Ignore,
}

/// The gate's configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// See [`Settings::max_ratio`].
    pub max_ratio: f64,
    /// See [`Settings::alpha`].
    pub alpha: f64,
    /// See [`Settings::negligible_ratio`].
    pub negligible_ratio: f64,
    /// See [`Ceiling::share`].
    pub ceiling: f64,
    /// See [`Ceiling::requests`].
    pub ceiling_requests: u32,
    /// Whether requests without a response count as bad.
    pub unanswered: Unanswered,
    /// See [`Settings::lag_s`].
    pub lag_s: u32,
}

impl Default for Configuration {
    fn default() -> Self {
        let settings = Settings::for_errors();
        Self {
            max_ratio: settings.max_ratio,
            alpha: settings.alpha,
            negligible_ratio: settings.negligible_ratio,
            ceiling: Ceiling::default().share,
            ceiling_requests: 20,
            unanswered: Unanswered::Count,
            lag_s: settings.lag_s,
        }
    }
}

impl Configuration {
    /// Reads it from JSON text.
    ///
    /// # Errors
    /// When the text is no such configuration.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// What the comparison is told.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            alpha: self.alpha,
            max_ratio: self.max_ratio,
            negligible_ratio: self.negligible_ratio,
            ceiling: Some(Ceiling {
                share: self.ceiling,
                requests: f64::from(self.ceiling_requests),
            }),
            lag_s: self.lag_s,
            ..Settings::for_errors()
        }
    }
}

/// What the schema cannot say about a configuration.
#[must_use]
pub(crate) fn issues(json: &str) -> Vec<Issue> {
    let issue = |pointer: &str, message: String| Issue { pointer: pointer.into(), message };
    match Configuration::read(json) {
        Err(error) => vec![issue("", error.to_string())],
        Ok(c) if c.negligible_ratio >= c.ceiling => {
            let message = format!(
                "{} is not below the ceiling of {}: what is rolled back is not negligible",
                c.negligible_ratio, c.ceiling
            );
            vec![issue("/negligible_ratio", message)]
        }
        Ok(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Configuration, SCHEMA, issues};
    use serde_json::{Value, json};

    #[test]
    fn the_defaults_of_the_schema_are_those_of_the_gate() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        let defaults: Value =
            properties.iter().map(|(k, v)| (k.clone(), v["default"].clone())).collect();
        let read = Configuration::read(&defaults.to_string()).unwrap();
        assert_eq!(read, Configuration::default());
    }

    #[test]
    fn every_example_is_valid_and_an_unknown_field_is_not() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (name, property) in schema["properties"].as_object().unwrap() {
            for example in property["examples"].as_array().unwrap() {
                let configuration = json!({ name: example });
                assert!(validator.is_valid(&configuration), "{configuration}");
                assert_eq!(issues(&configuration.to_string()), []);
            }
        }
        assert!(!validator.is_valid(&json!({"max_ration": 2})));
        assert_eq!(issues(r#"{"max_ration": 2}"#).len(), 1);
    }

    #[test]
    fn a_negligible_share_above_the_ceiling_is_an_issue() {
        let found = issues(r#"{"negligible_ratio": 0.1, "ceiling": 0.05}"#);
        assert_eq!(found[0].pointer, "/negligible_ratio");
    }
}
