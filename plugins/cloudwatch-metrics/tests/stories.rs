//! Looks at the gate as the host takes them, with scripted metrics.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use cloudwatch_metrics::CloudwatchMetrics;
use gate_sdk::harness::{self, Harness, START_S, replies};
use gate_sdk::{Answer, Decision, Question, Side, Subject, Verdict};
use serde_json::{Value, json};

/// The gate beside these values, by the question's id and the minute since the first traffic.
fn gate<'a>(
    configuration: &Value,
    metrics: impl Fn(&str, i64) -> Option<f64> + 'a,
) -> Harness<'a, CloudwatchMetrics> {
    Harness::new().configuration(configuration).metrics(move |id, second| match id {
        "canary_0_requests" => Some(600.0),
        _ => metrics(id, second / 60),
    })
}

/// A look a minute until `until`; the last one's verdict.
fn follow<'a>(
    configuration: &Value,
    until: u32,
    metrics: impl Fn(&str, i64) -> Option<f64> + 'a,
) -> Verdict {
    gate(configuration, metrics).follow(until).verdict
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

fn pair(canary: f64, baseline: f64) -> impl Fn(&str, i64) -> Option<f64> {
    move |id, _| Some(if id.contains("baseline") { baseline } else { canary })
}

#[test]
fn within_its_limits_a_metric_lets_it_go_on() {
    let verdict = follow(&queue(&json!({ "ceiling": 300 })), 300, |_, _| Some(12.34));
    assert_eq!(said(&verdict), (Decision::Promote, "within-limits"));
    assert_eq!(verdict.sentence, "queue age: 12.34 s, at most 300 s");
    let row = &verdict.findings[0];
    assert_eq!((row.canary, row.limit, row.unit.as_str()), (Some(12.34), Some(300.0), "s"));
}

#[test]
fn m_breaches_among_n_periods_roll_back_and_fewer_hold_while_the_newest_is_one() {
    let configuration = queue(&json!({ "ceiling": 300, "breaches": 3, "of_periods": 5 }));
    let at_minutes = |bad: &'static [i64]| {
        move |_: &str, minute: i64| Some(if bad.contains(&minute) { 412.0 } else { 5.0 })
    };
    let verdict = follow(&configuration, 480, at_minutes(&[1, 3, 5]));
    assert_eq!(said(&verdict), (Decision::Rollback, "over-ceiling"));
    assert_eq!(
        verdict.sentence,
        "queue age: 412 s is over the ceiling of 300 s in 3 of the newest 5 periods"
    );
    let verdict = follow(&configuration, 480, at_minutes(&[0, 3, 5]));
    assert_eq!(said(&verdict), (Decision::Hold, "breach"), "the first is six periods ago");
    assert!(verdict.sentence.ends_with("2 of the newest 5 periods; 3 roll back"));
    let verdict = follow(&configuration, 540, at_minutes(&[0, 3, 5]));
    assert_eq!(said(&verdict), (Decision::Promote, "within-limits"));
}

#[test]
fn a_roll_back_is_said_again_however_good_the_metric_becomes() {
    let configuration = queue(&json!({ "ceiling": 300 }));
    let verdict =
        follow(&configuration, 1200, |_, minute| Some(if minute < 2 { 400.0 } else { 1.0 }));
    assert_eq!(said(&verdict), (Decision::Rollback, "over-ceiling"));
}

#[test]
fn below_a_floor_it_rolls_back() {
    let verdict = follow(&queue(&json!({ "floor": 1 })), 300, |_, _| Some(0.5));
    assert_eq!(said(&verdict), (Decision::Rollback, "under-floor"));
    assert!(verdict.sentence.contains("0.5 s is under the floor of 1 s"), "{}", verdict.sentence);
}

#[test]
fn s01_only_a_whole_period_after_verified_and_ttl_lets_it_go_on() {
    let configuration = queue(&json!({ "ceiling": 300, "period_s": 300 }));
    let metrics = |_: &str, _| Some(1.0);
    // TTL 60: the first whole five minutes at this weight begin at 300 and are due at 720.
    let verdict = follow(&configuration, 660, metrics);
    assert_eq!(said(&verdict), (Decision::Hold, "not-yet"));
    assert_eq!(follow(&configuration, 720, metrics).decision, Decision::Promote);
}

#[test]
fn only_closed_periods_past_their_lag_are_asked_for() {
    let configuration = queue(&json!({ "ceiling": 300, "lag_s": 240 }));
    for asked in gate(&configuration, |_, _| None).asks(359) {
        let Question::Metric(metric) = asked else { panic!("{asked:?}") };
        let lag_s = if metric.namespace == "AWS/SQS" { 240 } else { 120 };
        assert!(metric.end + lag_s <= START_S + 359, "{metric:?}");
        assert!(metric.begin >= START_S);
    }
}

#[test]
fn s02_a_missing_value_is_what_the_file_says() {
    let silent = |_: &str, _| None;
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
        let verdict = follow(&configuration, 600, silent);
        assert_eq!(said(&verdict), expected, "{missing}: {}", verdict.sentence);
    }
}

#[test]
fn s02_missing_is_never_good_without_requests_on_the_canary() {
    let configuration = queue(&json!({ "ceiling": 300, "missing": "ok" }));
    let mut gate = gate(&configuration, |_, _| None).metrics(|_, _| None);
    for age_s in (0..=900).step_by(60) {
        assert_ne!(gate.look(age_s).verdict.decision, Decision::Promote, "after {age_s} s");
    }
}

#[test]
fn s02_what_is_partial_or_refused_decides_nothing_and_is_asked_for_again() {
    let configuration = queue(&json!({ "ceiling": 1 }));
    let gate = gate(&configuration, |_, _| Some(5.0));
    let replying = |reply: fn(&Question) -> Option<Answer>| {
        let of_check = |asked: &Question| replies::id_of(asked).starts_with("check");
        gate.clone().answering(move |asked| if of_check(asked) { reply(asked) } else { None })
    };
    let some = |asked: &Question| replies::series(asked, |_| Some(5.0)).map(replies::partial);
    let partial = replying(some).look(300);
    assert_eq!(partial.said(), (Decision::Hold, "partial-data"));
    let refused = |asked: &Question| Some(replies::denied(asked, "add it to the grants"));
    let denied = replying(refused).state(partial.state).look(300);
    assert_eq!(denied.said(), (Decision::NoData, "no-answer"));
    let verdict = denied.verdict;
    assert_eq!(
        verdict.sentence,
        "queue age: the metric may not be asked for: add it to the grants"
    );
    let next = gate.clone().state(denied.state).look(300);
    assert_eq!(next.said(), (Decision::Rollback, "over-ceiling"), "nothing was consumed");
}

#[test]
fn a_canary_of_twice_the_load_is_rolled_back_and_an_equal_one_goes_on() {
    let configuration = load(&json!({ "compare": {} }));
    let verdict = follow(&configuration, 1500, pair(82.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Rollback, "higher"));
    assert!(
        verdict.sentence.starts_with("load: 82 % against 41 %: e-value"),
        "{}",
        verdict.sentence
    );
    let verdict = follow(&configuration, 900, pair(41.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Promote, "no-worse"));
    let verdict = follow(&configuration, 1500, pair(20.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Promote, "no-worse"), "less load is not worse");
}

#[test]
fn where_lower_is_worse_less_is_rolled_back_and_more_goes_on() {
    let configuration = load(&json!({ "compare": { "worse": "lower" } }));
    let verdict = follow(&configuration, 1500, pair(20.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Rollback, "lower"));
    let verdict = follow(&configuration, 1500, pair(82.0, 41.0));
    assert_eq!(said(&verdict), (Decision::Promote, "no-worse"));
    let either = load(&json!({ "compare": { "worse": "either" } }));
    assert_eq!(follow(&either, 1800, pair(20.0, 41.0)).code, "lower");
    assert_eq!(follow(&either, 1800, pair(82.0, 41.0)).code, "higher");
    assert_eq!(follow(&either, 1800, pair(41.0, 41.5)).code, "no-worse");
}

#[test]
fn a_mean_beyond_the_largest_ratio_holds_before_it_convicts() {
    let configuration = load(&json!({ "compare": { "max_ratio": 1.2 }, "period_s": 60 }));
    let verdict = follow(&configuration, 480, pair(46.0, 41.0));
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
    let verdict = follow(&configuration, 300, pair(41.0, 41.0));
    let limits: Vec<_> = verdict.findings.iter().map(|it| (it.name.as_str(), it.limit)).collect();
    assert_eq!(limits[1], ("load: e-value", Some(800.0)));
    assert_eq!(limits[3], ("memory: e-value", Some(800.0)));
}

#[test]
fn a_first_release_is_promoted_by_comparisons_unless_a_limit_speaks() {
    let compared = load(&json!({ "compare": {} }));
    let first = |configuration: &Value| {
        let gate = gate(configuration, pair(82.0, 0.0));
        gate.with(harness::first_release).follow(600).verdict
    };
    let verdict = first(&compared);
    assert_eq!(said(&verdict), (Decision::Promote, "within-limits"));
    assert!(verdict.sentence.contains("no baseline to compare with"), "{}", verdict.sentence);
    let limited = load(&json!({ "compare": {}, "ceiling": 80 }));
    let verdict = first(&limited);
    assert_eq!(said(&verdict), (Decision::Rollback, "over-ceiling"));
}

#[test]
fn what_the_baseline_still_serves_in_the_bake_is_not_compared() {
    let gate = gate(&load(&json!({ "compare": {} })), pair(82.0, 1.0));
    let verdict = gate.with(harness::bake).follow(1800).verdict;
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    assert!(verdict.sentence.contains("the baseline serves no more"), "{}", verdict.sentence);
}

#[test]
fn a_check_on_the_baseline_alone_is_not_asked_where_there_is_none() {
    let metric = json!({ "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "baseline" });
    let configuration =
        json!({ "checks": [{ "name": "old load", "metric": metric, "ceiling": 90 }] });
    let mut gate = gate(&configuration, |_, _| None).with(harness::first_release);
    let asked = gate.asks(600);
    assert!(asked.iter().all(|it| matches!(it, Question::Metric(m) if m.name == "RequestCount")));
    assert_eq!(gate.look(600).said(), (Decision::Promote, "no-baseline"));
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
    let asked = gate(&configuration, |_, _| None).asks(300);
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
    let asked = gate(&configuration, |_, _| None).asks(300);
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
    let verdict =
        follow(&configuration, 300, |id, _| Some(if id.ends_with("_math") { 7.0 } else { 1.0 }));
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
    let verdict = follow(&configuration, 300, |_, _| Some(5.0));
    assert_eq!(verdict.decision, Decision::Hold);
    assert!(verdict.sentence.starts_with("b: 5 s is over"), "{}", verdict.sentence);
    assert!(verdict.sentence.ends_with("; 1 more of 3 checks do not pass"), "{}", verdict.sentence);
}

#[test]
fn before_any_traffic_nothing_is_asked_and_there_is_no_data() {
    let gate = gate(&queue(&json!({ "ceiling": 300 })), |_, _| Some(1.0));
    let look = gate.with(harness::preflight).look(600);
    assert_eq!(look.rounds, [Vec::new()]);
    assert_eq!(look.said(), (Decision::NoData, "no-traffic"));
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    let configuration = queue(&json!({ "ceiling": 300 }));
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        let look = gate(&configuration, |_, _| Some(1.0)).state(state).look(600);
        assert_eq!(look.said(), (Decision::Promote, "within-limits"));
    }
    let look = gate(&configuration, |_, _| None).configuration("{\"checks\":").look(600);
    assert_eq!(look.said(), (Decision::Hold, "configuration"));
}
