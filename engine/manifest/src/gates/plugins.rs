//! What plugins say of themselves: the built-in ones are known, others are told.

use std::collections::BTreeMap;

use rollout::GateDescription;

/// What is known of plugins, by the words that name them.
#[derive(Clone, Debug, Default)]
pub struct Plugins(BTreeMap<String, GateDescription>);

/// What the built-in components say of themselves, written down when they were built.
const BUILT_IN: [&str; 5] = [
    include_str!("../../../../plugins/dist/cloudwatch-metrics.json"),
    include_str!("../../../../plugins/dist/error-rate.json"),
    include_str!("../../../../plugins/dist/http-smoke.json"),
    include_str!("../../../../plugins/dist/kayenta.json"),
    include_str!("../../../../plugins/dist/latency.json"),
];

impl Plugins {
    /// The built-in ones, `builtin:NAME`.
    #[must_use]
    pub fn built_in() -> Self {
        let descriptions = BUILT_IN.iter().filter_map(|text| serde_json::from_str(text).ok());
        let named =
            |description: GateDescription| (format!("builtin:{}", description.name), description);
        Plugins(descriptions.map(named).collect())
    }

    /// These and one more. `plugin` is the path as the file or the command line spells it.
    #[must_use]
    pub fn with(mut self, plugin: &str, description: GateDescription) -> Self {
        self.0.insert(plugin.to_owned(), description);
        self
    }

    /// What a plugin says of itself.
    #[must_use]
    pub fn get(&self, plugin: &str) -> Option<&GateDescription> {
        self.0.get(plugin)
    }

    /// The words that name them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_description_can_be_read() {
        let plugins = Plugins::built_in();
        assert_eq!(plugins.names().count(), BUILT_IN.len());
        assert!(plugins.get("builtin:latency").is_some());
    }
}
