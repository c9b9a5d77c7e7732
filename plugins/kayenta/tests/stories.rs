//! Looks at the gate as the host takes them, with scripted metrics.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use gate_sdk::harness::{self, Harness, START_S, replies};
use gate_sdk::{Decision, FindingStatus, Question, Verdict};
use kayenta::Kayenta;
use serde_json::{Value, json};

/// Latency, errors and load in three groups, with more fields.
fn three(more: &Value) -> Value {
    let metric = |name: &str, critical: bool| {
        json!({
            "name": name, "unit": "ms", "groups": [name], "critical": critical,
            "direction": "increase",
            "query": { "namespace": "AWS/ECS", "name": name, "of": "canary" },
        })
    };
    let metrics = [metric("latency", false), metric("errors", true), metric("load", false)];
    let mut configuration = json!({
        "metrics": metrics,
        "groupWeights": { "latency": 40, "errors": 40 },
    });
    configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    configuration
}

/// The gate beside these values, by the question's id and the minute since the first traffic.
fn gate<'a>(
    configuration: &Value,
    metrics: impl Fn(&str, i64) -> Option<f64> + 'a,
) -> Harness<'a, Kayenta> {
    Harness::new().configuration(configuration).metrics(move |id, second| match id {
        "canary_0_requests" => Some(600.0),
        _ => metrics(id, second / 60),
    })
}

/// The verdicts of a look a minute until `until`.
fn follow(
    configuration: &Value,
    until: u32,
    metrics: impl Fn(&str, i64) -> Option<f64>,
) -> Vec<Verdict> {
    let mut gate = gate(configuration, metrics);
    (0..=until).step_by(60).map(|second| gate.look(second).verdict).collect()
}

fn last(configuration: &Value, until: u32, metrics: impl Fn(&str, i64) -> Option<f64>) -> Verdict {
    gate(configuration, metrics).follow(until).verdict
}

fn said(verdict: &Verdict) -> (Decision, &str) {
    (verdict.decision, verdict.code.as_str())
}

/// Both sides vary alike, by the minute; the canary's metrics in `factors` are so many times as much.
fn varying(factors: [f64; 3]) -> impl Fn(&str, i64) -> Option<f64> {
    move |id, minute| {
        let index: usize = id.split('_').nth(1)?.parse().ok()?;
        let factor = if id.contains("canary") { factors[index] } else { 1.0 };
        let shifted = if id.contains("canary") { minute } else { minute + 3 };
        Some(factor * (100.0 + (shifted * 7 % 10) as f64))
    }
}

const EQUAL: [f64; 3] = [1.0; 3];

#[test]
fn an_equal_canary_passes_when_its_lifetime_is_over() {
    let verdicts = follow(&three(&json!({})), 900, varying(EQUAL));
    let codes: Vec<&str> = verdicts.iter().map(|it| it.code.as_str()).collect();
    // Two minutes of warm-up, ten of lifetime, two of lag: due after fourteen.
    assert!(codes[..14].iter().all(|code| ["not-yet", "measuring"].contains(code)), "{codes:?}");
    assert_eq!(said(&verdicts[14]), (Decision::Promote, "pass"));
    assert_eq!(verdicts[14].sentence, "score 100 after 10 min at weight 10: 3 metrics");
    assert_eq!(verdicts[8].sentence, "not judged yet: 4 min of 5 min at weight 10 are measured");
    assert_eq!(verdicts[9].sentence, "score 100; 5 min of 10 min at weight 10 are measured");
}

#[test]
fn a_score_below_marginal_rolls_back_and_says_so_again() {
    let configuration = three(&json!({}));
    let verdicts = follow(&configuration, 900, varying([2.0, 1.0, 1.0]));
    assert_eq!(said(&verdicts[9]), (Decision::Rollback, "fail"), "at the first interval");
    let sentence = "score 60, below marginal (75): latency is High (208 ms against 105 ms)";
    assert_eq!(verdicts[9].sentence, sentence);
    assert_eq!(verdicts[15].sentence, sentence, "a roll back is said again");
    let rows: Vec<_> =
        verdicts[9].findings.iter().map(|it| (it.name.as_str(), it.status)).collect();
    assert_eq!(
        rows,
        [
            ("score", FindingStatus::Bad),
            ("latency: High", FindingStatus::Bad),
            ("errors: Pass", FindingStatus::Ok),
            ("load: Pass", FindingStatus::Ok),
            ("score of errors (40.0 %)", FindingStatus::Ok),
            ("score of latency (40.0 %)", FindingStatus::Warning),
            ("score of load (20.0 %)", FindingStatus::Ok),
        ]
    );
}

#[test]
fn at_the_end_it_is_judged_once_the_lifetime_is_over() {
    let configuration = three(&json!({ "judge": "at-end" }));
    let verdicts = follow(&configuration, 840, varying([2.0, 1.0, 1.0]));
    assert!(verdicts[..14].iter().all(|it| it.decision == Decision::Hold), "{verdicts:?}");
    assert_eq!(said(&verdicts[14]), (Decision::Rollback, "fail"));
}

#[test]
fn between_marginal_and_pass_it_holds() {
    let configuration = three(&json!({}));
    let verdict = last(&configuration, 900, varying([1.0, 1.0, 2.0]));
    assert_eq!(said(&verdict), (Decision::Hold, "marginal"));
    assert!(
        verdict.sentence.starts_with("score 80, below pass (95): load"),
        "{}",
        verdict.sentence
    );
}

#[test]
fn a_critical_metric_that_fails_rolls_back_whatever_the_others_say() {
    let configuration = three(&json!({ "scoreThresholds": { "pass": 60, "marginal": 50 } }));
    let verdict = last(&configuration, 900, varying([1.0, 2.0, 1.0]));
    assert_eq!(said(&verdict), (Decision::Rollback, "fail"));
    assert!(verdict.sentence.contains("score 0,"), "{}", verdict.sentence);
    assert!(verdict.sentence.contains("critical"), "{}", verdict.sentence);
    assert_eq!(last(&configuration, 900, varying([2.0, 1.0, 1.0])).code, "pass");
}

#[test]
fn s02_a_group_without_data_does_not_pass_and_does_not_convict() {
    let silent = |id: &str, minute: i64| {
        if id.starts_with("metric_2") { None } else { varying(EQUAL)(id, minute) }
    };
    let verdict = last(&three(&json!({})), 900, silent);
    assert_eq!(said(&verdict), (Decision::NoData, "no-data"));
    assert_eq!(verdict.sentence, "no metric of the group load has data");
    let mut must = three(&json!({}));
    must["metrics"][2]["mustHaveData"] = json!(true);
    must["metrics"][2]["critical"] = json!(true);
    let verdict = last(&must, 900, silent);
    assert_eq!(said(&verdict), (Decision::Rollback, "fail"));
    assert!(verdict.sentence.contains("load has no data"), "{}", verdict.sentence);
    let mut replaced = three(&json!({}));
    replaced["metrics"][2]["nanStrategy"] = json!("replace");
    assert_eq!(last(&replaced, 900, silent).code, "pass", "the file says that silence is 0");
}

#[test]
fn errors_that_only_the_canary_has_are_high() {
    let only_canary = |id: &str, minute: i64| match id.starts_with("metric_1") {
        true => id.contains("canary").then_some(1.0 + (minute % 3) as f64),
        false => varying(EQUAL)(id, minute),
    };
    assert_eq!(last(&three(&json!({})), 900, only_canary).code, "fail");
}

#[test]
fn s02_a_canary_without_requests_is_no_data_whatever_its_metrics_say() {
    let configuration = three(&json!({}));
    let mut gate = gate(&configuration, varying([3.0, 3.0, 3.0])).answering(|asked| {
        let requests = replies::id_of(asked) == "canary_0_requests";
        requests.then(|| replies::series(asked, |_| None)).flatten()
    });
    for age_s in (0..=1200).step_by(60) {
        let decision = gate.look(age_s).verdict.decision;
        assert!(matches!(decision, Decision::Hold | Decision::NoData), "{age_s} s: {decision:?}");
    }
}

#[test]
fn s01_only_periods_at_this_weight_lengthen_the_step_and_earlier_ones_add_to_it() {
    let configuration = three(&json!({}));
    let gate = gate(&configuration, varying(EQUAL)).with(|s| s.weight_verified_at = START_S + 1200);
    // TTL 60: the step is measured from 1260 on, and its ten minutes are due at 1980.
    let begin = |second: u32| {
        gate.asks(second).iter().find_map(|question| match question {
            Question::Metric(metric) if metric.id.starts_with("metric") => {
                Some((metric.begin - START_S, metric.end - START_S))
            }
            _ => None,
        })
    };
    assert_eq!(begin(1619), None);
    assert_eq!(begin(1980), Some((120, 1860)));
    let mut gate = gate;
    gate.look(1979);
    assert_eq!(gate.look(1979).said(), (Decision::Hold, "measuring"));
    assert_eq!(gate.look(1980).said(), (Decision::Promote, "pass"));
}

#[test]
fn a_lookback_forgets_what_is_older() {
    let configuration = three(&json!({ "lookbackMins": 10, "lifetimeDurationMins": 30 }));
    let bad_at_first = |id: &str, minute: i64| {
        let factors = if minute < 12 { [1.04, 1.0, 1.0] } else { EQUAL };
        varying(factors)(id, minute)
    };
    assert_eq!(last(&configuration, 2040, bad_at_first).code, "pass");
    let asked = gate(&configuration, varying(EQUAL)).asks(2040);
    let longest = asked.iter().filter_map(|question| match question {
        Question::Metric(it) if it.id.starts_with("metric") => Some(it.end - it.begin),
        _ => None,
    });
    assert_eq!(longest.max(), Some(600));
}

#[test]
fn looks_between_two_intervals_ask_and_say_the_same() {
    let configuration = three(&json!({}));
    let asked = |age_s| {
        let asked = gate(&configuration, varying(EQUAL)).asks(age_s);
        asked
            .into_iter()
            .filter(|it| matches!(it, Question::Metric(m) if m.id.starts_with("metric")))
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(540), asked(839));
    assert_ne!(asked(540), asked(840));
}

#[test]
fn without_a_baseline_there_is_nothing_to_compare() {
    let configuration = three(&json!({}));
    let gate = gate(&configuration, |_, _| None);
    for mut gate in [gate.clone().with(harness::bake), gate.with(|s| s.baseline = None)] {
        let asked = gate.asks(600);
        assert!(
            asked.iter().all(|it| matches!(it, Question::Metric(m) if m.name == "RequestCount"))
        );
        assert_eq!(gate.look(600).said(), (Decision::Promote, "no-baseline"));
    }
}

#[test]
fn s02_what_is_partial_decides_nothing() {
    let mut gate = gate(&three(&json!({})), varying([3.0, 3.0, 3.0])).answering(|asked| {
        let of_baseline = replies::id_of(asked).starts_with("metric_0_baseline");
        let some = || replies::series(asked, |_| Some(100.0)).map(replies::partial);
        of_baseline.then(some).flatten()
    });
    assert_eq!(gate.look(900).said(), (Decision::Hold, "partial-data"));
}

#[test]
fn before_any_traffic_nothing_is_asked_and_there_is_no_data() {
    let gate = gate(&three(&json!({})), |_, _| Some(1.0));
    let look = gate.with(harness::preflight).look(600);
    assert_eq!(look.rounds, [Vec::new()]);
    assert_eq!(look.said(), (Decision::NoData, "no-traffic"));
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    let configuration = three(&json!({}));
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        let look = gate(&configuration, |_, _| Some(1.0)).state(state).look(900);
        assert_ne!(look.verdict.code, "state");
    }
    for extreme in
        [json!({ "stepSecs": 0 }), json!({ "lookbackMins": u32::MAX, "beginAfterMins": u32::MAX })]
    {
        let look = gate(&three(&extreme), |_, _| Some(1.0)).look(900);
        assert_ne!(look.verdict.code, "configuration");
    }
    let look = gate(&configuration, |_, _| None).configuration("{\"metrics\":").look(600);
    assert_eq!(look.said(), (Decision::Hold, "configuration"));
}
