//! Looks at the gate as the host takes them, with scripted metrics.

use error_rate::ErrorRate;
use gate_sdk::harness::{self, Harness, START_S, replies};
use gate_sdk::{Decision, Question, Situation};

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

/// The gate beside these minutes since the canary's first traffic.
fn gate<'a>(minute: impl Fn(i64) -> Minute + 'a) -> Harness<'a, ErrorRate> {
    Harness::new().metrics(move |id, second| metric(id, minute(second / 60)))
}

#[test]
fn a_healthy_canary_is_promoted_with_the_numbers_in_the_sentence() {
    let verdict = gate(|_| HEALTHY).follow(1200).verdict;
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    let expected = "0.50 % of 10,800 canary requests bad against 0.50 % of 97,200: evidence ";
    assert!(verdict.sentence.starts_with(expected), "{}", verdict.sentence);
    assert_eq!(verdict.code, "no-worse");
}

#[test]
fn a_tenfold_canary_is_rolled_back_and_stays_so() {
    let look = gate(|_| (600.0, 30.0, 5400.0, 27.0)).follow(600);
    assert_eq!(look.said(), (Decision::Rollback, "too-many-errors"));
    let verdict = look.verdict;
    assert!(verdict.sentence.contains("5.0 % of"), "{}", verdict.sentence);
    assert!(verdict.sentence.ends_with("≥ 3200"), "{}", verdict.sentence);
    let recovered = |m| if m < 4 { (600.0, 30.0, 5400.0, 27.0) } else { HEALTHY };
    assert_eq!(gate(recovered).follow(3600).verdict.decision, Decision::Rollback);
}

#[test]
fn the_first_minutes_must_say_more() {
    let limit = |until_s| {
        let findings = gate(|_| HEALTHY).follow(until_s).verdict.findings;
        findings.iter().find(|f| f.name == "e-value").unwrap().limit.unwrap().round()
    };
    // 0.005 allowed: 61, 16, 7.7 times as much after one to three minutes, then hardly more.
    assert_eq!([300, 360, 420, 3600].map(limit), [12_200.0, 3200.0, 1533.0, 204.0]);
    let look = gate(|_| (600.0, 30.0, 5400.0, 27.0)).follow(300);
    assert_eq!(look.said(), (Decision::Hold, "suspect"), "more than 200 is nothing to go on with");
    let sentence = look.verdict.sentence;
    assert!(sentence.contains("e-value 8666 of 12,200 that convict so soon"), "{sentence}");
}

#[test]
fn s01_before_a_whole_minute_at_the_weight_is_past_its_lag_it_holds() {
    assert_eq!(gate(|_| HEALTHY).follow(239).said(), (Decision::Hold, "not-yet"));
    // Twenty minutes of evidence, then a new weight: none of it is about that weight.
    let mut gate = gate(|_| HEALTHY);
    gate.follow(1200);
    gate.change(|s| (s.weight, s.step, s.weight_verified_at) = (25, 2, START_S + 1210));
    assert_eq!(gate.look(1230).said(), (Decision::Hold, "not-yet"));
}

#[test]
fn a_look_without_a_new_minute_asks_nothing_and_says_the_same() {
    let mut gate = gate(|_| HEALTHY);
    let look = gate.follow(1200);
    let again = gate.look(1215);
    assert_eq!(again.rounds, [Vec::<Question>::new()]);
    assert_eq!((again.verdict, again.state), (look.verdict, look.state));
}

#[test]
fn most_requests_bad_is_rolled_back_at_the_first_minute() {
    let look = gate(|_| (40.0, 21.0, 5400.0, 2700.0)).look(180);
    assert_eq!(look.said(), (Decision::Rollback, "over-ceiling"));
    let few = gate(|_| (19.0, 19.0, 5400.0, 2700.0)).look(180);
    assert_ne!(few.verdict.code, "over-ceiling", "nineteen requests are too few");
}

#[test]
fn s02_no_requests_is_no_data() {
    let look = gate(|_| (0.0, 0.0, 6000.0, 30.0)).follow(600);
    assert_eq!(look.said(), (Decision::NoData, "no-requests"));
}

#[test]
fn s02_partial_or_failed_answers_are_never_a_promote_and_lose_nothing() {
    let mut gate = gate(|_| HEALTHY);
    gate.follow(1200);
    let mut partial = gate.clone().answering(|asked| {
        let first = replies::id_of(asked) == "canary_0_requests";
        first.then(|| replies::series(asked, |_| Some(600.0)).map(replies::partial)).flatten()
    });
    let look = partial.look(1260);
    assert_eq!(look.verdict.code, "partial-data");
    let away = |asked: &Question| Some(replies::failed(asked, "throttled"));
    let look = gate.clone().state(look.state).answering(away).look(1260);
    assert_eq!(look.verdict.decision, Decision::NoData);
    assert!(look.verdict.sentence.contains("throttled"), "{}", look.verdict.sentence);
    let after = gate.clone().state(look.state).look(1260);
    assert_eq!(after.state, gate.look(1260).state);
}

#[test]
fn a_first_release_is_promoted_unless_the_ceiling_speaks() {
    let first = |minute: Minute| gate(move |_| minute).with(harness::first_release).follow(600);
    let look = first((6000.0, 600.0, 0.0, 0.0));
    assert_eq!(look.said(), (Decision::Promote, "within-ceiling"));
    assert_eq!(first((6000.0, 3100.0, 0.0, 0.0)).verdict.code, "over-ceiling");
}

#[test]
fn at_bake_stray_baseline_traffic_is_not_compared() {
    let look = gate(|_| (6000.0, 60.0, 100.0, 0.0)).with(harness::bake).follow(1800);
    assert_eq!(look.said(), (Decision::Promote, "within-ceiling"));
}

#[test]
fn the_minutes_before_a_rise_to_100_still_count_at_bake() {
    let mut gate = gate(|_| (3000.0, 60.0, 3000.0, 15.0));
    gate.look(240);
    gate.change(harness::bake);
    gate.change(|s| s.weight_verified_at = START_S + 420);
    assert_eq!(gate.look(600).verdict.code, "too-many-errors");
}

#[test]
fn unanswered_requests_are_bad() {
    let verdict = gate(|_| HEALTHY).follow(900).verdict;
    assert_eq!(verdict.findings[4].canary, Some(0.0));
    let mut gate = gate(|_| HEALTHY).answering(|asked| {
        let answered = replies::id_of(asked) == "canary_0_2xx";
        answered.then(|| replies::series(asked, |_| Some(550.0))).flatten()
    });
    assert_eq!(gate.follow(900).verdict.code, "too-many-errors");
}

#[test]
fn holding_it_says_how_many_more_requests_it_needs() {
    let look = gate(|_| (20.0, 0.0, 380.0, 2.0)).follow(420);
    assert_eq!(look.said(), (Decision::Hold, "more-evidence"));
    let sentence = look.verdict.sentence;
    assert!(sentence.contains("more canary requests ("), "{sentence}");
}

#[test]
fn a_small_weight_that_cannot_tell_is_left_after_a_quarter_of_an_hour_and_a_large_one_is_not() {
    // 1.1 % against 0.5 % of little traffic: it may be chance.
    let unclear = || gate(|m| (60.0, if m % 3 == 0 { 0.0 } else { 1.0 }, 1140.0, 6.0));
    assert_eq!(unclear().follow(900).said(), (Decision::Hold, "more-evidence"));
    let look = unclear().follow(1140);
    assert_eq!(look.said(), (Decision::Promote, "undecided"));
    assert!(look.verdict.sentence.contains("evidence -2.1"), "{}", look.verdict.sentence);
    let large = unclear().with(|s| s.step = 2).follow(1140);
    assert_eq!(large.said(), (Decision::Hold, "more-evidence"));
    let clear = gate(|_| (60.0, 1.0, 1140.0, 6.0)).follow(1140);
    assert_eq!(clear.said(), (Decision::Hold, "more-evidence"), "it speaks against the canary");
}

#[test]
fn of_what_was_learned_half_is_believed() {
    let state = |memory: &str| {
        let state = gate(|_| HEALTHY).memory(memory).follow(300).state;
        let kept: serde_json::Value = serde_json::from_slice(&state).unwrap();
        kept["comparison"]["test"]["prior"].clone()
    };
    let [new, taught] = [state(""), state(r#"{"prior":[0.97,0.01,0.01,0.01]}"#)];
    for (spread, learned) in [0.97, 0.01, 0.01, 0.01].into_iter().enumerate() {
        let half = f64::midpoint(new[spread].as_f64().unwrap(), learned);
        assert!((taught[spread].as_f64().unwrap() - half).abs() < 1e-12, "{new} {taught}");
    }
}

#[test]
fn what_was_learned_starts_the_next_deployment_and_nonsense_does_not() {
    let mut calm = gate(|_| HEALTHY);
    calm.follow(1800);
    let memory = calm.learn(1800);
    let learned: serde_json::Value = serde_json::from_slice(&memory).unwrap();
    assert!(learned["prior"][0].as_f64().unwrap() > 0.45, "calm minutes teach calm: {learned}");
    let taught = gate(|_| HEALTHY).memory(memory).follow(300).state;
    let fresh = gate(|_| HEALTHY).follow(300).state;
    let nonsense = gate(|_| HEALTHY).memory(r#"{"prior":[9,-1,0,0]}"#).follow(300).state;
    assert_ne!(taught, fresh);
    assert_eq!(nonsense, fresh);
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        let mut gate = gate(|_| HEALTHY).state(state);
        assert!(gate.learn(600).is_empty());
        assert_ne!(gate.look(600).verdict.code, "state");
    }
    let look = gate(|_| HEALTHY).configuration("{\"alpha\":").look(600);
    assert_eq!(look.said(), (Decision::Hold, "configuration"));
}

#[test]
fn a_look_stays_within_the_limits_of_the_contract() {
    let crowded = |s: &mut Situation| {
        s.canary.target_groups = vec![s.canary.target_groups[0].clone(); 40];
        s.baseline.as_mut().unwrap().target_groups = s.canary.target_groups.clone();
    };
    // The harness refuses what the host would.
    let look = gate(|_| HEALTHY).with(crowded).look(3600 * 5);
    assert!(!look.verdict.findings.is_empty());
}
