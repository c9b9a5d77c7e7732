//! Instants of the cloud's clock, in whole seconds: a tick of the engine is one second.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct EpochS(pub u32);

impl EpochS {
    /// So many seconds later (the end of time, in 2106, is as late as it gets).
    #[must_use]
    pub fn plus_s(self, seconds: u32) -> Self {
        EpochS(self.0.saturating_add(seconds))
    }

    /// So many seconds earlier.
    #[must_use]
    pub fn minus_s(self, seconds: u32) -> Self {
        EpochS(self.0.saturating_sub(seconds))
    }

    /// Seconds since an earlier instant; 0 if it is later.
    #[must_use]
    pub fn since_s(self, earlier: EpochS) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The beginning of the first period that starts at or after this instant.
    #[must_use]
    pub fn next_period(self, period_s: u32) -> Self {
        EpochS(self.0.div_ceil(period_s).saturating_mul(period_s))
    }

    /// The beginning of the period this instant lies in.
    #[must_use]
    pub fn period_begin(self, period_s: u32) -> Self {
        EpochS(self.0 / period_s * period_s)
    }
}
