//! Looks at the gate as the host takes them, with scripted metrics.

#![expect(clippy::unwrap_used, reason = "a look without a verdict fails the test")]

use cloudwatch_metrics::CloudwatchMetrics;
use gate_sdk::fixtures::{Look, TRAFFIC_AT_S, answer, look, situation};
use gate_sdk::{
    Answer, Completeness, Decision, DeniedAnswer, Gate, Phase, Question, Side, Situation, Subject,
    Verdict,
};
use serde_json::{Value, json};

/// A value by the question's id and the minute since the canary's first traffic.
type Metrics<'a> = &'a dyn Fn(&str, u32) -> Option<f64>;

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
    look::<CloudwatchMetrics>(situation, state, |questions| respond(questions, metrics))
}

/// A look a minute until `until_s` after first traffic; the last one's verdict.
fn follow(
    configuration: &Value,
    until_s: u32,
    change: &dyn Fn(&mut Situation),
    metrics: Metrics,
) -> Verdict {
    let (mut state, mut last) = (Vec::new(), None);
    for age_s in (0..=until_s).step_by(60) {
        let mut situation = at(configuration, age_s);
        change(&mut situation);
        let look = look_at(&situation, &state, metrics);
        (last, state) = (look.verdict, look.state);
    }
    last.unwrap()
}

fn said(verdict: &Verdict) -> (Decision, &str) {
    (verdict.decision, verdict.code.as_str())
}

/// One check on a queue of somebody else's.
fn queue(more: &Value) -> Value {
    let mut check = json!({
        "name": "queue age",
        "metric": {
            "namespace": "AWS/SQS", "name": "ApproximateAgeOfOldestMessage",
            "statistic": "Maximum", "dimensions": { "QueueName": "orders" },
        },
        "unit": "s",
    });
    check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "checks": [check] })
}

/// One check on the canary's own load.
fn load(more: &Value) -> Value {
    let mut check = json!({
        "name": "load",
        "metric": { "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "canary" },
        "unit": "%",
    });
    check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "checks": [check] })
}

fn pair(canary: f64, baseline: f64) -> impl Fn(&str, u32) -> Option<f64> {
    move |id, _| Some(if id.contains("baseline") { baseline } else { canary })
}

#[test]
fn within_its_limits_a_metric_lets_it_go_on() {
    let verdict = follow(&queue(&json!({ "ceiling": 300 })), 300, &|_| {}, &|_, _| Some(12.34));
    assert_eq!(said(&verdict), (Decision::Promote, "within-limits"));
    assert_eq!(verdict.sentence, "queue age: 12.34 s, at most 300 s");
    let row = &verdict.findings[0];
    assert_eq!((row.canary, row.limit, row.unit.as_str()), (Some(12.34), Some(300.0), "s"));
}

#[test]
fn m_breaches_among_n_periods_roll_back_and_fewer_hold_while_the_newest_is_one() {
    let configuration = queue(&json!({ "ceiling": 300, "breaches": 3, "of_periods": 5 }));
    let at_minutes = |bad: &'static [u32]| {
        move |_: &str, minute: u32| Some(if bad.contains(&minute) { 412.0 } else { 5.0 })
    };
    let verdict = follow(&configuration, 480, &|_| {}, &at_minutes(&[1, 3, 5]));
    assert_eq!(said(&verdict), (Decision::Rollback, "over-ceiling"));
    assert_eq!(
        verdict.sentence,
        "queue age: 412 s is over the ceiling of 300 s in 3 of the newest 5 periods"
    );
    let verdict = follow(&configuration, 480, &|_| {}, &at_minutes(&[0, 3, 5]));
    assert_eq!(said(&verdict), (Decision::Hold, "breach"), "the first is six periods ago");
    assert!(verdict.sentence.ends_with("2 of the newest 5 periods; 3 roll back"));
    let verdict = follow(&configuration, 540, &|_| {}, &at_minutes(&[0, 3, 5]));
    assert_eq!(said(&verdict), (Decision::Promote, "within-limits"));
}

#[test]
fn a_roll_back_is_said_again_however_good_the_metric_becomes() {
    let configuration = queue(&json!({ "ceiling": 300 }));
    let verdict = follow(&configuration, 1200, &|_| {}, &|_, minute| {
        Some(if minute < 2 { 400.0 } else { 1.0 })
    });
    assert_eq!(said(&verdict), (Decision::Rollback, "over-ceiling"));
}

#[test]
fn below_a_floor_it_rolls_back() {
    let verdict = follow(&queue(&json!({ "floor": 1 })), 300, &|_| {}, &|_, _| Some(0.5));
    assert_eq!(said(&verdict), (Decision::Rollback, "under-floor"));
    assert!(verdict.sentence.contains("0.5 s is under the floor of 1 s"), "{}", verdict.sentence);
}

#[test]
fn s01_only_a_whole_period_after_verified_and_ttl_lets_it_go_on() {
    let configuration = queue(&json!({ "ceiling": 300, "period_s": 300 }));
    let metrics: Metrics = &|_, _| Some(1.0);
    // TTL 60: the first whole five minutes at this weight begin at 300 and are due at 720.
    let verdict = follow(&configuration, 660, &|_| {}, metrics);
    assert_eq!(said(&verdict), (Decision::Hold, "not-yet"));
    assert_eq!(follow(&configuration, 720, &|_| {}, metrics).decision, Decision::Promote);
}

#[test]
fn only_closed_periods_past_their_lag_are_asked_for() {
    let configuration = queue(&json!({ "ceiling": 300, "lag_s": 240 }));
    for asked in CloudwatchMetrics::ask(at(&configuration, 359), Vec::new()) {
        let Question::Metric(metric) = asked else { panic!("{asked:?}") };
        let lag_s = if metric.namespace == "AWS/SQS" { 240 } else { 120 };
        assert!(metric.end + lag_s <= TRAFFIC_AT_S + 359, "{metric:?}");
        assert!(metric.begin >= TRAFFIC_AT_S);
    }
}

#[test]
fn s02_a_missing_value_is_what_the_file_says() {
    let silent: Metrics = &|_, _| None;
    for (missing, expected) in [
        (json!({}), (Decision::NoData, "missing")),
        (json!({ "missing": "no-data" }), (Decision::NoData, "missing")),
        (json!({ "missing": "hold" }), (Decision::Hold, "missing")),
        (json!({ "missing": "ok" }), (Decision::Promote, "within-limits")),
        (json!({ "missing": "bad" }), (Decision::Rollback, "missing")),
    ] {
        let mut configuration = queue(&json!({ "ceiling": 300 }));
        let check = configuration["checks"][0].as_object_mut().unwrap();
        check.extend(missing.as_object().unwrap().clone());
        let verdict = follow(&configuration, 600, &|_| {}, silent);
        assert_eq!(said(&verdict), expected, "{missing}: {}", verdict.sentence);
    }
}

#[test]
fn s02_missing_is_never_good_without_requests_on_the_canary() {
    let configuration = queue(&json!({ "ceiling": 300, "missing": "ok" }));
    let mut state = Vec::new();
    for age_s in (0..=900).step_by(60) {
        let look = look::<CloudwatchMetrics>(&at(&configuration, age_s), &state, |questions| {
            answer(questions, |_, _| None)
        });
        state = look.state;
        assert_ne!(look.verdict.unwrap().decision, Decision::Promote, "after {age_s} s");
    }
}

#[test]
fn s02_what_is_partial_or_refused_decides_nothing_and_is_asked_for_again() {
    let configuration = queue(&json!({ "ceiling": 1 }));
    let situation = at(&configuration, 300);
    let refuse = |questions: &[Question], partial: bool| {
        let mut answers = respond(questions, &|_, _| Some(5.0));
        for answer in &mut answers {
            match answer {
                Answer::Series(series) if series.id.starts_with("check") && partial => {
                    series.completeness = Completeness::Partial;
                }
                Answer::Series(series) if series.id.starts_with("check") => {
                    let (id, why) = (series.id.clone(), "add it to the grants".to_owned());
                    *answer = Answer::Denied(DeniedAnswer { id, why });
                }
                _ => {}
            }
        }
        answers
    };
    let partial = look::<CloudwatchMetrics>(&situation, &[], |asked| refuse(asked, true));
    assert_eq!(said(&partial.verdict.unwrap()), (Decision::Hold, "partial-data"));
    let denied =
        look::<CloudwatchMetrics>(&situation, &partial.state, |asked| refuse(asked, false));
    let verdict = denied.verdict.unwrap();
    assert_eq!(said(&verdict), (Decision::NoData, "no-answer"));
    assert_eq!(
        verdict.sentence,
        "queue age: the metric may not be asked for: add it to the grants"
    );
    let next = look_at(&situation, &denied.state, &|_, _| Some(5.0)).verdict.unwrap();
    assert_eq!(said(&next), (Decision::Rollback, "over-ceiling"), "nothing was consumed");
}

#[test]
fn a_canary_of_twice_the_load_is_rolled_back_and_an_equal_one_goes_on() {
    let configuration = load(&json!({ "compare": {} }));
    let verdict = follow(&configuration, 1500, &|_| {}, &pair(82.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Rollback, "higher"));
    assert!(
        verdict.sentence.starts_with("load: 82 % against 41 %: e-value"),
        "{}",
        verdict.sentence
    );
    let verdict = follow(&configuration, 900, &|_| {}, &pair(41.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Promote, "no-worse"));
    let verdict = follow(&configuration, 1500, &|_| {}, &pair(20.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Promote, "no-worse"), "less load is not worse");
}

#[test]
fn where_lower_is_worse_less_is_rolled_back_and_more_goes_on() {
    let configuration = load(&json!({ "compare": { "worse": "lower" } }));
    let verdict = follow(&configuration, 1500, &|_| {}, &pair(20.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Rollback, "lower"));
    let verdict = follow(&configuration, 1500, &|_| {}, &pair(82.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Promote, "no-worse"));
    let either = load(&json!({ "compare": { "worse": "either" } }));
    assert_eq!(follow(&either, 1800, &|_| {}, &pair(20.0, 41.0)).code, "lower");
    assert_eq!(follow(&either, 1800, &|_| {}, &pair(82.0, 41.0)).code, "higher");
    assert_eq!(follow(&either, 1800, &|_| {}, &pair(41.0, 41.5)).code, "no-worse");
}

#[test]
fn a_mean_beyond_the_largest_ratio_holds_before_it_convicts() {
    let configuration = load(&json!({ "compare": { "max_ratio": 1.2 }, "period_s": 60 }));
    let verdict = follow(&configuration, 480, &|_| {}, &pair(46.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Hold, "higher"), "{}", verdict.sentence);
    assert!(verdict.sentence.contains("1.12 times as high in"), "{}", verdict.sentence);
}

#[test]
fn checks_share_what_a_deployment_may_err() {
    let compare = json!({ "compare": { "worse": "either" } });
    let mut configuration = load(&compare);
    let mut second = configuration["checks"][0].clone();
    second["name"] = json!("memory");
    configuration["checks"].as_array_mut().unwrap().push(second);
    let verdict = follow(&configuration, 300, &|_| {}, &pair(41.0, 41.0));
    let limits: Vec<_> = verdict.findings.iter().map(|it| (it.name.as_str(), it.limit)).collect();
    assert_eq!(limits[1], ("load: e-value", Some(800.0)));
    assert_eq!(limits[3], ("memory: e-value", Some(800.0)));
}

fn first_release(situation: &mut Situation) {
    situation.baseline = None;
    situation.phase = Phase::Bake;
    (situation.step, situation.steps) = (0, 1);
    (situation.weight, situation.next_weight) = (100, 100);
}

#[test]
fn a_first_release_is_promoted_by_comparisons_unless_a_limit_speaks() {
    let compared = load(&json!({ "compare": {} }));
    let verdict = follow(&compared, 600, &first_release, &pair(82.0, 0.0));
    assert_eq!(said(&verdict), (Decision::Promote, "within-limits"));
    assert!(verdict.sentence.contains("no baseline to compare with"), "{}", verdict.sentence);
    let limited = load(&json!({ "compare": {}, "ceiling": 80 }));
    let verdict = follow(&limited, 600, &first_release, &pair(82.0, 0.0));
    assert_eq!(said(&verdict), (Decision::Rollback, "over-ceiling"));
}

#[test]
fn what_the_baseline_still_serves_in_the_bake_is_not_compared() {
    let bake = |situation: &mut Situation| {
        situation.phase = Phase::Bake;
        (situation.weight, situation.next_weight) = (100, 100);
    };
    let verdict = follow(&load(&json!({ "compare": {} })), 1800, &bake, &pair(82.0, 1.0));
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    assert!(verdict.sentence.contains("the baseline serves no more"), "{}", verdict.sentence);
}

#[test]
fn a_check_on_the_baseline_alone_is_not_asked_where_there_is_none() {
    let metric = json!({ "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "baseline" });
    let configuration =
        json!({ "checks": [{ "name": "old load", "metric": metric, "ceiling": 90 }] });
    let mut situation = at(&configuration, 600);
    first_release(&mut situation);
    let asked = CloudwatchMetrics::ask(situation.clone(), Vec::new());
    assert!(asked.iter().all(|it| matches!(it, Question::Metric(m) if m.name == "RequestCount")));
    let verdict = look_at(&situation, &[], &|_, _| None).verdict.unwrap();
    assert_eq!(said(&verdict), (Decision::Promote, "no-baseline"));
}

#[test]
fn dimensions_are_filled_in_for_each_side() {
    let configuration = json!({ "checks": [{
        "name": "orders",
        "metric": {
            "namespace": "Shop", "name": "Orders", "statistic": "Sum",
            "dimensions": { "Version": "{version}", "Release": "r{label}" },
        },
        "compare": { "worse": "lower" },
    }] });
    let asked = CloudwatchMetrics::ask(at(&configuration, 300), Vec::new());
    let dimensions = |id: &str| {
        asked.iter().find_map(|question| match question {
            Question::Metric(metric) if metric.id == id => match &metric.subject {
                Subject::Dimensions(all) => {
                    Some(all.iter().map(|it| it.value.clone()).collect::<Vec<_>>())
                }
                Subject::Of(_) => None,
            },
            _ => None,
        })
    };
    assert_eq!(dimensions("check_0_canary_value").unwrap(), ["r2", "1.1.0"]);
    assert_eq!(dimensions("check_0_baseline_value").unwrap(), ["r1", "1.0.0"]);
}

#[test]
fn math_names_the_series_of_its_own_side_and_is_judged_by_its_value() {
    let series = |name: &str| {
        json!({
            "namespace": "AWS/ApplicationELB", "name": name, "statistic": "Sum",
            "of": "canary", "part": "target-group",
        })
    };
    let configuration = json!({ "checks": [{
        "name": "refused",
        "metrics": { "bad": series("TargetConnectionErrorCount"), "all": series("RequestCount") },
        "expression": "100 * FILL(bad, 0) / all",
        "unit": "%",
        "ceiling": 5,
        "compare": {},
    }] });
    let asked = CloudwatchMetrics::ask(at(&configuration, 300), Vec::new());
    let expressions: Vec<_> = asked
        .iter()
        .filter_map(|question| match question {
            Question::Expression(math) => Some(math.expression.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        expressions,
        [
            "100 * FILL(check_0_canary_bad, 0) / check_0_canary_all",
            "100 * FILL(check_0_baseline_bad, 0) / check_0_baseline_all"
        ]
    );
    let sides: Vec<_> = asked
        .iter()
        .filter_map(|question| match question {
            Question::Metric(metric) => match &metric.subject {
                Subject::Of(own) if metric.id.contains("baseline") => Some(own.side),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(sides, [Side::Baseline; 2]);
    let verdict = follow(&configuration, 300, &|_| {}, &|id, _| {
        Some(if id.ends_with("_math") { 7.0 } else { 1.0 })
    });
    assert_eq!(said(&verdict), (Decision::Rollback, "over-ceiling"));
    assert!(verdict.sentence.contains("7 % is over the ceiling of 5 %"), "{}", verdict.sentence);
}

#[test]
fn the_gravest_check_speaks_and_says_how_many_are_like_it() {
    let mut configuration = queue(&json!({ "ceiling": 300 }));
    for (name, ceiling) in [("b", 1.0), ("c", 1.0)] {
        let mut check = configuration["checks"][0].clone();
        (check["name"], check["ceiling"], check["breaches"]) =
            (json!(name), json!(ceiling), json!(60));
        configuration["checks"].as_array_mut().unwrap().push(check);
    }
    let verdict = follow(&configuration, 300, &|_| {}, &|_, _| Some(5.0));
    assert_eq!(verdict.decision, Decision::Hold);
    assert!(verdict.sentence.starts_with("b: 5 s is over"), "{}", verdict.sentence);
    assert!(verdict.sentence.ends_with("; 1 more of 3 checks do not pass"), "{}", verdict.sentence);
}

#[test]
fn before_any_traffic_nothing_is_asked_and_there_is_no_data() {
    let mut situation = at(&queue(&json!({ "ceiling": 300 })), 600);
    (situation.phase, situation.canary_traffic_at) = (Phase::Preflight, None);
    let look = look_at(&situation, &[], &|_, _| Some(1.0));
    assert_eq!(look.rounds, [Vec::new()]);
    assert_eq!(said(&look.verdict.unwrap()), (Decision::NoData, "no-traffic"));
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    let configuration = queue(&json!({ "ceiling": 300 }));
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        assert!(look_at(&at(&configuration, 600), state, &|_, _| Some(1.0)).verdict.is_some());
    }
    let broken = Situation { configuration: "{\"checks\":".into(), ..at(&configuration, 600) };
    let verdict = look_at(&broken, &[], &|_, _| Some(1.0)).verdict.unwrap();
    assert_eq!(said(&verdict), (Decision::Hold, "configuration"));
}
