//! Tests of the whole gate, native: `cargo test`, no WASM needed. The component: ./test.

use gate_sdk::harness::{Harness, preflight, replies};
use gate_sdk::{Decision, Question};

use crate::Budget;

/// A minute without requests.
const QUIET: f64 = f64::NAN;

/// The gate at a canary whose minutes from second 0 on have these p99s, in ms.
fn at<'a>(p99s_ms: &[f64]) -> Harness<'a, Budget> {
    let p99s_s: Vec<f64> = p99s_ms.iter().map(|ms| ms / 1000.0).collect();
    let requests: Vec<f64> =
        p99s_ms.iter().map(|ms| if ms.is_nan() { QUIET } else { 600.0 }).collect();
    Harness::new().series("p99", p99s_s).series("requests", requests)
}

/// Decision and code of a look once all of these minutes are past their lag.
fn said(p99s_ms: &[f64]) -> (Decision, String) {
    let looked = at(p99s_ms).look(p99s_ms.len() as u32 * 60 + 120);
    (looked.verdict.decision, looked.verdict.code)
}

fn is(decision: Decision, code: &str) -> (Decision, String) {
    (decision, code.to_owned())
}

#[test]
fn three_minutes_in_a_row_over_the_budget_roll_back() {
    assert_eq!(said(&[501.0, 900.0]), is(Decision::Hold, "strike"));
    assert_eq!(said(&[501.0, 900.0, 700.0]), is(Decision::Rollback, "over-budget"));
}

#[test]
fn a_calm_minute_wipes_strikes_out_and_one_near_the_budget_does_not() {
    assert_eq!(said(&[900.0, 900.0, 400.0, 900.0]), is(Decision::Hold, "strike"));
    assert_eq!(said(&[900.0, 900.0, 480.0, 900.0]), is(Decision::Rollback, "over-budget"));
}

/// The weight was verified at second 0 and the TTL is 60 s: the second minute is the first to count.
#[test]
fn three_calm_minutes_of_the_present_weight_promote() {
    assert_eq!(said(&[300.0]), is(Decision::Hold, "not-yet"));
    assert_eq!(said(&[300.0; 3]), is(Decision::Hold, "calming"));
    assert_eq!(said(&[300.0; 4]), is(Decision::Promote, "within-budget"));
    let mut gate = at(&[300.0; 20]);
    assert_eq!(gate.look(600).said(), (Decision::Promote, "within-budget"));
    gate.change(|situation| {
        situation.step += 1;
        situation.weight_verified_at += 600;
    });
    assert_eq!(gate.look(780).said(), (Decision::Hold, "not-yet"));
    assert_eq!(gate.look(900).said(), (Decision::Hold, "calming"));
    assert_eq!(gate.look(960).said(), (Decision::Promote, "within-budget"));
}

#[test]
fn minutes_without_requests_are_no_data() {
    let calm = [300.0; 4];
    let silence = |minutes: usize| [&calm[..], &[QUIET; 3][..minutes]].concat();
    assert_eq!(said(&silence(2)), is(Decision::Promote, "within-budget"));
    assert_eq!(said(&silence(3)), is(Decision::NoData, "few-requests"));
}

#[test]
fn what_was_not_answered_is_asked_again() {
    let mut gate = at(&[300.0; 4])
        .rounds(|questions| questions.iter().map(|it| replies::denied(it, "no grant")).collect());
    let first = gate.look(360);
    assert_eq!(first.said(), (Decision::NoData, "no-answer"));
    assert_eq!(gate.look(375).rounds, first.rounds);
}

#[test]
fn before_any_traffic_nothing_is_asked() {
    let mut gate = at(&[]).with(preflight);
    assert_eq!(gate.asks(60), Vec::<Question>::new());
    assert_eq!(gate.look(60).said(), (Decision::NoData, "no-traffic"));
}
