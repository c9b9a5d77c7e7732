//! What the file may say to this gate, in Kayenta's words; the bounds are in `schema.json`.

use gate_sdk::query::{self, Query};
use gate_sdk::window::{LAG_S, PERIOD_S};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The JSON Schema of [`Configuration`].
pub const SCHEMA: &str = include_str!("schema.json");

/// The gate's configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Configuration {
    /// What is compared.
    pub metrics: Vec<Metric>,
    /// The weights of groups, in percent.
    #[serde(default)]
    pub group_weights: BTreeMap<String, f64>,
    /// Which scores decide.
    #[serde(default)]
    pub score_thresholds: Thresholds,
    /// How long a step is measured before it may go on, in minutes.
    #[serde(default = "ten")]
    pub lifetime_duration_mins: u32,
    /// How long after the canary's first traffic its values begin to count, in minutes.
    #[serde(default = "two")]
    pub begin_after_mins: u32,
    /// How often it is judged, in minutes.
    #[serde(default = "five")]
    pub analysis_interval_mins: u32,
    /// How far back values count, in minutes; 0 is from the beginning.
    #[serde(default)]
    pub lookback_mins: u32,
    /// When it is judged.
    #[serde(default)]
    pub judge: Judge,
    /// The length of a period, in seconds.
    #[serde(default = "period_s")]
    pub step_secs: u32,
    /// How long after its end a period is taken to be all there, in seconds.
    #[serde(default = "lag_s")]
    pub lag_secs: u32,
}

fn two() -> u32 {
    2
}

fn five() -> u32 {
    5
}

fn ten() -> u32 {
    10
}

fn period_s() -> u32 {
    PERIOD_S
}

fn lag_s() -> u32 {
    LAG_S
}

/// One metric of the canary and the baseline.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Metric {
    /// What reports call it.
    pub name: String,
    /// One series.
    pub query: Option<query::Metric>,
    /// Series by the names that `expression` gives them.
    #[serde(default)]
    pub queries: BTreeMap<String, query::Metric>,
    /// Metric math over `queries`.
    pub expression: Option<String>,
    /// The unit of its values.
    #[serde(default)]
    pub unit: String,
    /// The groups it counts in.
    #[serde(default = "all")]
    pub groups: Vec<String>,
    /// Which way the canary must not differ.
    #[serde(default)]
    pub direction: Direction,
    /// What a period without a value is.
    pub nan_strategy: Option<NanStrategy>,
    /// Whether the score is 0 when it fails.
    #[serde(default)]
    pub critical: bool,
    /// Whether it fails when it has no data.
    #[serde(default)]
    pub must_have_data: bool,
    /// What difference of the means is allowed.
    #[serde(default)]
    pub effect_size: EffectSize,
    /// What becomes of values far from the others.
    #[serde(default)]
    pub outliers: Outliers,
}

fn all() -> Vec<String> {
    vec!["all".to_owned()]
}

impl Metric {
    /// What it asks for.
    pub(crate) fn query(&self) -> Query<'_> {
        Query {
            name: &self.name,
            single: self.query.as_ref(),
            several: &self.queries,
            expression: self.expression.as_deref(),
        }
    }
}

/// Which way the canary must not differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// It must not be higher.
    Increase,
    /// It must not be lower.
    Decrease,
    /// Neither.
    #[default]
    Either,
}

/// What a period without a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NanStrategy {
    /// It is left out.
    Remove,
    /// It is 0.
    Replace,
}

/// Ratios of the means, canary / baseline.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct EffectSize {
    /// The least one that can be High.
    pub allowed_increase: f64,
    /// The greatest one that can be Low.
    pub allowed_decrease: f64,
}

impl Default for EffectSize {
    fn default() -> Self {
        Self { allowed_increase: 1.0, allowed_decrease: 1.0 }
    }
}

/// What becomes of values far from the others.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Outliers {
    /// Whether they stay.
    pub strategy: Strategy,
    /// How far from the quartiles is far, in distances of the quartiles.
    pub outlier_factor: f64,
}

impl Default for Outliers {
    fn default() -> Self {
        Self { strategy: Strategy::Keep, outlier_factor: 3.0 }
    }
}

/// Whether outliers stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// They do.
    Keep,
    /// They do not.
    Remove,
}

/// Which scores decide, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// From here on the canary passes.
    pub pass: f64,
    /// Below this it is rolled back.
    pub marginal: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { pass: 95.0, marginal: 75.0 }
    }
}

/// When a step is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judge {
    /// At each interval: a low score rolls back at once.
    #[default]
    EachInterval,
    /// When the lifetime is over, and from then on at each interval.
    AtEnd,
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
