//! How often something happened, and between which bounds the true rate lies.

use schemars::JsonSchema;
use serde::Serialize;

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// So many of so many, with Wilson's 95 % interval of the rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rate {
    /// How often it happened …
    pub rolled_back: u64,
    /// … of so many.
    pub replays: u64,
    /// The share.
    pub share: f64,
    /// The least rate that fits, between 0 and 1.
    pub low: f64,
    /// The greatest.
    pub high: f64,
}

impl Rate {
    /// So many of so many. Of nothing every rate fits.
    #[must_use]
    pub fn of(rolled_back: u64, replays: u64) -> Self {
        if replays == 0 {
            return Rate { rolled_back, replays, share: 0.0, low: 0.0, high: 1.0 };
        }
        let n = replays as f64;
        let share = rolled_back as f64 / n;
        let middle = share + Z * Z / (2.0 * n);
        let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let bound = |value: f64| (value / (1.0 + Z * Z / n)).clamp(0.0, 1.0);
        // At the ends the bound is exact, and rounding must not move it.
        let low = if rolled_back == 0 { 0.0 } else { bound(middle - spread) };
        let high = if rolled_back == replays { 1.0 } else { bound(middle + spread) };
        Rate { rolled_back, replays, share, low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    /// The roots p of (p − k/n)² = z² p (1 − p) / n, solved in decimals elsewhere.
    #[test]
    fn the_interval_is_wilsons() {
        for (part, whole, low, high) in [
            (0, 900, 0.0, 0.004_250_147),
            (1, 900, 0.000_196_165, 0.006_266_759),
            (15, 20, 0.531_299_5, 0.888_138_3),
            (20, 20, 0.838_875_0, 1.0),
            (0, 0, 0.0, 1.0),
        ] {
            let rate = Rate::of(part, whole);
            assert!((rate.low - low).abs() < 1e-6, "{rate:?}");
            assert!((rate.high - high).abs() < 1e-6, "{rate:?}");
        }
    }
}
