//! A policy document, as IAM reads it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// A managed policy has at most so many characters, white space not counted (IAM user guide,
/// "IAM and AWS STS quotas").
pub const MOST_CHARACTERS: usize = 6_144;

/// Operator → key → values.
pub type Condition = BTreeMap<&'static str, BTreeMap<&'static str, List<String>>>;

/// Several; one is written without the brackets, which IAM counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    /// Of the policy language.
    pub version: &'static str,
    /// Each allows some actions on some resources.
    pub statement: Vec<Statement>,
}

/// Actions that are allowed on resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// What it is about, in letters and digits.
    pub sid: String,
    /// `Allow`.
    pub effect: &'static str,
    /// `service:Action` each.
    pub action: List<&'static str>,
    /// ARNs, `*` in them standing for anything; `*` alone where IAM knows no resource of the actions.
    pub resource: List<String>,
    /// What must be true besides.
    #[serde(skip_serializing_if = "Condition::is_empty")]
    pub condition: Condition,
}

impl Statement {
    pub(super) fn allow(
        sid: String,
        action: Vec<&'static str>,
        resource: Vec<String>,
        condition: Condition,
    ) -> Self {
        Statement {
            sid,
            effect: "Allow",
            action: List(action),
            resource: List(resource),
            condition,
        }
    }
}

impl Policy {
    pub(super) fn new(statement: Vec<Statement>) -> Self {
        Policy { version: "2012-10-17", statement }
    }

    /// The document, indented.
    #[must_use]
    pub fn text(&self) -> String {
        // Texts and lists of texts always have a JSON.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Its length as IAM counts it.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.text().chars().filter(|it| !it.is_whitespace()).count()
    }
}
