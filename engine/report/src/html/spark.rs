//! A small line of values without axes.

use super::scale::rounded;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 20.0;

/// The points of a sparkline, for a drawing of 120 by 22 units; empty below two values.
pub(super) fn spark(values: &[f64]) -> String {
    let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if values.len() < 2 {
        return String::new();
    }
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Halves, so that the range of two huge values is still a number.
    let range = (most / 2.0 - least / 2.0).max(f64::MIN_POSITIVE);
    let gap = WIDTH / (values.len() - 1) as f64;
    let point = |(at, value): (usize, &f64)| {
        let height = (value / 2.0 - least / 2.0) / range;
        format!("{},{}", rounded(gap * at as f64), rounded(1.0 + HEIGHT * (1.0 - height)))
    };
    values.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rising_values_rise_from_the_lower_left_to_the_upper_right() {
        assert_eq!(spark(&[1.0, 2.0, 3.0]), "0,21 60,11 120,1");
    }

    #[test]
    fn equal_missing_and_huge_values_are_still_points() {
        assert_eq!(spark(&[5.0]), "");
        assert_eq!(spark(&[5.0, f64::NAN, 5.0]), "0,21 120,21");
        assert_eq!(spark(&[f64::MIN, f64::MAX]), "0,21 120,1");
    }
}
