//! The published vectors of the statistics, to 1e-9: computed apart from this code.

#![expect(clippy::unwrap_used, reason = "a vector that cannot be read fails the test")]

use gate_sdk::statistics::{ContinuousTest, CountTest, Counts, Steadiness, log_split};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("statistics-vectors.json")).unwrap()
}

/// A number, or a number spelt as a string.
fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        other => other.as_f64().unwrap(),
    }
}

fn close(name: &str, found: f64, expected: f64) {
    let tolerance = 1e-9 * expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance, "{name}: {found} is not {expected}");
}

fn prior(value: &Value) -> [f64; 4] {
    std::array::from_fn(|i| number(&value[i]))
}

#[test]
fn the_likelihood_of_a_split_is_the_published_one() {
    for v in vectors()["log_bb"].as_array().unwrap() {
        let found = log_split(number(&v["a"]), number(&v["m"]), number(&v["q"]), number(&v["tau"]));
        close(&v.to_string(), found, number(&v["value"]));
    }
}

#[test]
fn the_count_test_follows_the_published_sequences() {
    let log_alpha = 100_f64.ln();
    for sequence in vectors()["sequences"].as_array().unwrap() {
        let name = sequence["name"].as_str().unwrap();
        let mut test = CountTest::new(2.0, prior(&sequence["prior_tau"]), Steadiness::NONE);
        for row in sequence["rows"].as_array().unwrap() {
            let counts =
                |n: &str, e: &str| Counts { requests: number(&row[n]), bad: number(&row[e]) };
            let (canary, baseline) = (counts("nc", "ec"), counts("nb", "eb"));
            test.observe(canary, baseline, number(&sequence["dt"]), number(&row["age"]));
            let place = format!("{name} at {}", row["age"]);
            close(&place, test.log_e(), number(&row["logE_rollback"]));
            close(&place, test.log_promote(), number(&row["logE_promote"]));
            let decision = match () {
                () if test.log_e() >= log_alpha => "rollback",
                () if test.log_promote() >= 3.0 => "promote-ok",
                () => "continue",
            };
            assert_eq!(decision, row["decision"], "{place}");
        }
        for (found, expected) in test.learned_prior().iter().zip(prior(&sequence["learned_prior"]))
        {
            close(name, *found, expected);
        }
    }
}

#[test]
fn of_the_same_harm_the_steady_one_says_more_and_the_wavering_one_less() {
    let kept = [1.0, 1.0, 0.1, 0.1];
    let log_e = |steadiness, bad: fn(u32) -> f64| {
        let mut test = CountTest::new(2.0, [0.4, 0.3, 0.2, 0.1], steadiness);
        for minute in 0..12 {
            let canary = Counts { requests: 1000.0, bad: bad(minute) };
            let baseline = Counts { requests: 9000.0, bad: 90.0 };
            test.observe(canary, baseline, 60.0, f64::from(minute + 1) * 60.0);
        }
        test.log_e()
    };
    let kept = Steadiness { evidence: kept, promotion: kept };
    let steady = |_| 20.0;
    assert!(log_e(kept, steady) > log_e(Steadiness::NONE, steady));
    let wavering = |minute| if minute % 2 == 0 { 38.0 } else { 2.0 };
    assert!(log_e(kept, wavering) < log_e(Steadiness::NONE, wavering));
}

#[test]
fn the_continuous_test_follows_the_published_sequence() {
    let vectors = vectors();
    let v = &vectors["continuous"];
    let mut test = ContinuousTest::default();
    for (i, y) in v["y"].as_array().unwrap().iter().enumerate() {
        test.observe(number(y));
        close(&format!("tanh {i}"), test.log_e_tanh(), number(&v["tanh"][i]));
        close(&format!("t mixture {i}"), test.log_e_mixture(), number(&v["tmix"][i]));
    }
}
