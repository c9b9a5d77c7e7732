//! The gate: five exports, each a function of its arguments.

use crate::answer::{hold_against, question};
use crate::configuration::{Configuration, OnFail, Request, SCHEMA};
use crate::issues::issues;
use gate_sdk::ruling::Ruling;
use gate_sdk::series::id_of;
use gate_sdk::{
    Answer, Description, Finding, FindingStatus, Gate, Issue, Phase, Question, Situation, Turn,
    Wishes,
};
use serde::{Deserialize, Serialize};

/// How many values a sparkline may have.
const LONGEST: usize = 64;
/// A reason of the network's is shown up to here.
const REASON_CHARS: usize = 300;

/// The gate `http-smoke`.
#[derive(Clone, Copy, Debug)]
pub struct HttpSmoke;

/// What it keeps during a deployment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    /// The phase that the counts are of: its place in the contract.
    phase: u8,
    /// Looks in a row that passed.
    passes: u32,
    /// Looks in a row that failed.
    failures: u32,
    /// How long each request's answers took, in milliseconds, the newest last.
    times_ms: Vec<Vec<f64>>,
}

/// What became of one request in a look.
enum Outcome {
    /// Its answer is as it must be, and took so many milliseconds.
    Passed(f64),
    /// It is not, or there is none.
    Failed { why: String, ms: Option<f64> },
    /// It was not asked.
    Unasked(String),
}

impl Gate for HttpSmoke {
    fn describe() -> Description {
        Description {
            name: "http-smoke".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Goes on once requests to the canary were answered as they must be, several \
                      looks in a row."
                .into(),
            configuration_schema: SCHEMA.into(),
            wishes: Wishes { metrics: Vec::new(), http: true, memory: false },
        }
    }

    fn check(configuration: String) -> Vec<Issue> {
        issues(&configuration)
    }

    fn ask(situation: Situation, _state: Vec<u8>) -> Vec<Question> {
        let Ok(configuration) = Configuration::read(&situation.configuration) else {
            return Vec::new();
        };
        let requests = configuration.requests.iter().enumerate();
        requests.map(|(index, request)| question(id(index), request)).collect()
    }

    fn judge(situation: Situation, answers: Vec<Answer>, state: Vec<u8>) -> Turn {
        match Configuration::read(&situation.configuration) {
            Ok(configuration) => {
                let mut kept = State::read(&state, situation.phase);
                let outcomes = outcomes(&configuration, &answers);
                let ruling = kept.count(&configuration, &outcomes);
                let findings = kept.findings(&configuration, &outcomes);
                match serde_json::to_vec(&kept) {
                    Ok(state) => ruling.into_turn(findings, state, String::new()),
                    Err(error) => {
                        Ruling::hold("state", format!("the state cannot be kept: {error}"))
                            .into_turn(findings, Vec::new(), String::new())
                    }
                }
            }
            Err(error) => Ruling::hold("configuration", format!("the configuration: {error}"))
                .into_turn(Vec::new(), state, String::new()),
        }
    }

    fn learn(situation: Situation, _state: Vec<u8>) -> Vec<u8> {
        situation.memory
    }
}

fn id(index: usize) -> String {
    format!("request_{index}")
}

fn outcomes(configuration: &Configuration, answers: &[Answer]) -> Vec<Outcome> {
    let requests = configuration.requests.iter().enumerate();
    requests.map(|(index, request)| outcome(&id(index), request, answers)).collect()
}

fn outcome(id: &str, request: &Request, answers: &[Answer]) -> Outcome {
    let reason = |why: &str| why.chars().take(REASON_CHARS).collect::<String>();
    match answers.iter().find(|answer| id_of(answer) == id) {
        Some(Answer::Response(response)) => {
            let ms = response.timings.total_ms;
            match hold_against(&request.expect, response) {
                Ok(()) => Outcome::Passed(ms),
                Err(why) => Outcome::Failed { why, ms: Some(ms) },
            }
        }
        Some(Answer::Failed(failed)) => {
            Outcome::Failed { why: format!("no answer: {}", reason(&failed.why)), ms: None }
        }
        Some(Answer::Denied(denied)) => Outcome::Unasked(reason(&denied.why)),
        Some(Answer::Series(_)) | None => Outcome::Unasked("nobody answered it".to_owned()),
    }
}

impl State {
    /// The state as it was kept, its counts those of this phase; a new one at first, and when it is
    /// none of this version's.
    fn read(state: &[u8], phase: Phase) -> Self {
        let kept: Self = serde_json::from_slice(state).unwrap_or_default();
        match phase as u8 {
            phase if phase == kept.phase => kept,
            phase => Self { phase, passes: 0, failures: 0, ..kept },
        }
    }

    /// Counts a look, and what that comes to.
    fn count(&mut self, configuration: &Configuration, outcomes: &[Outcome]) -> Ruling {
        self.remember(outcomes);
        let named = || configuration.requests.iter().zip(outcomes);
        let unasked = named().find_map(|(request, outcome)| match outcome {
            Outcome::Unasked(why) => Some((&request.name, why)),
            _ => None,
        });
        let failed: Vec<_> = named()
            .filter_map(|(request, outcome)| match outcome {
                Outcome::Failed { why, .. } => Some((&request.name, why)),
                _ => None,
            })
            .collect();
        if let Some((name, why)) = failed.first() {
            self.passes = 0;
            self.failures = self.failures.saturating_add(1);
            return self.failing(configuration, &failed, &format!("{name}: {why}"));
        }
        if let Some((name, why)) = unasked {
            self.passes = 0;
            return Ruling::no_data("no-answer", format!("{name} was not asked: {why}"));
        }
        self.failures = 0;
        self.passes = self.passes.saturating_add(1);
        self.passing(configuration, outcomes)
    }

    fn failing(
        &self,
        configuration: &Configuration,
        failed: &[(&String, &String)],
        first: &str,
    ) -> Ruling {
        let more = match failed.len() - 1 {
            0 => String::new(),
            more => format!(" ({more} more of {} fail)", configuration.requests.len()),
        };
        let so_often = match self.failures {
            1 => String::new(),
            often => format!(", {often} looks in a row"),
        };
        let sentence = format!("{first}{more}{so_often}");
        match configuration.on_fail {
            OnFail::Rollback if self.failures >= configuration.failures => {
                Ruling::rollback("smoke-failed", sentence)
            }
            OnFail::Rollback => {
                let of = configuration.failures;
                Ruling::hold("failing", format!("{sentence}; {of} in a row roll back"))
            }
            OnFail::Hold => Ruling::hold("failing", sentence),
        }
    }

    fn passing(&self, configuration: &Configuration, outcomes: &[Outcome]) -> Ruling {
        let times = outcomes.iter().filter_map(Outcome::ms);
        let slowest = times.fold(0.0, f64::max);
        let requests = match outcomes.len() {
            1 => "the request is answered as it must be".to_owned(),
            n => format!("all {n} requests are answered as they must be"),
        };
        let Self { passes, .. } = self;
        let wanted = configuration.passes;
        if *passes >= wanted {
            let sentence =
                format!("{requests}, {passes} looks in a row, in {slowest:.0} ms at most");
            Ruling::promote("passed", sentence)
        } else {
            let sentence = format!("{requests}: {passes} of {wanted} looks in a row");
            Ruling::hold("passing", sentence)
        }
    }

    fn remember(&mut self, outcomes: &[Outcome]) {
        self.times_ms.resize(outcomes.len(), Vec::new());
        for (times, outcome) in self.times_ms.iter_mut().zip(outcomes) {
            let Some(ms) = outcome.ms() else { continue };
            if times.len() == LONGEST {
                times.remove(0);
            }
            times.push((ms * 10.0).round() / 10.0);
        }
    }

    /// The rows of evidence: the looks in a row, and every request with its time.
    fn findings(&self, configuration: &Configuration, outcomes: &[Outcome]) -> Vec<Finding> {
        let passed = self.passes >= configuration.passes;
        let in_a_row = Finding {
            name: "passes in a row".into(),
            canary: Some(f64::from(self.passes)),
            baseline: None,
            limit: Some(f64::from(configuration.passes)),
            unit: String::new(),
            status: if passed { FindingStatus::Ok } else { FindingStatus::Warning },
            series: Vec::new(),
        };
        let requests = configuration.requests.iter().zip(outcomes).zip(&self.times_ms);
        let rows = requests.map(|((request, outcome), times)| Finding {
            name: request.name.clone(),
            canary: outcome.ms(),
            baseline: None,
            limit: request.expect.max_ms,
            unit: "ms".into(),
            status: match outcome {
                Outcome::Passed(_) => FindingStatus::Ok,
                Outcome::Failed { .. } => FindingStatus::Bad,
                Outcome::Unasked(_) => FindingStatus::NoData,
            },
            series: times.clone(),
        });
        [in_a_row].into_iter().chain(rows).collect()
    }
}

impl Outcome {
    fn ms(&self) -> Option<f64> {
        match self {
            Outcome::Passed(ms) => Some(*ms),
            Outcome::Failed { ms, .. } => *ms,
            Outcome::Unasked(_) => None,
        }
    }
}
