//! A CloudWatch series as a configuration names it.

use crate::{Dimension, OwnSeries, Part, Release, Side, Subject};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What stands for the side's own in the values of dimensions.
pub const PLACEHOLDERS: [&str; 2] = ["{version}", "{label}"];

/// A CloudWatch series.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// For example `AWS/ECS`.
    pub namespace: String,
    /// For example `CPUUtilization`.
    pub name: String,
    /// As CloudWatch spells it.
    #[serde(default = "average")]
    pub statistic: String,
    /// Whose own series it is.
    pub of: Option<Of>,
    /// Of what.
    #[serde(default)]
    pub part: PartOf,
    /// Which target group, by its place in the file.
    #[serde(default)]
    pub target_group: u32,
    /// The dimensions of any other series; [`PLACEHOLDERS`] are those of the side.
    pub dimensions: Option<BTreeMap<String, String>>,
}

fn average() -> String {
    "Average".to_owned()
}

/// A side of the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// The new release; its own counterpart where a comparison asks about the old one.
    Canary,
    /// The old release.
    Baseline,
}

/// What of a release a series is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartOf {
    /// Its ECS service.
    #[default]
    Service,
    /// Its balancer.
    LoadBalancer,
    /// One of its target groups.
    TargetGroup,
}

impl Metric {
    /// Whether it is another series for the canary than for the baseline.
    #[must_use]
    pub fn differs_by_side(&self) -> bool {
        let of_side = |value: &String| PLACEHOLDERS.iter().any(|name| value.contains(name));
        match &self.dimensions {
            Some(dimensions) => dimensions.values().any(of_side),
            None => self.of == Some(Of::Canary),
        }
    }

    /// What its question is about when a side is asked for.
    pub(super) fn subject(&self, side: Side, release: &Release) -> Subject {
        let Some(dimensions) = &self.dimensions else {
            let side = if self.of == Some(Of::Baseline) { Side::Baseline } else { side };
            let part = match self.part {
                PartOf::Service => Part::Service,
                PartOf::LoadBalancer => Part::LoadBalancer,
                PartOf::TargetGroup => Part::TargetGroup(self.target_group),
            };
            return Subject::Of(OwnSeries { side, part });
        };
        let fill = |value: &str| {
            value.replace("{version}", &release.version).replace("{label}", &release.label)
        };
        let filled = dimensions
            .iter()
            .map(|(name, value)| Dimension { name: name.clone(), value: fill(value) });
        Subject::Dimensions(filled.collect())
    }
}
