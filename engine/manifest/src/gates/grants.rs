//! Wishes of a plugin against the grants of a gate.

use rollout::{GateDescription, Wishes};
use serde_json::{Map, Value};

use crate::file::Gate;

/// What a gate may ask for, and what its plugin would like to.
pub(super) struct Balance<'a> {
    pub(super) wishes: &'a Wishes,
    pub(super) origins: usize,
    pub(super) namespaces: Vec<&'a str>,
    /// Namespaces that the configuration of a built-in gate asks about by dimensions.
    asked: Vec<&'a str>,
    config: &'a Map<String, Value>,
}

impl<'a> Balance<'a> {
    /// That of a gate and its plugin.
    pub(super) fn of(gate: &'a Gate, description: &'a GateDescription) -> Self {
        let mut asked = Vec::new();
        if gate.is_built_in() {
            gate.config.values().for_each(|value| foreign_series(value, &mut asked));
        }
        Balance {
            wishes: &description.wishes,
            origins: gate.grants.http.len(),
            namespaces: gate.grants.metrics.iter().map(String::as_str).collect(),
            asked,
            config: &gate.config,
        }
    }

    /// Namespaces that are wished for and not granted.
    pub(super) fn missing_namespaces(&self) -> Vec<&'a str> {
        let mut missing = Vec::new();
        let wished = self.wishes.metrics.iter().map(String::as_str);
        for wish in wished.chain(self.asked.iter().copied()) {
            if !self.namespaces.contains(&wish) && !missing.contains(&wish) {
                missing.push(wish);
            }
        }
        missing
    }

    /// HTTP is wished for and not granted.
    pub(super) fn missing_http(&self) -> bool {
        self.wishes.http && self.origins == 0
    }

    /// HTTP is granted and not wished for.
    pub(super) fn unused_http(&self) -> bool {
        !self.wishes.http && self.origins > 0
    }

    /// The places, in the list of granted namespaces, of those that nobody wants: neither the
    /// plugin by itself nor anything in the configuration.
    pub(super) fn unused_namespaces(&self) -> Vec<usize> {
        let unused = |name: &&str| {
            let wished = self.wishes.metrics.iter().any(|wish| wish == name);
            !wished && !self.config.values().any(|value| mentions(value, name))
        };
        let granted = self.namespaces.iter().enumerate();
        granted.filter(|(_, name)| unused(name)).map(|(index, _)| index).collect()
    }

    /// The YAML that would grant all that is missing, keeping the namespaces that are granted.
    pub(super) fn yaml(&self) -> String {
        let mut lines = vec!["grants:".to_owned()];
        if self.missing_http() {
            lines.push("  http: [\"https://green\"]".to_owned());
        }
        if !self.missing_namespaces().is_empty() {
            let all = self.namespaces.iter().copied().chain(self.missing_namespaces());
            let quoted: Vec<String> = all.map(|name| format!("{name:?}")).collect();
            lines.push(format!("  metrics: [{}]", quoted.join(", ")));
        }
        lines.join("\n")
    }
}

/// The namespaces of series that are described by their dimensions, so: not the deployment's own.
fn foreign_series<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            if let (Some(Value::String(namespace)), Some(_)) =
                (fields.get("namespace"), fields.get("dimensions"))
            {
                found.push(namespace);
            }
            fields.values().for_each(|value| foreign_series(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| foreign_series(value, found)),
        _ => {}
    }
}

/// Whether a text stands somewhere in a value.
fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(it) => it == text,
        Value::Array(items) => items.iter().any(|value| mentions(value, text)),
        Value::Object(fields) => fields.values().any(|value| mentions(value, text)),
        _ => false,
    }
}
