//! Times: whole seconds, or a number with a unit.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::digits;

/// The units a time may be given in, and their seconds.
const UNITS: [(&str, u32); 3] = [("s", 1), ("m", 60), ("h", 3600)];

/// A time from `MIN` to `MAX` seconds: `90`, `"90"`, `90s`, `5m`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Seconds<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Seconds<MIN, MAX> {
    /// A time known to lie within the bounds; the nearest bound otherwise.
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Seconds(if seconds < MIN {
            MIN
        } else if seconds > MAX {
            MAX
        } else {
            seconds
        })
    }

    /// In seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// One alternative per unit, each within the bounds; seconds may leave theirs out.
    fn pattern() -> String {
        let units: Vec<String> = UNITS
            .iter()
            .map(|&(unit, seconds)| (unit, MIN.div_ceil(seconds), MAX / seconds))
            .filter(|(_, low, high)| low <= high)
            .map(|(unit, low, high)| {
                let optional = if unit == "s" { "?" } else { "" };
                digits::range(low.into(), high.into()) + unit + optional
            })
            .collect();
        format!("^{}$", digits::alternatives(&units))
    }
}

impl<const MIN: u32, const MAX: u32> JsonSchema for Seconds<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("Seconds{MIN}To{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let expected =
            format!("Expected a time from {MIN} to {MAX} seconds, such as 90, 90s, 5m or 1h.");
        json_schema!({
            "title": "Time",
            "description": format!("Seconds ({MIN} to {MAX}), or with a unit: 90s, 5m, 1h."),
            "examples": [Self::new(90).get(), Self::new(300).get()],
            "anyOf": [
                { "type": "integer", "minimum": MIN, "maximum": MAX },
                {
                    "type": "string",
                    "pattern": Self::pattern(),
                    "patternErrorMessage": expected
                }
            ]
        })
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Seconds<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecondsVisitor::<MIN, MAX>)
    }
}

struct SecondsVisitor<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Visitor<'_> for SecondsVisitor<MIN, MAX> {
    type Value = Seconds<MIN, MAX>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a time from {MIN} to {MAX} seconds, such as 90, 90s, 5m or 1h")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        match u32::try_from(number) {
            Ok(seconds) if (MIN..=MAX).contains(&seconds) => Ok(Seconds(seconds)),
            _ => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    #[expect(clippy::cast_possible_truncation, reason = "a float-to-int cast saturates")]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        match number.fract() == 0.0 {
            true => self.visit_i64(number as i64),
            false => Err(E::invalid_type(Unexpected::Float(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let (number, unit) = UNITS
            .iter()
            .find_map(|&(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
            .unwrap_or((text, 1));
        let seconds = number.parse::<i64>().ok().and_then(|n| n.checked_mul(unit.into()));
        match seconds {
            Some(seconds) => self.visit_i64(seconds),
            None => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}
