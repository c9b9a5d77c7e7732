//! The gate: five exports, each a function of its arguments.

use crate::configuration::{Configuration, SCHEMA};
use crate::issues::issues;
use crate::judgement::{judgement, questions};
use crate::rows::{findings, notes};
use crate::ruling::{alone, not_yet, ruling};
use crate::state::State;
use crate::stay::{Stay, stay};
use gate_sdk::ruling::Ruling;
use gate_sdk::window::LAG_S;
use gate_sdk::{
    Answer, Decision, Description, Finding, Gate, Issue, Question, Situation, Turn, Wishes,
};

/// The gate `kayenta`.
#[derive(Clone, Copy, Debug)]
pub struct Kayenta;

impl Gate for Kayenta {
    fn describe() -> Description {
        Description {
            name: "kayenta".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Judges as Kayenta does: each metric's ranks on canary and baseline, and a \
                      score over all of them."
                .into(),
            configuration_schema: SCHEMA.into(),
            wishes: Wishes { metrics: Vec::new(), http: false, memory: false },
        }
    }

    fn check(configuration: String) -> Vec<Issue> {
        issues(&configuration)
    }

    fn ask(situation: Situation, state: Vec<u8>) -> Vec<Question> {
        let Ok(configuration) = Configuration::read(&situation.configuration) else {
            return Vec::new();
        };
        let mut asked = State::read(&state).progress.request_questions(&situation);
        if let Stay::Judged { window, .. } = stay(&situation, &configuration) {
            asked.extend(questions(&situation, &configuration, window));
        }
        asked
    }

    fn judge(situation: Situation, answers: Vec<Answer>, state: Vec<u8>) -> Turn {
        match Configuration::read(&situation.configuration) {
            Ok(configuration) => judge(State::read(&state), &situation, &answers, &configuration),
            Err(error) => Ruling::hold("configuration", format!("the configuration: {error}"))
                .into_turn(Vec::new(), state, String::new()),
        }
    }

    fn learn(situation: Situation, _state: Vec<u8>) -> Vec<u8> {
        situation.memory
    }
}

fn judge(
    mut state: State,
    situation: &Situation,
    answers: &[Answer],
    configuration: &Configuration,
) -> Turn {
    let trouble = match state.progress.take_requests(situation, answers) {
        Err(gap) => Some(Ruling::of_gap(gap)),
        Ok(()) => state.progress.obstacle(situation, LAG_S),
    };
    let (ruling, rows, notes) = decide(situation, answers, configuration);
    let ruling = match (&state.failed, trouble) {
        (Some(sentence), _) => Ruling::rollback("fail", sentence.clone()),
        (None, trouble) => trouble.unwrap_or(ruling),
    };
    if ruling.decision == Decision::Rollback {
        state.failed = Some(ruling.sentence.clone());
    }
    match serde_json::to_vec(&state) {
        Ok(kept) => ruling.into_turn(rows, kept, notes),
        Err(error) => Ruling::hold("state", format!("the state cannot be kept: {error}"))
            .into_turn(rows, Vec::new(), notes),
    }
}

/// What the metrics say, with rows and notes.
fn decide(
    situation: &Situation,
    answers: &[Answer],
    configuration: &Configuration,
) -> (Ruling, Vec<Finding>, String) {
    let (window, measured_s) = match stay(situation, configuration) {
        Stay::Alone => return (alone(situation), Vec::new(), String::new()),
        Stay::Measuring { measured_s, first_s } => {
            return (not_yet(measured_s, first_s, situation), Vec::new(), String::new());
        }
        Stay::Judged { window, measured_s } => (window, measured_s),
    };
    match judgement(answers, configuration, window) {
        Err(gap) => (Ruling::of_gap(gap), Vec::new(), String::new()),
        Ok(judgement) => (
            ruling(&judgement, configuration, situation, measured_s),
            findings(&judgement, configuration),
            notes(&judgement),
        ),
    }
}
