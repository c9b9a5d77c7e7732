//! What a case expects of a gate. Only what is stated is compared.

use std::collections::BTreeMap;

use regex_lite::Regex;
use rollout::{Decision, FindingStatus};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a text must be; both, where both are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Text {
    /// Words that must be in it.
    pub contains: Option<String>,
    /// A regular expression that must be found in it.
    pub matches: Option<String>,
}

impl Text {
    pub(super) fn fits(&self, text: &str) -> bool {
        let contained = self.contains.as_ref().is_none_or(|words| text.contains(words));
        let found = |pattern: &String| Regex::new(pattern).is_ok_and(|it| it.is_match(text));
        contained && self.matches.as_ref().is_none_or(found)
    }

    /// In words, for a difference.
    pub(super) fn told(&self) -> String {
        let contains = self.contains.as_ref().map(|words| format!("… {words} …"));
        let matches = self.matches.as_ref().map(|pattern| format!("a match of {pattern}"));
        [contains, matches].into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

/// What a gate decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedDecision {
    /// The evidence suffices to go on.
    Promote,
    /// It does not suffice yet.
    Hold,
    /// The canary harms: back to the baseline.
    Rollback,
    /// There is nothing to judge by.
    NoData,
}

impl From<ExpectedDecision> for Decision {
    fn from(expected: ExpectedDecision) -> Self {
        match expected {
            ExpectedDecision::Promote => Decision::Promote,
            ExpectedDecision::Hold => Decision::Hold,
            ExpectedDecision::Rollback => Decision::Rollback,
            ExpectedDecision::NoData => Decision::NoData,
        }
    }
}

/// The verdict that a look ends with.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedVerdict {
    /// What to do.
    pub decision: Option<ExpectedDecision>,
    /// Its word for machines.
    pub code: Option<String>,
    /// Its sentence for people.
    pub sentence: Option<Text>,
    /// Rows of evidence, by name; there may be others.
    pub findings: BTreeMap<String, ExpectedFinding>,
    /// Seconds until it should be asked again.
    pub look_again_in: Option<u32>,
}

/// A row of evidence. Numbers are equal when they differ by less than a millionth.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedFinding {
    /// The canary's value.
    pub canary: Option<f64>,
    /// The baseline's value.
    pub baseline: Option<f64>,
    /// What it is held against.
    pub limit: Option<f64>,
    /// Its unit.
    pub unit: Option<String>,
    /// How it looks.
    pub status: Option<FindingStatus>,
    /// The values of its sparkline.
    pub series: Option<Vec<f64>>,
}

/// Why the host refuses: a trap, a limit, a result that breaks the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedError {
    /// The word for machines, for example `fuel`, `memory`, `trap`, `too-many-questions`.
    pub code: Option<String>,
    /// What is said for people.
    pub sentence: Option<Text>,
}

/// Something wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedIssue {
    /// JSON pointer into the configuration, for example `/max_ratio`; empty for all of it.
    pub pointer: String,
    /// What is said of it.
    #[serde(default)]
    pub message: Option<Text>,
}

/// A question: at most one of `metric`, `expression`, `request`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedQuestion {
    /// Its id.
    pub id: Option<String>,
    /// For one series.
    pub metric: Option<ExpectedMetric>,
    /// In metric math.
    pub expression: Option<ExpectedExpression>,
    /// By an HTTP request.
    pub request: Option<ExpectedRequest>,
}

/// One of the two releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedSide {
    /// The new release (green).
    Canary,
    /// The old release (blue).
    Baseline,
}

/// A part of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedPart {
    /// Its balancer.
    LoadBalancer,
    /// One of its target groups.
    TargetGroup,
    /// Its ECS service.
    Service,
}

/// A question for a CloudWatch series.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedMetric {
    /// For example `AWS/ApplicationELB`.
    pub namespace: Option<String>,
    /// For example `RequestCount`.
    pub name: Option<String>,
    /// As CloudWatch spells it.
    pub statistic: Option<String>,
    /// The release whose own series is asked for.
    pub of: Option<ExpectedSide>,
    /// The part of the release whose own series is asked for.
    pub part: Option<ExpectedPart>,
    /// Which target group, counted from 0.
    pub target_group: Option<u32>,
    /// The dimensions of a series that is not the deployment's own, all of them.
    pub dimensions: Option<BTreeMap<String, String>>,
    /// The length of a period, in seconds.
    pub period: Option<u32>,
    /// Where it begins, in seconds from the deployment's start.
    pub begin: Option<i64>,
    /// Where it ends, in seconds from the deployment's start.
    pub end: Option<i64>,
}

/// A question in CloudWatch metric math.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedExpression {
    /// For example `100 * errors / requests`.
    pub expression: Option<String>,
    /// The length of a period, in seconds.
    pub period: Option<u32>,
    /// Where it begins, in seconds from the deployment's start.
    pub begin: Option<i64>,
    /// Where it ends, in seconds from the deployment's start.
    pub end: Option<i64>,
}

/// A question answered by an HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedRequest {
    /// For example `GET`.
    pub method: Option<String>,
    /// As the gate writes it, for example `https://{green}/health`.
    pub url: Option<String>,
    /// Headers it has, among others.
    pub headers: BTreeMap<String, String>,
    /// Its body, as text.
    pub body: Option<String>,
    /// Its time-out, in milliseconds.
    pub timeout_ms: Option<u32>,
    /// Whether it follows redirects.
    pub follow_redirects: Option<bool>,
}
