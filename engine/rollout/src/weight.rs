//! DNS weights: a `Weight` is 0 to 100, a `Split` is two of them that sum to 100.
//!
//! Route 53 splits evenly between records that are all zero, so a `Split` that does not sum to 100
//! cannot be built (S03).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The share of the resolvers' answers that name one release, 0 to 100.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Weight(#[schemars(range(max = 100))] u8);

/// A weight above 100.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a weight is between 0 and 100, not {0}")]
pub struct WeightOutOfRange(pub u32);

impl Weight {
    /// All of the traffic.
    pub const FULL: Weight = Weight(100);
    /// None of it.
    pub const ZERO: Weight = Weight(0);

    /// # Errors
    /// Anything above 100.
    pub fn new(percent: u32) -> Result<Self, WeightOutOfRange> {
        match u8::try_from(percent) {
            Ok(value) if value <= 100 => Ok(Weight(value)),
            _ => Err(WeightOutOfRange(percent)),
        }
    }

    /// 0 to 100.
    #[must_use]
    pub fn percent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Weight {
    type Error = WeightOutOfRange;
    fn try_from(value: u8) -> Result<Self, Self::Error> {
        Weight::new(u32::from(value))
    }
}

impl From<Weight> for u8 {
    fn from(weight: Weight) -> u8 {
        weight.0
    }
}

/// The weights of blue and green; blue is always what green leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Weights", into = "Weights")]
#[schemars(with = "Weights")]
pub struct Split(Weight);

/// How a `Split` is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Weights {
    /// The old release's weight, 0 to 100.
    pub blue: u8,
    /// The new release's weight, 0 to 100.
    pub green: u8,
}

/// Two weights that do not sum to 100.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the weights of a name sum to 100, not blue {blue} and green {green}")]
pub struct NotASplit {
    /// Blue's.
    pub blue: u8,
    /// Green's.
    pub green: u8,
}

impl Split {
    /// Blue has everything: before, and after a roll back.
    pub const ALL_BLUE: Split = Split(Weight::ZERO);

    /// Green gets `weight`, blue the rest.
    #[must_use]
    pub fn green_at(weight: Weight) -> Self {
        Split(weight)
    }

    /// The old release's share.
    #[must_use]
    pub fn blue(self) -> Weight {
        Weight(100 - self.0.0)
    }

    /// The new release's share.
    #[must_use]
    pub fn green(self) -> Weight {
        self.0
    }
}

impl TryFrom<Weights> for Split {
    type Error = NotASplit;
    fn try_from(weights: Weights) -> Result<Self, NotASplit> {
        let Weights { blue, green } = weights;
        if u16::from(blue) + u16::from(green) == 100 {
            Ok(Split(Weight(green)))
        } else {
            Err(NotASplit { blue, green })
        }
    }
}

impl From<Split> for Weights {
    fn from(split: Split) -> Weights {
        Weights { blue: split.blue().percent(), green: split.green().percent() }
    }
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "blue {} / green {}", self.blue().percent(), self.green().percent())
    }
}
