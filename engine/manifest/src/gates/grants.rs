//! Wishes of a plugin against the grants of a gate.

use rollout::Wishes;

/// What a gate may ask for, and what its plugin would like to.
pub(super) struct Balance<'a> {
    pub(super) wishes: &'a Wishes,
    pub(super) origins: usize,
    pub(super) namespaces: Vec<&'a str>,
}

impl<'a> Balance<'a> {
    /// Namespaces that are wished for and not granted.
    pub(super) fn missing_namespaces(&self) -> Vec<&'a str> {
        let wished = self.wishes.metrics.iter().map(String::as_str);
        wished.filter(|wish| !self.namespaces.contains(wish)).collect()
    }

    /// HTTP is wished for and not granted.
    pub(super) fn missing_http(&self) -> bool {
        self.wishes.http && self.origins == 0
    }

    /// HTTP is granted and not wished for.
    pub(super) fn unused_http(&self) -> bool {
        !self.wishes.http && self.origins > 0
    }

    /// The places, in the list of granted namespaces, of those that nobody wants.
    pub(super) fn unused_namespaces(&self) -> Vec<usize> {
        let unused = |name: &&str| !self.wishes.metrics.iter().any(|wish| wish == name);
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
