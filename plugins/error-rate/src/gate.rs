//! The gate: five exports, each a function of its arguments.

use crate::configuration::{Configuration, SCHEMA, issues, wording};
use crate::metrics::{Ledger, Minute, minute, questions};
use gate_sdk::comparison::{Comparison, Period, alone};
use gate_sdk::ruling::Ruling;
use gate_sdk::series::{Answers, Gap};
use gate_sdk::text::percent;
use gate_sdk::window::{PERIOD_S, Window};
use gate_sdk::{
    Answer, Description, Finding, FindingStatus, Gate, Issue, Question, Side, Situation, Turn,
    Wishes,
};
use serde::{Deserialize, Serialize};

/// The gate `error-rate`.
#[derive(Clone, Copy, Debug)]
pub struct ErrorRate;

/// What it keeps during a deployment.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    comparison: Comparison,
    step: u32,
    canary: Ledger,
    baseline: Ledger,
    /// Connections that targets of the canary and of the baseline refused in this step.
    refused: [f64; 2],
}

/// What it keeps from deployment to deployment.
#[derive(Debug, Serialize, Deserialize)]
struct Memory {
    /// The weights of the spreads: see [`gate_sdk::statistics::SPREADS`].
    prior: [f64; 4],
}

impl Gate for ErrorRate {
    fn describe() -> Description {
        Description {
            name: "error-rate".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary:
                "Rolls back when the canary's share of bad responses is above the baseline's, \
                      goes on once it is shown not to be."
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
            Some(window) => questions(&situation, window),
            None => Vec::new(),
        }
    }

    fn judge(situation: Situation, answers: Vec<Answer>, state: Vec<u8>) -> Turn {
        match Configuration::read(&situation.configuration) {
            Ok(configuration) => State::read(&state, &situation, &configuration).judge(
                &situation,
                &answers,
                &configuration,
            ),
            Err(error) => Ruling::hold("configuration", format!("the configuration: {error}"))
                .into_turn(Vec::new(), state, String::new()),
        }
    }

    fn learn(situation: Situation, state: Vec<u8>) -> Vec<u8> {
        let learned = serde_json::from_slice::<State>(&state)
            .map(|s| Memory { prior: s.comparison.learned_prior() });
        learned.and_then(|m| serde_json::to_vec(&m)).unwrap_or(situation.memory)
    }
}

impl State {
    /// The state as it was kept; a new one at first, and when it is none of this version's:
    /// evidence is lost then, which holds the step and decides nothing.
    fn read(state: &[u8], situation: &Situation, configuration: &Configuration) -> Self {
        serde_json::from_slice(state).unwrap_or_else(|_| {
            let memory = serde_json::from_slice::<Memory>(&situation.memory).ok();
            Self {
                comparison: Comparison::new(&configuration.settings(), memory.map(|m| m.prior)),
                step: situation.step,
                canary: Ledger::default(),
                baseline: Ledger::default(),
                refused: [0.0; 2],
            }
        })
    }

    fn window(&self, situation: &Situation, configuration: &Configuration) -> Option<Window> {
        self.comparison.progress.window(situation, configuration.lag_s)
    }

    fn judge(
        mut self,
        situation: &Situation,
        answers: &[Answer],
        configuration: &Configuration,
    ) -> Turn {
        let (settings, wording) = (configuration.settings(), wording());
        let gap = match self.window(situation, configuration) {
            Some(window) => self.consume(window, situation, answers, configuration).err(),
            None => None,
        };
        let comparison = &self.comparison;
        let ceiling =
            format!("the canary is below its ceiling of {}", percent(configuration.ceiling));
        let ruling = comparison
            .rollback(&wording)
            .or_else(|| gap.map(Ruling::of_gap))
            .or_else(|| comparison.progress.obstacle(situation, settings.lag_s))
            .or_else(|| alone(situation, &ceiling))
            .unwrap_or_else(|| comparison.evidence(situation, &settings, &wording));
        let mut findings = comparison.findings(situation, &settings, &wording);
        findings.extend(self.connection_findings());
        let notes = comparison.notes();
        match serde_json::to_vec(&self) {
            Ok(state) => ruling.into_turn(findings, state, notes),
            Err(error) => Ruling::hold("state", format!("the state cannot be kept: {error}"))
                .into_turn(findings, Vec::new(), notes),
        }
    }

    /// Takes in all periods of the window, or none.
    fn consume(
        &mut self,
        window: Window,
        situation: &Situation,
        answers: &[Answer],
        configuration: &Configuration,
    ) -> Result<(), Gap> {
        let answers = Answers::read(answers)?;
        let mut minutes = Vec::new();
        for begin_s in window.periods() {
            let canary = minute(&answers, &situation.canary, Side::Canary, begin_s)?;
            let baseline = match &situation.baseline {
                Some(baseline) => minute(&answers, baseline, Side::Baseline, begin_s)?,
                None => Minute::default(),
            };
            minutes.push((begin_s, canary, baseline));
        }
        if self.step != situation.step {
            self.step = situation.step;
            (self.canary, self.baseline) = (Ledger::default(), Ledger::default());
            self.refused = [0.0; 2];
        }
        for (begin_s, canary, baseline) in minutes {
            self.refused[0] += canary.refused;
            self.refused[1] += baseline.refused;
            let period = Period {
                begin_s,
                length_s: PERIOD_S,
                canary: self.canary.count(canary, configuration.unanswered),
                baseline: self.baseline.count(baseline, configuration.unanswered),
            };
            self.comparison.observe(&period, situation, &configuration.settings());
        }
        Ok(())
    }

    fn connection_findings(&self) -> [Finding; 2] {
        let row = |name: &str, unit: &str, [canary, baseline]: [f64; 2]| Finding {
            name: name.into(),
            canary: Some(canary),
            baseline: Some(baseline),
            limit: None,
            unit: unit.into(),
            status: if canary > baseline { FindingStatus::Warning } else { FindingStatus::Ok },
            series: Vec::new(),
        };
        [
            row(
                "unanswered in this step",
                "requests",
                [self.canary.unanswered(), self.baseline.unanswered()],
            ),
            row("connection errors in this step", "connections", self.refused),
        ]
    }
}
