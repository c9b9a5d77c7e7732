//! What CloudWatch bills for: counted where it is asked, summed over the run.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What CloudWatch was asked for. It charges by the metric requested, in however many calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Billed {
    /// `GetMetricData` calls of looks and of readings of traffic.
    pub metric_calls: u64,
    /// Metrics requested in them; metric math is none of its own.
    pub metrics_requested: u64,
}

impl Billed {
    /// Whether nothing was asked.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Billed::default()
    }
}

impl AddAssign for Billed {
    fn add_assign(&mut self, more: Self) {
        self.metric_calls = self.metric_calls.saturating_add(more.metric_calls);
        self.metrics_requested = self.metrics_requested.saturating_add(more.metrics_requested);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Billed, EpochS, Event};

    #[test]
    fn a_journal_from_before_anything_was_counted_reads_as_nothing_billed() {
        let old = r#"{"event":"looked","begun_at":5,"looks":[]}"#;
        let looked: Event = serde_json::from_str(old).unwrap();
        let billed = Billed::default();
        assert_eq!(looked, Event::Looked { begun_at: EpochS(5), looks: Vec::new(), billed });
        assert_eq!(serde_json::to_string(&looked).unwrap(), old);
    }
}
