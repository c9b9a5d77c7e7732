//! Whole numbers within bounds, bare or quoted.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use super::digits;

/// A whole number from `MIN` to `MAX`. Quoted numbers are taken too, as the predecessor did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// A number known to lie within the bounds; the nearest bound otherwise.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Whole(if number < MIN {
            MIN
        } else if number > MAX {
            MAX
        } else {
            number
        })
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The number as a `u32`; the nearest `u32` where the bounds exceed it.
    #[must_use]
    pub fn as_u32(self) -> u32 {
        u32::try_from(self.0.max(0)).unwrap_or(u32::MAX)
    }
}

impl<const MIN: i64, const MAX: i64> JsonSchema for Whole<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        let minus = |number: i64| number.to_string().replace('-', "Minus");
        format!("Whole{}To{}", minus(MIN), minus(MAX)).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let expected = format!("Expected a whole number from {MIN} to {MAX}.");
        json_schema!({
            "title": "Whole number",
            "description": format!("A whole number from {MIN} to {MAX}; it may be quoted."),
            "anyOf": [
                { "type": "integer", "minimum": MIN, "maximum": MAX },
                {
                    "type": "string",
                    "pattern": format!("^{}$", digits::range(MIN, MAX)),
                    "patternErrorMessage": expected
                }
            ]
        })
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor::<MIN, MAX>)
    }
}

struct WholeVisitor<const MIN: i64, const MAX: i64>;

impl<const MIN: i64, const MAX: i64> Visitor<'_> for WholeVisitor<MIN, MAX> {
    type Value = Whole<MIN, MAX>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        match (MIN..=MAX).contains(&number) {
            true => Ok(Whole(number)),
            false => Err(E::invalid_value(serde::de::Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// `1e9` is a whole number too; beyond 2^53 a float no longer says which.
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match number.fract() == 0.0 && number.abs() <= EXACT {
            true => self.visit_i64(number as i64),
            false => Err(E::invalid_type(serde::de::Unexpected::Float(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let number =
            text.parse().map_err(|_| E::invalid_type(serde::de::Unexpected::Str(text), &self))?;
        self.visit_i64(number)
    }
}
