//! Looks at the gate as the host takes them, with scripted metrics.

#![expect(clippy::unwrap_used, reason = "a look without a verdict fails the test")]

use gate_sdk::fixtures::{Look, TRAFFIC_AT_S, answer, look, situation};
use gate_sdk::{
    Answer, Completeness, Decision, FindingStatus, Gate, Phase, Question, Situation, Verdict,
};
use kayenta::Kayenta;
use serde_json::{Value, json};

/// A value by the question's id and the minute since the canary's first traffic.
type Metrics<'a> = &'a dyn Fn(&str, u32) -> Option<f64>;

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

/// A look `age_s` after first traffic, at a weight verified then.
fn at(configuration: &Value, age_s: u32) -> Situation {
    let now = TRAFFIC_AT_S + age_s;
    let configuration = configuration.to_string();
    Situation { now, weight_verified_at: TRAFFIC_AT_S, configuration, ..situation() }
}

fn respond(questions: &[Question], metrics: Metrics) -> Vec<Answer> {
    answer(questions, |id, time| match id {
        "canary_0_requests" => Some(600.0),
        _ => metrics(id, (time - TRAFFIC_AT_S) / 60),
    })
}

fn look_at(situation: &Situation, state: &[u8], metrics: Metrics) -> Look {
    look::<Kayenta>(situation, state, |questions| respond(questions, metrics))
}

/// The verdicts of a look a minute until `until_s` after first traffic.
fn follow(configuration: &Value, until_s: u32, metrics: Metrics) -> Vec<Verdict> {
    let mut state = Vec::new();
    (0..=until_s)
        .step_by(60)
        .map(|age_s| {
            let look = look_at(&at(configuration, age_s), &state, metrics);
            state = look.state;
            look.verdict.unwrap()
        })
        .collect()
}

fn last(configuration: &Value, until_s: u32, metrics: Metrics) -> Verdict {
    follow(configuration, until_s, metrics).pop().unwrap()
}

fn said(verdict: &Verdict) -> (Decision, &str) {
    (verdict.decision, verdict.code.as_str())
}

/// Both sides vary alike, by the minute; the canary's metrics in `factors` are so many times as much.
fn varying(factors: [f64; 3]) -> impl Fn(&str, u32) -> Option<f64> {
    move |id, minute| {
        let index: usize = id.split('_').nth(1)?.parse().ok()?;
        let factor = if id.contains("canary") { factors[index] } else { 1.0 };
        let shifted = if id.contains("canary") { minute } else { minute + 3 };
        Some(factor * (100.0 + f64::from(shifted * 7 % 10)))
    }
}

const EQUAL: [f64; 3] = [1.0; 3];

#[test]
fn an_equal_canary_passes_when_its_lifetime_is_over() {
    let verdicts = follow(&three(&json!({})), 900, &varying(EQUAL));
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
    let verdicts = follow(&configuration, 900, &varying([2.0, 1.0, 1.0]));
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
    let verdicts = follow(&configuration, 840, &varying([2.0, 1.0, 1.0]));
    assert!(verdicts[..14].iter().all(|it| it.decision == Decision::Hold), "{verdicts:?}");
    assert_eq!(said(&verdicts[14]), (Decision::Rollback, "fail"));
}

#[test]
fn between_marginal_and_pass_it_holds() {
    let configuration = three(&json!({}));
    let verdict = last(&configuration, 900, &varying([1.0, 1.0, 2.0]));
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
    let verdict = last(&configuration, 900, &varying([1.0, 2.0, 1.0]));
    assert_eq!(said(&verdict), (Decision::Rollback, "fail"));
    assert!(verdict.sentence.contains("score 0,"), "{}", verdict.sentence);
    assert!(verdict.sentence.contains("critical"), "{}", verdict.sentence);
    assert_eq!(last(&configuration, 900, &varying([2.0, 1.0, 1.0])).code, "pass");
}

#[test]
fn s02_a_group_without_data_does_not_pass_and_does_not_convict() {
    let silent = |id: &str, minute: u32| {
        if id.starts_with("metric_2") { None } else { varying(EQUAL)(id, minute) }
    };
    let verdict = last(&three(&json!({})), 900, &silent);
    assert_eq!(said(&verdict), (Decision::NoData, "no-data"));
    assert_eq!(verdict.sentence, "no metric of the group load has data");
    let mut must = three(&json!({}));
    must["metrics"][2]["mustHaveData"] = json!(true);
    must["metrics"][2]["critical"] = json!(true);
    let verdict = last(&must, 900, &silent);
    assert_eq!(said(&verdict), (Decision::Rollback, "fail"));
    assert!(verdict.sentence.contains("load has no data"), "{}", verdict.sentence);
    let mut replaced = three(&json!({}));
    replaced["metrics"][2]["nanStrategy"] = json!("replace");
    assert_eq!(last(&replaced, 900, &silent).code, "pass", "the file says that silence is 0");
}

#[test]
fn errors_that_only_the_canary_has_are_high() {
    let only_canary = |id: &str, minute: u32| match id.starts_with("metric_1") {
        true => id.contains("canary").then(|| 1.0 + f64::from(minute % 3)),
        false => varying(EQUAL)(id, minute),
    };
    assert_eq!(last(&three(&json!({})), 900, &only_canary).code, "fail");
}

#[test]
fn s02_a_canary_without_requests_is_no_data_whatever_its_metrics_say() {
    let configuration = three(&json!({}));
    let mut state = Vec::new();
    for age_s in (0..=1200).step_by(60) {
        let look = look::<Kayenta>(&at(&configuration, age_s), &state, |questions| {
            answer(questions, |id, time| match id {
                "canary_0_requests" => None,
                _ => varying([3.0, 3.0, 3.0])(id, (time - TRAFFIC_AT_S) / 60),
            })
        });
        state = look.state;
        let decision = look.verdict.unwrap().decision;
        assert!(matches!(decision, Decision::Hold | Decision::NoData), "{age_s} s: {decision:?}");
    }
}

#[test]
fn s01_only_periods_at_this_weight_lengthen_the_step_and_earlier_ones_add_to_it() {
    let configuration = three(&json!({}));
    let at_step = |age_s: u32| {
        let mut situation = at(&configuration, age_s);
        situation.weight_verified_at = TRAFFIC_AT_S + 1200;
        situation
    };
    // TTL 60: the step is measured from 1260 on, and its ten minutes are due at 1980.
    let begin = |situation: &Situation| {
        let asked = Kayenta::ask(situation.clone(), Vec::new());
        asked.iter().find_map(|question| match question {
            Question::Metric(metric) if metric.id.starts_with("metric") => {
                Some((metric.begin - TRAFFIC_AT_S, metric.end - TRAFFIC_AT_S))
            }
            _ => None,
        })
    };
    assert_eq!(begin(&at_step(1619)), None);
    assert_eq!(begin(&at_step(1980)), Some((120, 1860)));
    let state = look_at(&at_step(1979), &[], &varying(EQUAL)).state;
    let before = look_at(&at_step(1979), &state, &varying(EQUAL)).verdict.unwrap();
    assert_eq!(said(&before), (Decision::Hold, "measuring"));
    let after = look_at(&at_step(1980), &state, &varying(EQUAL)).verdict.unwrap();
    assert_eq!(said(&after), (Decision::Promote, "pass"));
}

#[test]
fn a_lookback_forgets_what_is_older() {
    let configuration = three(&json!({ "lookbackMins": 10, "lifetimeDurationMins": 30 }));
    let bad_at_first = |id: &str, minute: u32| {
        let factors = if minute < 12 { [1.04, 1.0, 1.0] } else { EQUAL };
        varying(factors)(id, minute)
    };
    assert_eq!(last(&configuration, 2040, &bad_at_first).code, "pass");
    let asked = Kayenta::ask(at(&configuration, 2040), Vec::new());
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
        let asked = Kayenta::ask(at(&configuration, age_s), Vec::new());
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
    for (phase, baseline) in [(Phase::Bake, true), (Phase::Shift, false)] {
        let mut situation = at(&configuration, 600);
        situation.phase = phase;
        if !baseline {
            situation.baseline = None;
        }
        let asked = Kayenta::ask(situation.clone(), Vec::new());
        assert!(
            asked.iter().all(|it| matches!(it, Question::Metric(m) if m.name == "RequestCount"))
        );
        let verdict = look_at(&situation, &[], &|_, _| None).verdict.unwrap();
        assert_eq!(said(&verdict), (Decision::Promote, "no-baseline"));
    }
}

#[test]
fn s02_what_is_partial_decides_nothing() {
    let partial = |questions: &[Question]| {
        let mut answers = respond(questions, &varying([3.0, 3.0, 3.0]));
        for answer in &mut answers {
            if let Answer::Series(series) = answer
                && series.id.starts_with("metric_0_baseline")
            {
                series.completeness = Completeness::Partial;
            }
        }
        answers
    };
    let situation = at(&three(&json!({})), 900);
    let look = look::<Kayenta>(&situation, &[], partial);
    assert_eq!(said(&look.verdict.unwrap()), (Decision::Hold, "partial-data"));
}

#[test]
fn before_any_traffic_nothing_is_asked_and_there_is_no_data() {
    let mut situation = at(&three(&json!({})), 600);
    (situation.phase, situation.canary_traffic_at) = (Phase::Preflight, None);
    let look = look_at(&situation, &[], &|_, _| Some(1.0));
    assert_eq!(look.rounds, [Vec::new()]);
    assert_eq!(said(&look.verdict.unwrap()), (Decision::NoData, "no-traffic"));
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    let configuration = three(&json!({}));
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        assert!(look_at(&at(&configuration, 900), state, &|_, _| Some(1.0)).verdict.is_some());
    }
    for extreme in
        [json!({ "stepSecs": 0 }), json!({ "lookbackMins": u32::MAX, "beginAfterMins": u32::MAX })]
    {
        assert!(look_at(&at(&three(&extreme), 900), &[], &|_, _| Some(1.0)).verdict.is_some());
    }
    let broken = Situation { configuration: "{\"metrics\":".into(), ..at(&configuration, 600) };
    let verdict = look_at(&broken, &[], &|_, _| Some(1.0)).verdict.unwrap();
    assert_eq!(said(&verdict), (Decision::Hold, "configuration"));
}
