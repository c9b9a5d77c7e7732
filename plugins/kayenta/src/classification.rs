//! One metric's class: whether the canary's values are High, Low, or pass.

use crate::configuration::{Direction, EffectSize};
use crate::rank_sum::{Shift, shift};
use crate::sample::mean;

/// So large a part of the estimate must the interval stay away from no shift.
const FRACTION: f64 = 0.25;

/// What the judge calls a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No difference that counts.
    Pass,
    /// The canary is above the baseline.
    High,
    /// The canary is below the baseline.
    Low,
    /// One of the sides has no values.
    Nodata,
}

impl Class {
    /// As Kayenta writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Class::Pass => "Pass",
            Class::High => "High",
            Class::Low => "Low",
            Class::Nodata => "Nodata",
        }
    }
}

/// A metric's class, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classified {
    /// The class.
    pub class: Class,
    /// Means of experiment and control, where there are values.
    pub means: [Option<f64>; 2],
    /// The shift between them; none where it was not needed.
    pub shift: Option<Shift>,
}

/// Classifies the values of experiment (the canary) and control (the baseline).
#[must_use]
pub fn classify(
    experiment: &[f64],
    control: &[f64],
    direction: Direction,
    effect: EffectSize,
) -> Classified {
    let means = [mean(experiment), mean(control)];
    let [Some(of_experiment), Some(of_control)] = means else {
        return Classified { class: Class::Nodata, means, shift: None };
    };
    if sorted(experiment) == sorted(control) {
        return Classified { class: Class::Pass, means, shift: None };
    }
    let shift = shift(experiment, control);
    let ratio = ratio(of_experiment, of_control);
    let up = direction != Direction::Decrease && ratio >= effect.allowed_increase;
    let down = direction != Direction::Increase && ratio <= effect.allowed_decrease;
    let class = match shift {
        Some(it) if up && it.low > FRACTION * it.estimate.abs() => Class::High,
        Some(it) if down && it.high < -FRACTION * it.estimate.abs() => Class::Low,
        _ => Class::Pass,
    };
    Classified { class, means, shift }
}

/// Experiment to control; two zeros are equal.
fn ratio(experiment: f64, control: f64) -> f64 {
    if experiment == control { 1.0 } else { experiment / control }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::{Class, classify};
    use crate::configuration::{Direction, EffectSize};

    const BASE: [f64; 10] = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0];

    fn class(experiment: &[f64], direction: Direction, [up, down]: [f64; 2]) -> Class {
        let effect = EffectSize { allowed_increase: up, allowed_decrease: down };
        classify(experiment, &BASE, direction, effect).class
    }

    #[test]
    fn a_direction_that_is_not_looked_at_passes() {
        let twice = BASE.map(|value| 2.0 * value);
        let half = BASE.map(|value| value / 2.0);
        let anything = [1.0, 1.0];
        for (direction, expected) in [
            (Direction::Increase, [Class::High, Class::Pass]),
            (Direction::Decrease, [Class::Pass, Class::Low]),
            (Direction::Either, [Class::High, Class::Low]),
        ] {
            assert_eq!([twice, half].map(|it| class(&it, direction, anything)), expected);
        }
    }

    #[test]
    fn what_the_effect_size_allows_passes() {
        let more = BASE.map(|value| 1.6 * value);
        assert_eq!(class(&more, Direction::Either, [1.5, 1.0]), Class::High);
        assert_eq!(class(&more, Direction::Either, [1.7, 1.0]), Class::Pass);
        let less = BASE.map(|value| 0.5 * value);
        assert_eq!(class(&less, Direction::Either, [1.0, 0.6]), Class::Low);
        assert_eq!(class(&less, Direction::Either, [1.0, 0.4]), Class::Pass);
    }

    #[test]
    fn the_same_values_in_any_order_pass_and_none_are_no_data() {
        let mut reversed = BASE;
        reversed.reverse();
        assert_eq!(class(&reversed, Direction::Either, [1.0, 1.0]), Class::Pass);
        assert_eq!(class(&[], Direction::Either, [1.0, 1.0]), Class::Nodata);
    }

    #[test]
    fn errors_beside_a_baseline_without_any_are_high() {
        let found = classify(&[3.0; 10], &[0.0; 10], Direction::Increase, EffectSize::default());
        assert_eq!(found.class, Class::High);
    }
}
