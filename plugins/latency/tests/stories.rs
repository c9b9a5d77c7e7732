//! Looks at the gate as the host takes them, with scripted metrics.

#![expect(clippy::unwrap_used, reason = "a look without a verdict fails the test")]

use gate_sdk::fixtures::{Look, TRAFFIC_AT_S, answer, look, situation};
use gate_sdk::{Decision, Gate, Phase, Question, Situation, Verdict};
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

/// A look `age_s` after first traffic at a weight verified then.
fn at(age_s: u32) -> Situation {
    let now = TRAFFIC_AT_S + age_s;
    Situation { now, weight_verified_at: TRAFFIC_AT_S, ..situation() }
}

fn look_at(situation: &Situation, state: &[u8], minute: Minute) -> Look {
    look::<Latency>(situation, state, |questions| answer(questions, |id, _| metric(id, minute)))
}

fn follow(until_s: u32, change: impl Fn(&mut Situation), minute: Minute) -> (Verdict, Vec<u8>) {
    let mut state = Vec::new();
    let mut last = None;
    for age_s in (0..=until_s).step_by(60) {
        let mut situation = at(age_s);
        change(&mut situation);
        let look = look_at(&situation, &state, minute);
        (last, state) = (look.verdict, look.state);
    }
    (last.unwrap(), state)
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
    let first = look_at(&at(300), &[], HEALTHY);
    assert_eq!(statistics(&first.rounds[0]), ["p95"]);
    let counted = ["SampleCount", "TC(0.21:)", "SampleCount", "TC(0.21:)"];
    assert_eq!(statistics(&first.rounds[1]), counted);
    let second = look_at(&at(360), &first.state, HEALTHY);
    assert_eq!(second.rounds.len(), 1);
    assert_eq!(statistics(&second.rounds[0]), counted);
}

#[test]
fn a_healthy_canary_is_promoted_with_the_numbers_in_the_sentence() {
    let (verdict, _) = follow(900, |_| {}, HEALTHY);
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    let expected = "5.0 % of 7800 canary requests over 210 ms against 5.0 % of 70,200: evidence ";
    assert!(verdict.sentence.starts_with(expected), "{}", verdict.sentence);
}

#[test]
fn a_canary_twice_as_often_slow_is_rolled_back() {
    let slow = Minute { slow: [62.4, 270.0], ..HEALTHY };
    let (verdict, _) = follow(900, |_| {}, slow);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Rollback, "too-slow"));
    assert!(verdict.sentence.contains("over 210 ms"), "{}", verdict.sentence);
}

#[test]
fn an_interpolated_count_is_kept_between_zero_and_the_requests() {
    let odd = Minute { samples: [30.0, 30.0], slow: [31.7, -0.4], ..HEALTHY };
    let (verdict, _) = follow(180, |_| {}, odd);
    assert_eq!(verdict.findings[0].canary, Some(100.0));
    assert_eq!(verdict.findings[0].baseline, Some(0.0));
}

#[test]
fn what_slows_both_sides_is_not_the_canarys_fault() {
    let slow = Minute { slow: [400.0, 3600.0], ..HEALTHY };
    let (verdict, _) = follow(900, |_| {}, slow);
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
}

#[test]
fn where_slow_requests_are_not_counted_percentiles_are_compared() {
    let uncounted = Minute { counted: false, ..HEALTHY };
    let first = look_at(&at(240), &[], uncounted);
    assert_eq!(first.rounds.len(), 3);
    let verdict = first.verdict.unwrap();
    assert_eq!(verdict.decision, Decision::Hold);
    assert!(verdict.sentence.starts_with("slow requests are not counted here"));
    let (verdict, _) = follow(900, |_| {}, uncounted);
    assert_eq!(verdict.decision, Decision::Promote, "{}", verdict.sentence);
    let (verdict, _) = follow(1500, |_| {}, Minute { p95_s: [0.42, 0.21], ..uncounted });
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Rollback, "too-slow"));
}

#[test]
fn s02_few_uncounted_requests_hold() {
    let few = Minute { counted: false, samples: [5.0, 10.0], slow: [0.0, 0.0], ..HEALTHY };
    let (verdict, _) = follow(900, |s| s.step = 0, few);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "not-counted"));
}

#[test]
fn the_ceiling_of_the_99th_percentile_needs_two_warm_minutes() {
    let configure = |s: &mut Situation| s.configuration = r#"{"ceiling_p99_ms": 300}"#.into();
    let (verdict, state) = follow(300, configure, HEALTHY);
    assert_ne!(verdict.code, "over-ceiling", "{}", verdict.sentence);
    let mut next = at(360);
    configure(&mut next);
    let verdict = look_at(&next, &state, HEALTHY).verdict.unwrap();
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Rollback, "over-ceiling"));
    assert!(verdict.sentence.contains("400 ms at last"), "{}", verdict.sentence);
}

#[test]
fn s02_without_a_baseline_percentile_there_is_no_data_unless_the_last_release_left_one() {
    let alone = Minute { samples: [600.0, 0.0], ..HEALTHY };
    let (verdict, _) = follow(600, |_| {}, alone);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::NoData, "no-threshold"));
    let (_, taught) = follow(900, |_| {}, HEALTHY);
    let memory = Latency::learn(at(900), taught);
    let look = look::<Latency>(&Situation { memory, ..at(240) }, &[], |questions| {
        answer(questions, |id, _| metric(id, alone))
    });
    assert_eq!(statistics(&look.rounds[1])[1], "TC(0.21:)");
}

#[test]
fn a_first_release_is_promoted_unless_its_ceiling_speaks() {
    let first = |s: &mut Situation| {
        s.baseline = None;
        s.phase = Phase::Bake;
        (s.step, s.steps, s.weight, s.next_weight) = (0, 1, 100, 100);
    };
    let (verdict, _) = follow(600, first, HEALTHY);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Promote, "within-ceiling"));
    let (verdict, _) = follow(
        600,
        |s| {
            first(s);
            s.configuration = r#"{"ceiling_p99_ms": 300}"#.into();
        },
        HEALTHY,
    );
    assert_eq!(verdict.code, "over-ceiling");
}

#[test]
fn a_fixed_threshold_is_not_asked_for() {
    let mut fixed = at(300);
    fixed.configuration = r#"{"threshold_ms": 300}"#.into();
    let look = look_at(&fixed, &[], HEALTHY);
    assert_eq!(statistics(&look.rounds[0])[1], "TC(0.3:)");
}

#[test]
fn each_target_group_has_its_own_threshold() {
    let mut two = at(300);
    let group = two.canary.target_groups[0].clone();
    two.canary.target_groups = vec![group; 2];
    two.baseline.as_mut().unwrap().target_groups = two.canary.target_groups.clone();
    let look = look::<Latency>(&two, &[], |questions| {
        answer(questions, |id, _| match id {
            "baseline_1_p95" => Some(1.5),
            _ => metric(id, HEALTHY),
        })
    });
    let asked = statistics(&look.rounds[1]);
    assert_eq!((asked[1], asked[5]), ("TC(0.21:)", "TC(1.5:)"));
    let verdict = look.verdict.unwrap();
    assert!(verdict.sentence.contains("of 3600 canary requests slow"), "{}", verdict.sentence);
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        assert!(look_at(&at(600), state, HEALTHY).verdict.is_some());
        assert!(Latency::learn(at(600), state.to_vec()).is_empty());
    }
    let broken = Situation { configuration: "{\"alpha\":".into(), ..at(600) };
    let verdict = look_at(&broken, &[], HEALTHY).verdict.unwrap();
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "configuration"));
}
