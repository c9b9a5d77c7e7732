//! What the gate keeps, and how the answers of a look change it.

use crate::configuration::{Check, Configuration};
use gate_sdk::paired::Paired;
use gate_sdk::progress::Progress;
use gate_sdk::series::{Gap, Series};
use gate_sdk::window::{Window, next_of};
use gate_sdk::{Answer, Phase, Question, Side, Situation};
use serde::{Deserialize, Serialize};

/// How many values of a check are kept: as many as a sparkline may have.
const LONGEST: usize = 64;

/// What the gate keeps during a deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    /// How far the canary's requests were read: whether it serves, and whether CloudWatch delivers.
    pub(crate) progress: Progress,
    /// What is known by each check, in the order of the file.
    pub(crate) checks: Vec<Kept>,
}

/// What is known by one check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The end of the last period consumed, seconds since the epoch; 0 before the first.
    pub(crate) consumed_to_s: u32,
    /// The canary's values, the newest last; none where a period has no value.
    pub(crate) values: Vec<Option<f64>>,
    /// The baseline's newest value.
    pub(crate) baseline: Option<f64>,
    /// Whether the canary is higher than the baseline, whether it is lower.
    pub(crate) directions: [Paired; 2],
    /// The breaches that convicted.
    pub(crate) broken: Option<Broken>,
}

/// Breaches that were too many: kept, so that later looks say the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Broken {
    /// The newest breaching value; none where no value is a breach.
    pub(crate) value: Option<f64>,
    /// How many there were …
    pub(crate) breaches: usize,
    /// … among so many newest periods.
    pub(crate) periods: usize,
}

impl State {
    /// The state as it was kept; a new one at first, and when it is none of this version's:
    /// evidence is lost then, which holds the step and decides nothing.
    pub(crate) fn read(state: &[u8], configuration: &Configuration) -> Self {
        let mut state: Self = serde_json::from_slice(state).unwrap_or_default();
        state.checks.resize(configuration.checks.len(), Kept::default());
        state
    }

    /// All that is new since the last look: closed periods past their lag.
    pub(crate) fn questions(
        &self,
        situation: &Situation,
        configuration: &Configuration,
    ) -> Vec<Question> {
        let mut asked = self.progress.request_questions(situation);
        for (index, (check, kept)) in configuration.checks.iter().zip(&self.checks).enumerate() {
            let Some(window) = kept.window(situation, check) else { continue };
            let id = id(index);
            let query = check.query();
            asked.extend(query.questions(&id, situation, Side::Canary, (check.period_s, window)));
            if compares(situation, check, window) {
                asked.extend(query.questions(
                    &id,
                    situation,
                    Side::Baseline,
                    (check.period_s, window),
                ));
            }
        }
        asked
    }
}

/// What the ids of a check's questions begin with.
fn id(index: usize) -> String {
    format!("check_{index}")
}

/// The beginning of the first period of a check in which every resolver serves the present weight.
pub(crate) fn first_fresh_period(situation: &Situation, check: &Check) -> u32 {
    next_of(check.period_s, situation.weight_verified_at.saturating_add(situation.ttl_s))
}

/// Whether a check compares periods of this window: at weight 100 the baseline's of before only.
fn compares(situation: &Situation, check: &Check, window: Window) -> bool {
    check.compare.is_some()
        && situation.baseline.is_some()
        && (situation.phase != Phase::Bake || window.begin_s < first_fresh_period(situation, check))
}

impl Kept {
    /// The closed periods that are to be consumed; none where the check has nothing to say: its
    /// series are the baseline's, and there is none that serves.
    fn window(&self, situation: &Situation, check: &Check) -> Option<Window> {
        if is_without_baseline(situation, check) {
            return None;
        }
        Window::unconsumed_of(check.period_s, situation, self.consumed_to_s, check.lag_s)
    }

    /// Takes in all periods of the look, or none.
    ///
    /// # Errors
    /// When the answers cannot be judged.
    pub(crate) fn take(
        &mut self,
        situation: &Situation,
        answers: &[Answer],
        (index, check): (usize, &Check),
        alpha: f64,
    ) -> Result<(), Gap> {
        let Some(window) = self.window(situation, check) else { return Ok(()) };
        let id = id(index);
        let query = check.query();
        let canary = query.values(&id, answers, Side::Canary)?;
        let baseline = match compares(situation, check, window) {
            true => query.values(&id, answers, Side::Baseline)?,
            false => Series::new(),
        };
        for begin_s in window.periods_of(check.period_s) {
            let pair = [canary.get(&begin_s).copied(), baseline.get(&begin_s).copied()];
            self.observe(begin_s, pair, situation, check, alpha);
        }
        Ok(())
    }

    fn observe(
        &mut self,
        begin_s: u32,
        [canary, baseline]: [Option<f64>; 2],
        situation: &Situation,
        check: &Check,
        alpha: f64,
    ) {
        self.consumed_to_s = begin_s.saturating_add(check.period_s);
        if self.values.len() == LONGEST {
            self.values.remove(0);
        }
        self.values.push(canary);
        self.baseline = baseline.or(self.baseline);
        let (breaches, periods) = self.breaches(check);
        if self.broken.is_none() && breaches >= check.convicting() {
            self.broken = Some(Broken { value: canary, breaches, periods });
        }
        let of_step =
            situation.phase != Phase::Bake || begin_s < first_fresh_period(situation, check);
        if let (Some(compare), Some(canary), Some(baseline), true) =
            (&check.compare, canary, baseline, of_step)
        {
            let traffic_at_s = situation.canary_traffic_at.unwrap_or(self.consumed_to_s);
            let age_s = self.consumed_to_s.saturating_sub(traffic_at_s);
            let pairs = [(canary, baseline), (baseline, canary)];
            let on = compare.worse.directions();
            for ((paired, pair), _) in
                self.directions.iter_mut().zip(pairs).zip(on).filter(|(_, on)| *on)
            {
                paired.observe(pair, age_s, situation.step, alpha);
            }
        }
    }

    /// How many of the newest periods are breaches, and how many periods that are.
    pub(crate) fn breaches(&self, check: &Check) -> (usize, usize) {
        let periods = check.window_periods().min(self.values.len());
        let newest = self.values.iter().rev().take(periods);
        (newest.filter(|value| check.is_breach(**value)).count(), periods)
    }

    /// The newest value; none before the first period, or where the newest has none.
    pub(crate) fn newest(&self) -> Option<f64> {
        self.values.last().copied().flatten()
    }
}

/// Whether a check is about the baseline's series, and there is no baseline that serves.
pub(crate) fn is_without_baseline(situation: &Situation, check: &Check) -> bool {
    check.names_baseline() && (situation.baseline.is_none() || situation.phase == Phase::Bake)
}
