//! What the file may say to this gate; the bounds are in `schema.json`.

use gate_sdk::Issue;
use gate_sdk::settings::Settings;
use serde::Deserialize;

/// The JSON Schema of [`Configuration`].
pub const SCHEMA: &str = include_str!("schema.json");

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
    /// What the canary's 99th percentile may be at most, in milliseconds; no limit by default.
    pub ceiling_p99_ms: Option<f64>,
    /// What slow is, in milliseconds; by default the baseline's 95th percentile.
    pub threshold_ms: Option<f64>,
    /// See [`Settings::lag_s`].
    pub lag_s: u32,
}

impl Default for Configuration {
    fn default() -> Self {
        let settings = Settings::for_slow_requests();
        Self {
            max_ratio: settings.max_ratio,
            alpha: settings.alpha,
            negligible_ratio: settings.negligible_ratio,
            ceiling_p99_ms: None,
            threshold_ms: None,
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
            lag_s: self.lag_s,
            ..Settings::for_slow_requests()
        }
    }
}

/// What the schema cannot say about a configuration.
pub(crate) fn issues(json: &str) -> Vec<Issue> {
    let issue = |pointer: &str, message: String| Issue { pointer: pointer.into(), message };
    let c = match Configuration::read(json) {
        Err(error) => return vec![issue("", error.to_string())],
        Ok(c) => c,
    };
    match (c.ceiling_p99_ms, c.threshold_ms) {
        (Some(ceiling), Some(threshold)) if ceiling <= threshold => {
            let message = format!("{ceiling} ms is not above threshold_ms ({threshold} ms)");
            vec![issue("/ceiling_p99_ms", message)]
        }
        _ => Vec::new(),
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
        let defaults: Value = properties
            .iter()
            .filter_map(|(k, v)| v.get("default").map(|d| (k.clone(), d.clone())))
            .collect();
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
        assert!(!validator.is_valid(&json!({"treshold_ms": 2})));
        assert_eq!(issues(r#"{"treshold_ms": 2}"#).len(), 1);
    }

    #[test]
    fn a_ceiling_below_the_threshold_is_an_issue() {
        let found = issues(r#"{"ceiling_p99_ms": 100, "threshold_ms": 300}"#);
        assert_eq!(found[0].pointer, "/ceiling_p99_ms");
    }
}
