//! Looks at the gate as the host takes them, with scripted metrics.

#![expect(clippy::unwrap_used, reason = "a look without a verdict fails the test")]

use error_rate::ErrorRate;
use gate_sdk::fixtures::{Look, TRAFFIC_AT_S, answer, look, situation};
use gate_sdk::{
    Answer, Completeness, Decision, FailedAnswer, Gate, Phase, Question, Situation, Verdict,
};

/// Requests and 5xx a minute of canary and baseline; the rest are 2xx.
type Minute = (f64, f64, f64, f64);

const HEALTHY: Minute = (600.0, 3.0, 5400.0, 27.0);

fn metric(id: &str, (canary, canary_bad, baseline, baseline_bad): Minute) -> Option<f64> {
    let (requests, bad) =
        if id.starts_with("canary") { (canary, canary_bad) } else { (baseline, baseline_bad) };
    let value = match id.rsplit('_').next()? {
        "requests" => requests,
        "2xx" => requests - bad,
        "5xx" => bad,
        _ => 0.0,
    };
    (value > 0.0).then_some(value)
}

/// A look `age_s` after first traffic at a weight verified then.
fn at(age_s: u32) -> Situation {
    let now = TRAFFIC_AT_S + age_s;
    Situation { now, weight_verified_at: TRAFFIC_AT_S, ..situation() }
}

fn look_at(situation: &Situation, state: &[u8], minute: impl Fn(u32) -> Minute) -> Look {
    look::<ErrorRate>(situation, state, |questions| {
        answer(questions, |id, time_s| metric(id, minute((time_s - TRAFFIC_AT_S) / 60)))
    })
}

/// Looks each minute up to `age_s`; the last verdict and state.
fn follow(
    until_s: u32,
    change: impl Fn(&mut Situation),
    minute: impl Fn(u32) -> Minute,
) -> (Verdict, Vec<u8>) {
    let mut state = Vec::new();
    let mut last = None;
    for age_s in (0..=until_s).step_by(60) {
        let mut situation = at(age_s);
        change(&mut situation);
        let look = look_at(&situation, &state, &minute);
        (last, state) = (look.verdict, look.state);
    }
    (last.unwrap(), state)
}

#[test]
fn a_healthy_canary_is_promoted_with_the_numbers_in_the_sentence() {
    let (verdict, _) = follow(1200, |_| {}, |_| HEALTHY);
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    let expected = "0.50 % of 10,800 canary requests bad against 0.50 % of 97,200: evidence ";
    assert!(verdict.sentence.starts_with(expected), "{}", verdict.sentence);
    assert_eq!(verdict.code, "no-worse");
}

#[test]
fn a_tenfold_canary_is_rolled_back_and_stays_so() {
    let (verdict, _) = follow(600, |_| {}, |_| (600.0, 30.0, 5400.0, 27.0));
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Rollback, "too-many-errors"));
    assert!(verdict.sentence.contains("5.0 % of"), "{}", verdict.sentence);
    assert!(verdict.sentence.ends_with("≥ 200"), "{}", verdict.sentence);
    let recovered = |m| if m < 4 { (600.0, 30.0, 5400.0, 27.0) } else { HEALTHY };
    let (later, _) = follow(3600, |_| {}, recovered);
    assert_eq!(later.decision, Decision::Rollback);
}

#[test]
fn s01_before_a_whole_minute_at_the_weight_is_past_its_lag_it_holds() {
    let (verdict, _) = follow(239, |_| {}, |_| HEALTHY);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "not-yet"));
    // Ten minutes of evidence, then a new weight: none of it is about that weight.
    let (_, state) = follow(1200, |_| {}, |_| HEALTHY);
    let mut raised = at(1230);
    (raised.weight, raised.step, raised.weight_verified_at) = (25, 2, TRAFFIC_AT_S + 1210);
    let look = look_at(&raised, &state, |_| HEALTHY);
    let verdict = look.verdict.unwrap();
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "not-yet"));
}

#[test]
fn a_look_without_a_new_minute_asks_nothing_and_says_the_same() {
    let (verdict, state) = follow(1200, |_| {}, |_| HEALTHY);
    let again = look_at(&at(1215), &state, |_| HEALTHY);
    assert_eq!(again.rounds, [Vec::<Question>::new()]);
    assert_eq!(again.verdict.unwrap(), verdict);
    assert_eq!(again.state, state);
}

#[test]
fn most_requests_bad_is_rolled_back_at_the_first_minute() {
    let minute = |_| (40.0, 21.0, 5400.0, 2700.0);
    let look = look_at(&at(180), &[], minute);
    let verdict = look.verdict.unwrap();
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Rollback, "over-ceiling"));
    let few = look_at(&at(180), &[], |_| (19.0, 19.0, 5400.0, 2700.0));
    assert_ne!(few.verdict.unwrap().code, "over-ceiling", "nineteen requests are too few");
}

#[test]
fn s02_no_requests_is_no_data() {
    let (verdict, _) = follow(600, |_| {}, |_| (0.0, 0.0, 6000.0, 30.0));
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::NoData, "no-requests"));
}

#[test]
fn s02_partial_or_failed_answers_are_never_a_promote_and_lose_nothing() {
    let (_, state) = follow(1200, |_| {}, |_| HEALTHY);
    let partial = look::<ErrorRate>(&at(1260), &state, |questions| {
        let mut answers = answer(questions, |id, _| metric(id, HEALTHY));
        if let Some(Answer::Series(series)) = answers.first_mut() {
            series.completeness = Completeness::Partial;
        }
        answers
    });
    assert_eq!(partial.verdict.unwrap().code, "partial-data");
    let failed = look::<ErrorRate>(&at(1260), &partial.state, |questions| {
        let failed = |id: String| FailedAnswer { id, why: "throttled".into(), retryable: true };
        questions.iter().map(|_| Answer::Failed(failed("canary_0_requests".into()))).collect()
    });
    let verdict = failed.verdict.unwrap();
    assert_eq!(verdict.decision, Decision::NoData);
    assert!(verdict.sentence.contains("throttled"), "{}", verdict.sentence);
    let after = look_at(&at(1260), &failed.state, |_| HEALTHY);
    let uninterrupted = look_at(&at(1260), &state, |_| HEALTHY);
    assert_eq!(after.state, uninterrupted.state);
}

#[test]
fn a_first_release_is_promoted_unless_the_ceiling_speaks() {
    let first = |s: &mut Situation| {
        s.baseline = None;
        s.phase = Phase::Bake;
        (s.step, s.steps, s.weight, s.next_weight) = (0, 1, 100, 100);
    };
    let (verdict, _) = follow(600, first, |_| (6000.0, 600.0, 0.0, 0.0));
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Promote, "within-ceiling"));
    let (verdict, _) = follow(600, first, |_| (6000.0, 3100.0, 0.0, 0.0));
    assert_eq!(verdict.code, "over-ceiling");
}

#[test]
fn at_bake_stray_baseline_traffic_is_not_compared() {
    let bake = |s: &mut Situation| {
        s.phase = Phase::Bake;
        (s.step, s.weight, s.next_weight) = (4, 100, 100);
    };
    let (verdict, _) = follow(1800, bake, |_| (6000.0, 60.0, 100.0, 0.0));
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Promote, "within-ceiling"));
}

#[test]
fn the_minutes_before_a_rise_to_100_still_count_at_bake() {
    let bad = |_| (3000.0, 60.0, 3000.0, 15.0);
    let mut state = look_at(&at(240), &[], bad).state;
    let mut bake = at(600);
    bake.phase = Phase::Bake;
    bake.weight_verified_at = TRAFFIC_AT_S + 420;
    let look = look_at(&bake, &state, bad);
    state.clear();
    assert_eq!(look.verdict.unwrap().code, "too-many-errors");
}

#[test]
fn unanswered_requests_are_bad() {
    let (verdict, _) = follow(900, |_| {}, |_| (600.0, 3.0, 5400.0, 27.0));
    assert_eq!(verdict.findings[4].canary, Some(0.0));
    let mut state = Vec::new();
    let mut verdict = None;
    for age_s in (0..=900).step_by(60) {
        let look = look::<ErrorRate>(&at(age_s), &state, |questions| {
            answer(questions, |id, _| match id {
                "canary_0_2xx" => Some(550.0),
                _ => metric(id, (600.0, 3.0, 5400.0, 27.0)),
            })
        });
        (verdict, state) = (look.verdict, look.state);
    }
    assert_eq!(verdict.unwrap().code, "too-many-errors");
}

#[test]
fn holding_it_says_how_many_more_requests_it_needs() {
    let (verdict, _) = follow(420, |_| {}, |_| (20.0, 0.0, 380.0, 2.0));
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "more-evidence"));
    assert!(verdict.sentence.contains("more canary requests ("), "{}", verdict.sentence);
}

#[test]
fn what_was_learned_starts_the_next_deployment_and_nonsense_does_not() {
    let (_, state) = follow(1800, |_| {}, |_| HEALTHY);
    let memory = ErrorRate::learn(at(1800), state.clone());
    let learned: serde_json::Value = serde_json::from_slice(&memory).unwrap();
    assert!(learned["prior"][0].as_f64().unwrap() > 0.45, "calm minutes teach calm: {learned}");
    let (_, taught) = follow(300, |s| s.memory = memory.clone(), |_| HEALTHY);
    let (_, fresh) = follow(300, |_| {}, |_| HEALTHY);
    let (_, nonsense) =
        follow(300, |s| s.memory = br#"{"prior":[9,-1,0,0]}"#.to_vec(), |_| HEALTHY);
    assert_ne!(taught, fresh);
    assert_eq!(nonsense, fresh);
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        let look = look_at(&at(600), state, |_| HEALTHY);
        assert!(look.verdict.is_some());
        assert!(ErrorRate::learn(at(600), state.to_vec()).is_empty());
    }
    let broken = Situation { configuration: "{\"alpha\":".into(), ..at(600) };
    let verdict = look_at(&broken, &[], |_| HEALTHY).verdict.unwrap();
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "configuration"));
}

#[test]
fn a_look_stays_within_the_limits_of_the_contract() {
    let mut crowded = at(3600 * 5);
    let group = crowded.canary.target_groups[0].clone();
    crowded.canary.target_groups = vec![group; 40];
    crowded.baseline.as_mut().unwrap().target_groups = crowded.canary.target_groups.clone();
    let look = look_at(&crowded, &[], |_| HEALTHY);
    assert!(look.rounds.iter().all(|questions| questions.len() <= 100));
    assert!(look.state.len() < 64 * 1024);
    let findings = look.verdict.unwrap().findings;
    assert!(findings.len() <= 32 && findings.iter().all(|f| f.series.len() <= 64));
}
