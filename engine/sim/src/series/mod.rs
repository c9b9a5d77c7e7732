//! What the balancers and the cluster measured, by the minute, from the world's history.
//!
//! Nothing is recorded while time passes: a minute is computed when it is first asked for, and is
//! a function of the seed and the world's history alone, so the order of questions cannot matter.

mod latency;
mod minute;
mod noise;
mod query;
mod statistic;

pub(crate) use latency::Latency;
pub(crate) use minute::{Minute, Minutes};
pub(crate) use query::answers;

/// CloudWatch's period for balancer metrics, in seconds.
pub(crate) const PERIOD_S: u32 = rollout::METRIC_PERIOD_S;
