//! The gate: five exports, each a function of its arguments.

use crate::configuration::{Configuration, SCHEMA, issues};
use crate::state::{Memory, State, Step};
use gate_sdk::comparison::alone;
use gate_sdk::ruling::Ruling;
use gate_sdk::settings::Wording;
use gate_sdk::{
    Answer, Description, Finding, FindingStatus, Gate, Issue, Outcome, Question, Situation, Turn,
    Wishes,
};

/// The gate `latency`.
#[derive(Clone, Copy, Debug)]
pub struct Latency;

impl Gate for Latency {
    fn describe() -> Description {
        Description {
            name: "latency".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Rolls back when the canary's share of slow requests is above the \
                      baseline's, goes on once it is shown not to be."
                .into(),
            configuration_schema: SCHEMA.into(),
            wishes: Wishes { metrics: Vec::new(), http: false, memory: true },
        }
    }

    fn check(configuration: String) -> Vec<Issue> {
        issues(&configuration)
    }

    fn ask(situation: Situation, state: Vec<u8>) -> Vec<Question> {
        let Ok(configuration) = Configuration::read(&situation.configuration) else {
            return Vec::new();
        };
        let state = State::read(&state, &situation, &configuration);
        match state.window(&situation, &configuration) {
            Some(window) => state.first_questions(&situation, &configuration, window),
            None => Vec::new(),
        }
    }

    fn judge(situation: Situation, answers: Vec<Answer>, state: Vec<u8>) -> Turn {
        match Configuration::read(&situation.configuration) {
            Ok(c) => judge(State::read(&state, &situation, &c), &situation, &answers, &c),
            Err(error) => Ruling::hold("configuration", format!("the configuration: {error}"))
                .into_turn(Vec::new(), state, String::new()),
        }
    }

    fn learn(situation: Situation, state: Vec<u8>) -> Vec<u8> {
        let Ok(state) = serde_json::from_slice::<State>(&state) else {
            return situation.memory;
        };
        let prior = match state.percentiles {
            None => Some(state.comparison.learned_prior()),
            Some(_) => Memory::read(&situation).prior,
        };
        let memory = Memory { prior, thresholds: state.thresholds };
        serde_json::to_vec(&memory).unwrap_or(situation.memory)
    }
}

fn judge(
    mut state: State,
    situation: &Situation,
    answers: &[Answer],
    configuration: &Configuration,
) -> Turn {
    let trouble = match state.window(situation, configuration) {
        None => None,
        Some(window) => match state.take(window, situation, answers, configuration) {
            Ok(Step::Done) => None,
            Ok(Step::Ask(questions)) => return more(&state, questions),
            Ok(Step::NoThreshold) => Some(Ruling::no_data(
                "no-threshold",
                "the baseline had no request to take the threshold of slow from".into(),
            )),
            Err(gap) => Some(Ruling::of_gap(gap)),
        },
    };
    let ruling = rollback(&state, configuration)
        .or(trouble)
        .or_else(|| state.comparison.progress.obstacle(situation, configuration.lag_s))
        .or_else(|| alone(situation, &ceiling(configuration)))
        .unwrap_or_else(|| evidence(&state, situation, configuration));
    let findings = findings(&state, situation, configuration);
    let notes = format!("{}; thresholds {:?} s", state.comparison.notes(), state.thresholds);
    match serde_json::to_vec(&state) {
        Ok(kept) => ruling.into_turn(findings, kept, notes),
        Err(error) => lost(&error).into_turn(findings, Vec::new(), notes),
    }
}

fn more(state: &State, questions: Vec<Question>) -> Turn {
    match serde_json::to_vec(state) {
        Ok(state) => Turn { outcome: Outcome::More(questions), state, notes: String::new() },
        Err(error) => lost(&error).into_turn(Vec::new(), Vec::new(), String::new()),
    }
}

fn lost(error: &serde_json::Error) -> Ruling {
    Ruling::hold("state", format!("the state cannot be kept: {error}"))
}

/// What is to be said of the ceiling while it is kept.
fn ceiling(configuration: &Configuration) -> String {
    match configuration.ceiling_p99_ms {
        Some(ms) => format!("the canary's 99th percentile is below its ceiling of {ms} ms"),
        None => "no ceiling is configured".to_owned(),
    }
}

fn rollback(state: &State, configuration: &Configuration) -> Option<Ruling> {
    if let (Some(p99), Some(ceiling_ms)) = (state.p99_broken, configuration.ceiling_p99_ms) {
        let sentence = format!(
            "the canary's 99th percentile was above {ceiling_ms} ms for two minutes, {:.0} ms at last",
            p99 * 1e3
        );
        return Some(Ruling::rollback("over-ceiling", sentence));
    }
    match &state.percentiles {
        Some(percentiles) => percentiles.rollback(configuration.alpha),
        None => state.comparison.rollback(&wording(state)),
    }
}

fn evidence(state: &State, situation: &Situation, configuration: &Configuration) -> Ruling {
    match &state.percentiles {
        Some(percentiles) => percentiles.evidence(situation, configuration.max_ratio),
        None if !state.counted => Ruling::hold(
            "not-counted",
            "CloudWatch has not counted slow requests yet: more requests show whether it does"
                .into(),
        ),
        None => state.comparison.evidence(situation, &configuration.settings(), &wording(state)),
    }
}

/// How the gate speaks of what it counts.
fn wording(state: &State) -> Wording {
    let mut thresholds = state.thresholds.values();
    let adjective = match (thresholds.next(), thresholds.next()) {
        (Some(seconds), None) => format!("over {} ms", milliseconds(*seconds)),
        _ => "slow".to_owned(),
    };
    Wording { adjective, finding: "slow requests", code: "too-slow" }
}

/// With one decimal below 10 ms.
fn milliseconds(seconds: f64) -> String {
    let ms = seconds * 1e3;
    if ms < 10.0 { format!("{ms:.1}") } else { format!("{ms:.0}") }
}

fn findings(state: &State, situation: &Situation, configuration: &Configuration) -> Vec<Finding> {
    let mut findings = match &state.percentiles {
        Some(p) => p.findings(configuration.max_ratio, configuration.alpha),
        None => state.comparison.findings(situation, &configuration.settings(), &wording(state)),
    };
    if let Some(ceiling_ms) = configuration.ceiling_p99_ms {
        let broken = state.p99_broken.is_some();
        findings.push(Finding {
            name: "99th percentile".into(),
            canary: state.p99.map(|seconds| seconds * 1e3),
            baseline: None,
            limit: Some(ceiling_ms),
            unit: "ms".into(),
            status: match (broken, state.p99) {
                (true, _) => FindingStatus::Bad,
                (false, None) => FindingStatus::NoData,
                (false, Some(_)) => FindingStatus::Ok,
            },
            series: Vec::new(),
        });
    }
    findings
}
