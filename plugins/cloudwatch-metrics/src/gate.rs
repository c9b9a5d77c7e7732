//! The gate: five exports, each a function of its arguments.

use crate::configuration::{Configuration, SCHEMA};
use crate::issues::issues;
use crate::rows::findings;
use crate::ruling::{of_all, rollback, ruling};
use crate::state::State;
use gate_sdk::ruling::Ruling;
use gate_sdk::series::Gap;
use gate_sdk::window::LAG_S;
use gate_sdk::{Answer, Description, Gate, Issue, Question, Situation, Turn, Wishes};

/// The gate `cloudwatch-metrics`.
#[derive(Clone, Copy, Debug)]
pub struct CloudwatchMetrics;

impl Gate for CloudwatchMetrics {
    fn describe() -> Description {
        Description {
            name: "cloudwatch-metrics".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Holds any metric or metric math against a ceiling, a floor or the \
                      baseline's, each check by rules of its own."
                .into(),
            configuration_schema: SCHEMA.into(),
            wishes: Wishes { metrics: Vec::new(), http: false, memory: false },
        }
    }

    fn check(configuration: String) -> Vec<Issue> {
        issues(&configuration)
    }

    fn ask(situation: Situation, state: Vec<u8>) -> Vec<Question> {
        match Configuration::read(&situation.configuration) {
            Ok(configuration) => {
                State::read(&state, &configuration).questions(&situation, &configuration)
            }
            Err(_) => Vec::new(),
        }
    }

    fn judge(situation: Situation, answers: Vec<Answer>, state: Vec<u8>) -> Turn {
        match Configuration::read(&situation.configuration) {
            Ok(configuration) => {
                let state = State::read(&state, &configuration);
                judge(state, &situation, &answers, &configuration)
            }
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
    let alpha = configuration.alpha_each();
    let requests = state.progress.take_requests(situation, answers).err();
    let checks = configuration.checks.iter().enumerate().zip(&mut state.checks);
    let gaps: Vec<Option<Gap>> = checks
        .map(|((index, check), kept)| kept.take(situation, answers, (index, check), alpha).err())
        .collect();
    let checks = || configuration.checks.iter().zip(&state.checks);
    let rolled_back: Vec<Ruling> =
        checks().filter_map(|(check, kept)| rollback(check, kept, alpha)).collect();
    let trouble =
        requests.map(Ruling::of_gap).or_else(|| state.progress.obstacle(situation, LAG_S));
    let ruling = match (rolled_back.is_empty(), trouble) {
        (false, _) => of_all(rolled_back),
        (true, Some(trouble)) => trouble,
        (true, None) => of_all(
            checks()
                .zip(gaps)
                .map(|((check, kept), gap)| match gap {
                    Some(gap) => Ruling::of_gap(gap),
                    None => ruling(check, kept, situation),
                })
                .collect(),
        ),
    };
    let rows = findings(&state, configuration, situation.baseline.is_some());
    match serde_json::to_vec(&state) {
        Ok(kept) => ruling.into_turn(rows, kept, String::new()),
        Err(error) => Ruling::hold("state", format!("the state cannot be kept: {error}"))
            .into_turn(rows, Vec::new(), String::new()),
    }
}
