//! Looks at the gate as the host takes them, with scripted metrics.

use gate_sdk::harness::{self, Harness, replies};
use gate_sdk::{Decision, Question, Situation};
use latency::Latency;

/// What a minute's metrics are: canary and baseline.
#[derive(Clone, Copy)]
struct Minute {
    samples: [f64; 2],
    slow: [f64; 2],
    p95_s: [f64; 2],
    p99_s: f64,
    counted: bool,
}

const HEALTHY: Minute = Minute {
    samples: [600.0, 5400.0],
    slow: [30.0, 270.0],
    p95_s: [0.2125, 0.21],
    p99_s: 0.4,
    counted: true,
};

fn metric(id: &str, minute: Minute) -> Option<f64> {
    let side = usize::from(id.starts_with("baseline"));
    match id.rsplit('_').next()? {
        "samples" => Some(minute.samples[side]).filter(|n| *n > 0.0),
        "slow" => Some(minute.slow[side]).filter(|_| minute.counted),
        "p95" => Some(minute.p95_s[side]).filter(|_| minute.samples[side] > 0.0),
        "p99" => Some(minute.p99_s),
        _ => None,
    }
}

/// The gate beside minutes that are all like this one.
fn gate<'a>(minute: Minute) -> Harness<'a, Latency> {
    Harness::new().metrics(move |id, _| metric(id, minute))
}

fn statistics(questions: &[Question]) -> Vec<&str> {
    let metrics = questions.iter().map(|q| match q {
        Question::Metric(m) => m.statistic.as_str(),
        _ => "",
    });
    metrics.collect()
}

#[test]
fn the_threshold_is_the_baselines_p95_and_is_asked_for_once() {
    let mut gate = gate(HEALTHY);
    let first = gate.look(300);
    assert_eq!(statistics(&first.rounds[0]), ["p95"]);
    let counted = ["SampleCount", "TC(0.21:)", "SampleCount", "TC(0.21:)"];
    assert_eq!(statistics(&first.rounds[1]), counted);
    let second = gate.look(360);
    assert_eq!(second.rounds.len(), 1);
    assert_eq!(statistics(&second.rounds[0]), counted);
}

#[test]
fn a_healthy_canary_is_promoted_with_the_numbers_in_the_sentence() {
    let verdict = gate(HEALTHY).follow(900).verdict;
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    let expected = "5.0 % of 7800 canary requests over 210 ms against 5.0 % of 70,200: evidence ";
    assert!(verdict.sentence.starts_with(expected), "{}", verdict.sentence);
}

#[test]
fn a_canary_twice_as_often_slow_is_rolled_back() {
    let slow = Minute { slow: [62.4, 270.0], ..HEALTHY };
    let look = gate(slow).follow(900);
    assert_eq!(look.said(), (Decision::Rollback, "too-slow"));
    assert!(look.verdict.sentence.contains("over 210 ms"), "{}", look.verdict.sentence);
}

#[test]
fn an_interpolated_count_is_kept_between_zero_and_the_requests() {
    let odd = Minute { samples: [30.0, 30.0], slow: [31.7, -0.4], ..HEALTHY };
    let verdict = gate(odd).follow(180).verdict;
    assert_eq!(verdict.findings[0].canary, Some(100.0));
    assert_eq!(verdict.findings[0].baseline, Some(0.0));
}

#[test]
fn what_slows_both_sides_is_not_the_canarys_fault() {
    let slow = Minute { slow: [400.0, 3600.0], ..HEALTHY };
    let verdict = gate(slow).follow(900).verdict;
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
}

#[test]
fn where_slow_requests_are_not_counted_percentiles_are_compared() {
    let uncounted = Minute { counted: false, ..HEALTHY };
    let first = gate(uncounted).look(240);
    assert_eq!(first.rounds.len(), 3);
    assert_eq!(first.verdict.decision, Decision::Hold);
    assert!(first.verdict.sentence.starts_with("slow requests are not counted here"));
    let verdict = gate(uncounted).follow(900).verdict;
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    let slow = gate(Minute { p95_s: [0.42, 0.21], ..uncounted }).follow(1500);
    assert_eq!(slow.said(), (Decision::Rollback, "too-slow"));
}

#[test]
fn s02_few_uncounted_requests_hold() {
    let few = Minute { counted: false, samples: [5.0, 10.0], slow: [0.0, 0.0], ..HEALTHY };
    let look = gate(few).with(|s| s.step = 0).follow(900);
    assert_eq!(look.said(), (Decision::Hold, "not-counted"));
}

#[test]
fn the_ceiling_of_the_99th_percentile_needs_two_warm_minutes() {
    let mut gate = gate(HEALTHY).configuration(r#"{"ceiling_p99_ms": 300}"#);
    let verdict = gate.follow(300).verdict;
    assert_ne!(verdict.code, "over-ceiling", "{}", verdict.sentence);
    let look = gate.look(360);
    assert_eq!(look.said(), (Decision::Rollback, "over-ceiling"));
    assert!(look.verdict.sentence.contains("400 ms at last"), "{}", look.verdict.sentence);
}

#[test]
fn s02_without_a_baseline_percentile_there_is_no_data_unless_the_last_release_left_one() {
    let alone = Minute { samples: [600.0, 0.0], ..HEALTHY };
    assert_eq!(gate(alone).follow(600).said(), (Decision::NoData, "no-threshold"));
    let mut last = gate(HEALTHY);
    last.follow(900);
    let look = gate(alone).memory(last.learn(900)).look(240);
    assert_eq!(statistics(&look.rounds[1])[1], "TC(0.21:)");
}

#[test]
fn a_first_release_is_promoted_unless_its_ceiling_speaks() {
    let first = || gate(HEALTHY).with(harness::first_release);
    assert_eq!(first().follow(600).said(), (Decision::Promote, "within-ceiling"));
    let look = first().configuration(r#"{"ceiling_p99_ms": 300}"#).follow(600);
    assert_eq!(look.verdict.code, "over-ceiling");
}

#[test]
fn a_fixed_threshold_is_not_asked_for() {
    let look = gate(HEALTHY).configuration(r#"{"threshold_ms": 300}"#).look(300);
    assert_eq!(statistics(&look.rounds[0])[1], "TC(0.3:)");
}

#[test]
fn each_target_group_has_its_own_threshold() {
    let two = |s: &mut Situation| {
        s.canary.target_groups = vec![s.canary.target_groups[0].clone(); 2];
        s.baseline.as_mut().unwrap().target_groups = s.canary.target_groups.clone();
    };
    let mut gate = gate(HEALTHY).with(two).answering(|asked| {
        let second = replies::id_of(asked) == "baseline_1_p95";
        second.then(|| replies::series(asked, |_| Some(1.5))).flatten()
    });
    let look = gate.look(300);
    let asked = statistics(&look.rounds[1]);
    assert_eq!((asked[1], asked[5]), ("TC(0.21:)", "TC(1.5:)"));
    let verdict = look.verdict;
    assert!(verdict.sentence.contains("of 3600 canary requests slow"), "{}", verdict.sentence);
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        let mut gate = gate(HEALTHY).state(state);
        assert!(gate.learn(600).is_empty());
        assert_ne!(gate.look(600).verdict.code, "state");
    }
    let look = gate(HEALTHY).configuration("{\"alpha\":").look(600);
    assert_eq!(look.said(), (Decision::Hold, "configuration"));
}
