//! What the file may say to this gate; the bounds are in `schema.json`.

use gate_sdk::query::{Metric, Of, Query};
use gate_sdk::window::{LAG_S, PERIOD_S};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The JSON Schema of [`Configuration`].
pub const SCHEMA: &str = include_str!("schema.json");

/// The gate's configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// What is held against what.
    pub checks: Vec<Check>,
    /// How likely a false roll back by a comparison may be over the whole deployment, all checks
    /// together.
    #[serde(default = "alpha")]
    pub alpha: f64,
}

fn alpha() -> f64 {
    0.005
}

/// One series, or math over several, and what it must be.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What reports call it.
    pub name: String,
    /// One series.
    pub metric: Option<Metric>,
    /// Series by the names that `expression` gives them.
    #[serde(default)]
    pub metrics: BTreeMap<String, Metric>,
    /// Metric math over `metrics`.
    pub expression: Option<String>,
    /// The unit of its values.
    #[serde(default)]
    pub unit: String,
    /// The largest value that is no breach.
    pub ceiling: Option<f64>,
    /// The smallest value that is no breach.
    pub floor: Option<f64>,
    /// So many breaches roll back …
    #[serde(default = "two")]
    pub breaches: u32,
    /// … among so many newest periods; by default as many, so: in a row.
    pub of_periods: Option<u32>,
    /// How the canary is compared with the baseline.
    pub compare: Option<Compare>,
    /// What a period without a value is.
    #[serde(default)]
    pub missing: Missing,
    /// The length of a period, in seconds.
    #[serde(default = "period_s")]
    pub period_s: u32,
    /// How long after its end a period is taken to be all there, in seconds.
    #[serde(default = "lag_s")]
    pub lag_s: u32,
}

fn two() -> u32 {
    2
}

fn period_s() -> u32 {
    PERIOD_S
}

fn lag_s() -> u32 {
    LAG_S
}

/// How the canary is compared with the baseline.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compare {
    /// Which way the canary must not differ.
    pub worse: Worse,
    /// The ratio that the mean of a step must be nearer to 1 than to.
    pub max_ratio: f64,
}

impl Default for Compare {
    fn default() -> Self {
        Self { worse: Worse::Higher, max_ratio: 1.5 }
    }
}

/// Which way the canary must not differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Worse {
    /// Higher is worse: latency, load.
    Higher,
    /// Lower is worse: orders, cache hits.
    Lower,
    /// Both are.
    Either,
}

impl Worse {
    /// Whether higher is worse, lower is.
    pub(crate) fn directions(self) -> [bool; 2] {
        [self != Worse::Lower, self != Worse::Higher]
    }
}

/// What a period without a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// No data, which `on_no_data` of the gate is about.
    #[default]
    NoData,
    /// A hold.
    Hold,
    /// As good as within the limits.
    Ok,
    /// A breach.
    Bad,
}

impl Configuration {
    /// Reads it from JSON text.
    ///
    /// # Errors
    /// When the text is no such configuration.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// What each test of each comparison may err.
    #[must_use]
    pub(crate) fn alpha_each(&self) -> f64 {
        let compared = self.checks.iter().filter_map(|check| check.compare.as_ref());
        let tests = compared.flat_map(|it| it.worse.directions()).filter(|on| *on);
        self.alpha / tests.fold(0.0, |sum: f64, _| sum + 1.0).max(1.0)
    }
}

impl Check {
    /// What it asks for.
    pub(crate) fn query(&self) -> Query<'_> {
        Query {
            name: &self.name,
            single: self.metric.as_ref(),
            several: &self.metrics,
            expression: self.expression.as_deref(),
        }
    }

    /// How many breaches roll back.
    pub(crate) fn convicting(&self) -> usize {
        usize::try_from(self.breaches.max(1)).unwrap_or(usize::MAX)
    }

    /// How many newest periods are looked at for breaches.
    pub(crate) fn window_periods(&self) -> usize {
        let periods = self.of_periods.unwrap_or(self.breaches).max(1);
        usize::try_from(periods).unwrap_or(usize::MAX)
    }

    /// Whether a value is beyond the ceiling or the floor; a missing one is what the file says.
    pub(crate) fn is_breach(&self, value: Option<f64>) -> bool {
        match value {
            None => self.missing == Missing::Bad,
            Some(value) => {
                self.ceiling.is_some_and(|most| value > most)
                    || self.floor.is_some_and(|least| value < least)
            }
        }
    }

    /// Whether one of its series is the baseline's own, so that nothing can be said without one.
    pub(crate) fn names_baseline(&self) -> bool {
        self.query().series().any(|(_, metric)| metric.of == Some(Of::Baseline))
    }
}
