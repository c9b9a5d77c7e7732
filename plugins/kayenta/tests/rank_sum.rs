//! The rank-sum interval against reference values, and what must hold for any samples.
//!
//! `wilcox.json` was computed with SciPy (`rankdata`, `brentq`) by the steps of R's `wilcox.test(x, y,
//! conf.int = TRUE, conf.level = 0.98, exact = FALSE)`; its estimates are NumPy's medians of all
//! differences.

use kayenta::rank_sum::{Shift, shift};
use proptest::prelude::*;
use serde::Deserialize;

/// How exactly limits are searched, and a little for the reference's own.
const WITHIN: f64 = 1.01e-4;

#[derive(Deserialize)]
struct Case {
    name: String,
    experiment: Vec<f64>,
    control: Vec<f64>,
    low: f64,
    high: f64,
    estimate: f64,
}

#[test]
fn limits_and_estimates_are_those_of_r() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("wilcox.json")).unwrap();
    assert!(cases.len() > 15);
    for case in cases {
        let found = shift(&case.experiment, &case.control).unwrap();
        for (what, found, known) in [
            ("low", found.low, case.low),
            ("high", found.high, case.high),
            ("estimate", found.estimate, case.estimate),
        ] {
            assert!((found - known).abs() < WITHIN, "{}: {what} {found}, not {known}", case.name);
        }
    }
}

#[test]
fn nothing_is_said_of_no_values() {
    assert_eq!(shift(&[], &[1.0]), None);
    assert_eq!(shift(&[1.0], &[]), None);
}

#[test]
fn values_that_are_all_equal_are_not_shifted() {
    let equal = shift(&[3.0; 20], &[3.0; 20]).unwrap();
    assert_eq!(equal, Shift { low: 0.0, high: 0.0, estimate: 0.0 });
}

#[test]
fn the_largest_numbers_end_the_search_too() {
    let found = shift(&[f64::MAX, 1.0], &[f64::MIN, 0.0, 1e300]).unwrap();
    assert!(found.low <= found.high);
    let far = shift(&[1e17, 2e17, 3e17], &[0.0, 5e16, 1e16]).unwrap();
    assert!(far.low <= far.estimate && far.estimate <= far.high, "{far:?}");
}

/// Whole numbers have ties and are shifted without rounding.
fn sample() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-40..40_i32).prop_map(f64::from), 1..40)
}

proptest! {
    #[test]
    fn a_shift_of_one_sample_shifts_the_interval(one in sample(), other in sample(), by in -50..50_i32) {
        let by = f64::from(by);
        let moved: Vec<f64> = one.iter().map(|value| value + by).collect();
        let (before, after) = (shift(&one, &other).unwrap(), shift(&moved, &other).unwrap());
        for (before, after) in [
            (before.low, after.low),
            (before.high, after.high),
            (before.estimate, after.estimate),
        ] {
            prop_assert!((before + by - after).abs() < 2.0 * WITHIN, "{before} + {by}: {after}");
        }
    }

    #[test]
    fn the_samples_the_other_way_round_mirror_the_interval(one in sample(), other in sample()) {
        let (there, back) = (shift(&one, &other).unwrap(), shift(&other, &one).unwrap());
        for (there, back) in
            [(there.low, back.high), (there.high, back.low), (there.estimate, back.estimate)]
        {
            prop_assert!((there + back).abs() < 2.0 * WITHIN, "{there} and {back}");
        }
    }

    #[test]
    fn the_estimate_is_the_median_difference_and_inside(one in sample(), other in sample()) {
        let mut differences: Vec<f64> =
            one.iter().flat_map(|a| other.iter().map(move |b| a - b)).collect();
        differences.sort_by(f64::total_cmp);
        let (half, odd) = (differences.len() / 2, differences.len() % 2 == 1);
        let below = if odd { half } else { half - 1 };
        let median = f64::midpoint(differences[below], differences[half]);
        let found = shift(&one, &other).unwrap();
        prop_assert!((found.estimate - median).abs() < WITHIN, "{} {median}", found.estimate);
        let inside = found.low - WITHIN..=found.high + WITHIN;
        prop_assert!(inside.contains(&found.estimate), "{found:?}");
    }

    #[test]
    fn the_order_of_values_does_not_matter(one in sample(), other in sample()) {
        let backwards: Vec<f64> = one.iter().rev().copied().collect();
        prop_assert_eq!(shift(&one, &other), shift(&backwards, &other));
    }
}
