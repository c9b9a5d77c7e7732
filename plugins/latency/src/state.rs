//! What the gate keeps, and how the answers of a round change it.

use crate::configuration::Configuration;
use crate::metrics::{
    Kind, Thresholds, any_slow_count, counts, largest_p99, percentile_pair, questions,
    take_thresholds, threshold_questions,
};
use crate::percentiles::Percentiles;
use gate_sdk::comparison::{Comparison, Period};
use gate_sdk::series::{Answers, Gap};
use gate_sdk::statistics::{Counts, WARM_UP_S};
use gate_sdk::window::{PERIOD_S, Window};
use gate_sdk::{Answer, Phase, Question, Side, Situation};
use serde::{Deserialize, Serialize};

/// A 99th percentile of fewer requests is one request.
const P99_REQUESTS: f64 = 20.0;
/// How many minutes in a row must be above the ceiling.
const P99_MINUTES: u32 = 2;
/// So many baseline requests without one slow count: nobody counts (at a 95th percentile as the
/// threshold, chance has 0.95^200 = 4e-5).
const SILENT_REQUESTS: f64 = 200.0;

/// What the gate keeps during a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) comparison: Comparison,
    pub(crate) thresholds: Thresholds,
    /// Present where slow requests are not counted.
    pub(crate) percentiles: Option<Percentiles>,
    /// Whether a slow count ever had a value.
    pub(crate) counted: bool,
    /// The baseline's requests while none had.
    silent: f64,
    /// Minutes in a row above the ceiling of the 99th percentile, and the newest value in seconds.
    high_minutes: u32,
    pub(crate) p99: Option<f64>,
    /// The 99th percentile that broke the ceiling, in seconds.
    pub(crate) p99_broken: Option<f64>,
}

/// What the gate keeps from deployment to deployment.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The weights of the spreads: see [`gate_sdk::statistics::SPREADS`].
    pub(crate) prior: Option<[f64; 4]>,
    /// The thresholds of the last release: used where the baseline has none to tell.
    pub(crate) thresholds: Thresholds,
}

/// What a round of answers led to.
pub(crate) enum Step {
    /// Another round is needed.
    Ask(Vec<Question>),
    /// The window is consumed.
    Done,
    /// The baseline has no percentile to take a threshold from.
    NoThreshold,
}

impl State {
    /// The state as it was kept; a new one at first, and when it is none of this version's:
    /// evidence is lost then, which holds the step and decides nothing.
    pub(crate) fn read(state: &[u8], situation: &Situation, configuration: &Configuration) -> Self {
        serde_json::from_slice(state).unwrap_or_else(|_| {
            let memory = Memory::read(situation);
            let fixed = configuration.threshold_ms.map(|ms| ms / 1e3);
            let places = crate::metrics::parts(situation).into_iter().map(crate::metrics::place);
            Self {
                comparison: Comparison::new(&configuration.settings(), memory.prior),
                thresholds: fixed
                    .map_or_else(Thresholds::new, |s| places.map(|p| (p, s)).collect()),
                percentiles: None,
                counted: false,
                silent: 0.0,
                high_minutes: 0,
                p99: None,
                p99_broken: None,
            }
        })
    }

    /// The closed periods that are to be consumed.
    pub(crate) fn window(
        &self,
        situation: &Situation,
        configuration: &Configuration,
    ) -> Option<Window> {
        self.comparison.progress.window(situation, configuration.lag_s)
    }

    /// The questions of a look's first round.
    pub(crate) fn first_questions(
        &self,
        situation: &Situation,
        configuration: &Configuration,
        window: Window,
    ) -> Vec<Question> {
        if self.wants_thresholds(situation) {
            let asked = threshold_questions(situation, &self.thresholds, window);
            if !asked.is_empty() {
                return asked;
            }
        }
        self.period_questions(situation, configuration, window)
    }

    fn wants_thresholds(&self, situation: &Situation) -> bool {
        situation.baseline.is_some()
            && situation.phase == Phase::Shift
            && self.percentiles.is_none()
            && crate::metrics::parts(situation)
                .into_iter()
                .any(|part| !self.thresholds.contains_key(&crate::metrics::place(part)))
    }

    fn period_questions(
        &self,
        situation: &Situation,
        configuration: &Configuration,
        window: Window,
    ) -> Vec<Question> {
        let kind = match self.percentiles {
            Some(_) => Kind::Percentiles,
            None => Kind::SlowCounts,
        };
        let with_p99 = configuration.ceiling_p99_ms.is_some();
        questions(situation, &self.thresholds, kind, with_p99, window)
    }

    /// Takes in a round's answers.
    ///
    /// # Errors
    /// When they cannot be judged; nothing was consumed then.
    pub(crate) fn take(
        &mut self,
        window: Window,
        situation: &Situation,
        answers: &[Answer],
        configuration: &Configuration,
    ) -> Result<Step, Gap> {
        let answers = Answers::read(answers)?;
        if situation.round <= 1 && self.wants_thresholds(situation) {
            take_thresholds(situation, &answers, &mut self.thresholds);
            if self.thresholds.is_empty() {
                self.thresholds = Memory::read(situation).thresholds;
            }
            if self.thresholds.is_empty() {
                return Ok(Step::NoThreshold);
            }
            return Ok(Step::Ask(self.period_questions(situation, configuration, window)));
        }
        let no_thresholds = Thresholds::new();
        let thresholds = match self.percentiles {
            None => &self.thresholds,
            Some(_) => &no_thresholds,
        };
        let mut minutes = Vec::new();
        for begin_s in window.periods() {
            let side = |side| counts(situation, thresholds, &answers, side, begin_s);
            let baseline = match situation.baseline {
                Some(_) => side(Side::Baseline)?,
                _ => Counts::default(),
            };
            minutes.push(Period {
                begin_s,
                length_s: PERIOD_S,
                canary: side(Side::Canary)?,
                baseline,
            });
        }
        if self.is_silent(situation, &answers, &minutes) {
            self.percentiles = Some(Percentiles::default());
            return Ok(Step::Ask(self.period_questions(situation, configuration, window)));
        }
        for period in &minutes {
            self.consume(period, situation, &answers, configuration);
        }
        Ok(Step::Done)
    }

    /// Whether slow requests turn out not to be counted at all.
    fn is_silent(&mut self, situation: &Situation, answers: &Answers, minutes: &[Period]) -> bool {
        if self.percentiles.is_some() || self.thresholds.is_empty() {
            return false;
        }
        self.counted |= any_slow_count(situation, answers);
        if !self.counted {
            self.silent += minutes.iter().map(|m| m.baseline.requests).sum::<f64>();
        }
        !self.counted && self.silent >= SILENT_REQUESTS
    }

    fn consume(
        &mut self,
        period: &Period,
        situation: &Situation,
        answers: &Answers,
        configuration: &Configuration,
    ) {
        let end_s = period.begin_s + period.length_s;
        let age_s = end_s.saturating_sub(situation.canary_traffic_at.unwrap_or(end_s));
        if let Some(ceiling_ms) = configuration.ceiling_p99_ms {
            let p99 = largest_p99(situation, answers, period.begin_s, P99_REQUESTS);
            self.watch_p99(p99, f64::from(age_s) > WARM_UP_S, ceiling_ms / 1e3);
        }
        match &mut self.percentiles {
            None => self.comparison.observe(period, situation, &configuration.settings()),
            Some(percentiles) => {
                self.comparison.progress.advance(end_s, period.canary.requests);
                if let Some(pair) = percentile_pair(situation, answers, period.begin_s) {
                    percentiles.observe(pair, age_s, situation, configuration.alpha);
                }
            }
        }
    }

    fn watch_p99(&mut self, p99: Option<f64>, warm: bool, ceiling_s: f64) {
        self.p99 = p99.or(self.p99);
        match p99 {
            Some(value) if warm && value > ceiling_s => {
                self.high_minutes += 1;
                if self.high_minutes >= P99_MINUTES {
                    self.p99_broken.get_or_insert(value);
                }
            }
            Some(_) => self.high_minutes = 0,
            None => {}
        }
    }
}

impl Memory {
    /// What the service's last release taught; nothing where that cannot be read.
    pub(crate) fn read(situation: &Situation) -> Self {
        serde_json::from_slice(&situation.memory).unwrap_or_default()
    }
}
