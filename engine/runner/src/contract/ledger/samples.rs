//! Values that use every corner of what a ledger must give back equal.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollout::{
    Baseline, Decision, EpochS, Event, Evidence, Finding, FindingStatus, Goal, Ground, Labels,
    OnInconclusive, OnInterrupt, Phase, Plan, Scale, Service, Step, Topics, Verdict, Weight,
};

use crate::question::{
    Answer, Completeness, MetricQuestion, Part, Point, Question, Release, ResponseAnswer,
    SeriesAnswer, Situation, Subject, Timings, Turn, TurnOutcome,
};
use crate::{Began, Entry, Evaluation, Record, Round};

/// A note, at the second of its number.
#[must_use]
pub fn entry(seq: u32) -> Arc<Entry> {
    let text = format!("note {seq}: naïve “quotes” and a \u{0} byte");
    Arc::new(Entry { seq, at: EpochS(seq), record: Record::Noted { warning: seq % 2 == 1, text } })
}

/// Something that happened, at the second of its number.
#[must_use]
pub fn happened(seq: u32, event: Event) -> Arc<Entry> {
    Arc::new(Entry { seq, at: EpochS(seq), record: Record::Happened { event, word: None } })
}

/// A whole first record.
#[must_use]
pub fn began(at: EpochS) -> Arc<Entry> {
    let plan = plan();
    let began = Began {
        goal: Goal::Deploy,
        plan_hash: plan.hash(),
        plan,
        ground: Ground {
            baseline: Some(Baseline {
                label: "blue".to_owned(),
                version: "1".to_owned(),
                started_at: EpochS(1),
                tasks: 3,
                targets_healthy: 3,
            }),
            canary_label: "green".to_owned(),
            init_exists: true,
            new_names: vec!["shop.example.com".to_owned()],
            gone_names: Vec::new(),
        },
        file_text: "canary:\n  group: private\n".to_owned(),
        parameters: BTreeMap::from([("environment".to_owned(), "stage".to_owned())]),
        components: BTreeMap::from([("errors".to_owned(), "ab12".to_owned())]),
        version: "0.1.0".to_owned(),
        by: "ann@laptop".to_owned(),
    };
    Arc::new(Entry { seq: 0, at, record: Record::Began(Box::new(began)) })
}

fn plan() -> Plan {
    Plan {
        service: Service {
            project: "shop".to_owned(),
            name: "cart".to_owned(),
            version: "2".to_owned(),
            group: "private".to_owned(),
            environment: "stage".to_owned(),
            region: "eu-west-3".to_owned(),
            cluster: "main".to_owned(),
        },
        names: vec!["cart.example.com".to_owned()],
        labels: Labels { blue: "1".to_owned(), green: "2".to_owned() },
        scale: Scale { desired: 2, wait_s: 60, max_wait_s: 600 },
        preflight: None,
        steps: vec![Step {
            weight: Weight::FULL,
            wait_s: 60,
            max_wait_s: 3660,
            gates: vec!["errors".to_owned()],
        }],
        gates: Vec::new(),
        drain_s: 300,
        ttl_s: 60,
        on_interrupt: OnInterrupt::Keep,
        on_inconclusive: OnInconclusive::Pause,
        topics: Topics::default(),
    }
}

/// A look of two rounds, whose response has a body of so many bytes.
#[must_use]
pub fn evaluation(gate: &str, number: u32, body_bytes: usize) -> Arc<Evaluation> {
    let question = metric_question();
    let rounds = vec![
        Round {
            questions: vec![question.clone()],
            answers: vec![series(), response(number, body_bytes)],
            turn: Some(turn(TurnOutcome::More(vec![question]))),
        },
        Round { questions: Vec::new(), answers: Vec::new(), turn: None },
    ];
    Arc::new(Evaluation {
        gate: gate.to_owned(),
        number,
        situation: situation(number),
        state_before: vec![0, 255],
        rounds,
        verdict: verdict(),
        evidence: Evidence::PeriodFrom(EpochS(60)),
        state_after: vec![1; 64],
    })
}

fn metric_question() -> Question {
    Question::Metric(MetricQuestion {
        id: "requests".to_owned(),
        namespace: "AWS/ApplicationELB".to_owned(),
        name: "RequestCount".to_owned(),
        subject: Subject::Of(rollout::Side::Green, Part::TargetGroup(0)),
        statistic: "Sum".to_owned(),
        period_s: 60,
        begin: EpochS(0),
        end: EpochS(120),
    })
}

/// Numbers whose last bit a careless reader of decimals loses.
fn series() -> Answer {
    let values =
        [0.1 + 0.2, 1.0 / 3.0, f64::MIN_POSITIVE, f64::MAX, -0.0, 1.234_567_890_123_456_7e-5];
    let point = |(at, value)| Point { time: EpochS(at), value };
    Answer::Series(SeriesAnswer {
        id: "requests".to_owned(),
        points: (0..).zip(values).map(point).collect(),
        completeness: Completeness::Partial,
    })
}

fn response(seed: u32, body_bytes: usize) -> Answer {
    Answer::Response(ResponseAnswer {
        id: "smoke".to_owned(),
        status: 200,
        headers: Vec::new(),
        body: noise(seed, body_bytes),
        truncated: true,
        timings: Timings { resolved_ms: 0.1, ..Timings::default() },
    })
}

/// Bytes that do not compress: xorshift32 (Marsaglia, "Xorshift RNGs", 2003).
fn noise(seed: u32, bytes: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    };
    (0..bytes).map(|_| next()).collect()
}

fn turn(outcome: TurnOutcome) -> Turn {
    Turn { outcome, state: vec![7; 16], notes: "stderr".to_owned() }
}

fn verdict() -> Verdict {
    let finding = Finding {
        name: "bad responses".to_owned(),
        canary: Some(0.1 + 0.7),
        baseline: None,
        limit: Some(2.0),
        unit: "%".to_owned(),
        status: FindingStatus::Warning,
        series: vec![1.0 / 7.0],
    };
    let plain = Verdict::plain(Decision::Hold, "too-few", "12 of 100 requests");
    Verdict { findings: vec![finding], look_again_in_s: Some(30), ..plain }
}

fn situation(evaluation: u32) -> Situation {
    Situation {
        deployment: "d-1".to_owned(),
        service: "cart".to_owned(),
        environment: "stage".to_owned(),
        region: "eu-west-3".to_owned(),
        evaluation,
        seed: u32::MAX,
        phase: Phase::Shift,
        step: 0,
        steps: 1,
        weight: 10,
        next_weight: 100,
        now: EpochS(600),
        started_at: EpochS(1),
        weight_verified_at: EpochS(300),
        ttl_s: 60,
        canary_traffic_at: Some(EpochS(300)),
        round: 0,
        baseline: None,
        canary: Release {
            version: "2".to_owned(),
            label: "green".to_owned(),
            started_at: EpochS(1),
            weight: 10,
            tasks_desired: 2,
            tasks_running: 2,
            targets_healthy: 2,
            targets_unhealthy: 0,
            place: Arc::default(),
        },
        configuration: "{}".to_owned(),
        memory: vec![9; 3],
    }
}
