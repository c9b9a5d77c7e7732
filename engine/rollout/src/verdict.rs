//! What gates say: their description of themselves, and their verdicts with the evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a gate says of itself (`describe` of the gate contract).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateDescription {
    /// The gate's name where the file gives none, `[a-z][a-z0-9-]{0,62}`.
    pub name: String,
    /// The gate's own version.
    pub version: String,
    /// One sentence for a list.
    pub summary: String,
    /// The JSON Schema (draft 2020-12) of its configuration.
    pub configuration_schema: serde_json::Value,
    /// What it would like to be granted.
    pub wishes: Wishes,
}

/// What a gate would like to be granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// Metric namespaces beyond the deployment's own series.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// Whether it sends HTTP requests.
    #[serde(default)]
    pub http: bool,
    /// Whether it learns.
    #[serde(default)]
    pub memory: bool,
}

/// What a look at a gate ended with. Evidence has five answers, not two (S02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The evidence suffices to go on.
    Promote,
    /// It does not suffice yet.
    Hold,
    /// The canary harms.
    Rollback,
    /// There is nothing to judge by.
    NoData,
    /// The gate could not be asked: a trap, a limit, a time-out, a provider's error.
    Error,
}

/// A decision with its reason and evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// What to do.
    pub decision: Decision,
    /// A stable word for machines, for example `too-many-errors`.
    pub code: String,
    /// One sentence with the numbers, for people.
    pub sentence: String,
    /// The rows of evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Not before so many seconds; only ever lengthens the gate's `every`, to 300 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_again_in_s: Option<u32>,
}

impl Verdict {
    /// A verdict without findings, as the host itself gives one.
    #[must_use]
    pub fn plain(decision: Decision, code: &str, sentence: impl Into<String>) -> Self {
        Verdict {
            decision,
            code: code.to_owned(),
            sentence: sentence.into(),
            findings: Vec::new(),
            look_again_in_s: None,
        }
    }
}

/// How one row of evidence looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingStatus {
    /// Within the limit.
    Ok,
    /// Near it.
    Warning,
    /// Beyond it.
    Bad,
    /// Unknown.
    NoData,
}

/// One row of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// For example `bad responses`.
    pub name: String,
    /// The canary's value, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<f64>,
    /// The baseline's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// What it is held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// For example `%` or `ms`; empty for a pure number.
    pub unit: String,
    /// How it looks.
    pub status: FindingStatus,
    /// At most 64 values in rising time, for a sparkline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<f64>,
}
