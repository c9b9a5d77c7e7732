//! Canary against baseline by counts: what a counting gate keeps, and the rules it decides by.

mod findings;
mod needed;

use crate::progress::{Progress, first_fresh_period};
use crate::ruling::Ruling;
use crate::settings::{Settings, Wording};
use crate::statistics::{CountTest, Counts, Steadiness, is_prior};
use crate::text::{duration, e_value, grouped, percent, significant};
use crate::{Phase, Situation};
use findings::History;
use serde::{Deserialize, Serialize};

/// Harm shows alike in every minute. So the e-value hardly believes in harm as unsteady as the widest
/// spreads of noise, and the evidence for going on less than the published test does: noise of the
/// canary's own that lasts for minutes is then seldom taken for harm, and a noisy service waits less.
const STEADINESS: Steadiness =
    Steadiness { evidence: [1.0, 1.0, 0.15, 0.03], promotion: [1.0, 1.0, 0.25, 0.08] };
/// How much more the first minutes must say: after n blocks since warm-up the e-value must reach
/// (1 + this / n²) / α. A few minutes of noise may agree by chance.
const EARLY: f64 = 60.0;
/// The evidence that lets a step go on, by the step's place (later ones need the last), and what is
/// enough after [`LONG_HOLD_S`]. To go on from a small weight it need only not speak clearly against:
/// a little more traffic costs little, and a step that cannot tell is better left than held for an
/// hour. The benchmark says what that is worth.
const GO_ON: [[f64; 2]; 3] = [[-0.5, -2.5], [1.0, -2.5], [1.8, 1.0]];
/// A step has held for long when so many seconds of metrics at its weight did not decide it.
const LONG_HOLD_S: u32 = 900;
/// The evidence that lets the canary take everything.
const GO_TO_ALL: f64 = 4.8;
/// "Too few errors to matter" never counts for more: what it says must be able to change.
const NEGLIGIBLE_CAP: f64 = 2.0 * GO_TO_ALL;

/// One closed period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// Its beginning, seconds since the epoch.
    pub begin_s: u32,
    /// Its length in seconds.
    pub length_s: u32,
    /// The canary's requests.
    pub canary: Counts,
    /// The baseline's; zero on a first release.
    pub baseline: Counts,
}

/// Why a deployment is rolled back: kept, so that later looks say the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Crossing {
    /// The e-value reached its limit.
    Evidence { log_e: f64, limit: f64, canary: Counts, baseline: Counts },
    /// The hard guard spoke.
    Ceiling { canary: Counts, limit: f64 },
}

/// What a counting gate knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// How far it has read.
    pub progress: Progress,
    test: CountTest,
    /// ln of the likelihood ratio of "a negligible share is bad" against twice that share.
    negligible: f64,
    crossing: Option<Crossing>,
    /// The canary's requests since the hard guard last looked.
    guarded: Counts,
    /// All compared requests.
    canary: Counts,
    baseline: Counts,
    /// The requests of the newest compared period, and its length.
    latest: [Counts; 2],
    latest_s: u32,
    /// How many periods since warm-up had canary requests.
    warm_periods: u32,
    history: History,
}

impl Comparison {
    /// No evidence yet. `learned` is the prior that the service's last release taught, of which half
    /// is believed: noise that lasts from minute to minute teaches too narrow a spread. One that is
    /// no prior is not believed at all.
    #[must_use]
    pub fn new(settings: &Settings, learned: Option<[f64; 4]>) -> Self {
        let prior = learned.filter(is_prior).map_or(settings.prior, |learned| {
            std::array::from_fn(|spread| f64::midpoint(learned[spread], settings.prior[spread]))
        });
        Self {
            progress: Progress::default(),
            test: CountTest::new(settings.max_ratio, prior, STEADINESS),
            negligible: 0.0,
            crossing: None,
            guarded: Counts::default(),
            canary: Counts::default(),
            baseline: Counts::default(),
            latest: [Counts::default(); 2],
            latest_s: 0,
            warm_periods: 0,
            history: History::default(),
        }
    }

    /// Takes in one closed period. At weight 100 only what both arms served before counts as a
    /// comparison: what the baseline still gets then comes from resolvers gone astray.
    pub fn observe(&mut self, period: &Period, situation: &Situation, settings: &Settings) {
        let end_s = period.begin_s.saturating_add(period.length_s);
        let age_s = end_s.saturating_sub(situation.canary_traffic_at.unwrap_or(end_s));
        let was_warm = self.test.is_warm();
        self.progress.advance(end_s, period.canary.requests);
        self.guard(period.canary, settings);
        if situation.baseline.is_some()
            && (situation.phase != Phase::Bake || period.begin_s < first_fresh_period(situation))
        {
            self.compare(period, f64::from(age_s), settings);
        }
        if was_warm && period.canary.requests > 0.0 {
            self.warm_periods += 1;
            self.weigh_negligible(period.canary, settings.negligible_ratio);
        }
        self.history.push(period.canary, self.test.log_e(), self.evidence_value());
    }

    fn compare(&mut self, period: &Period, age_s: f64, settings: &Settings) {
        self.test.observe(period.canary, period.baseline, f64::from(period.length_s), age_s);
        if period.canary.requests > 0.0 && period.baseline.requests > 0.0 {
            self.canary += period.canary;
            self.baseline += period.baseline;
            self.latest = [period.canary, period.baseline];
            self.latest_s = period.length_s;
        }
        let log_e = self.test.log_e();
        let limit = self.e_value_limit(settings.alpha);
        if self.crossing.is_none() && log_e >= libm::log(limit) {
            let (canary, baseline) = (self.canary, self.baseline);
            self.crossing = Some(Crossing::Evidence { log_e, limit, canary, baseline });
        }
    }

    /// The e-value that convicts: see [`EARLY`]. In warm-up, where the null allows the canary four
    /// times the rate, it is 1/α.
    fn e_value_limit(&self, alpha: f64) -> f64 {
        let blocks = f64::from(self.test.warm_blocks().max(1));
        let early = if self.test.is_warm() { EARLY / (blocks * blocks) } else { 0.0 };
        (1.0 + early) / alpha
    }

    fn guard(&mut self, canary: Counts, settings: &Settings) {
        let Some(ceiling) = settings.ceiling else { return };
        self.guarded += canary;
        if self.guarded.requests < ceiling.requests {
            return;
        }
        if self.crossing.is_none() && self.guarded.share() > ceiling.share {
            self.crossing = Some(Crossing::Ceiling { canary: self.guarded, limit: ceiling.share });
        }
        self.guarded = Counts::default();
    }

    fn weigh_negligible(&mut self, canary: Counts, ratio: f64) {
        let good = libm::log((1.0 - ratio) / (1.0 - 2.0 * ratio));
        let added = (canary.requests - canary.bad) * good - canary.bad * core::f64::consts::LN_2;
        self.negligible = (self.negligible + added).min(NEGLIGIBLE_CAP);
    }

    /// How strongly the evidence speaks for going on: the better of "not `max_ratio` times the
    /// baseline's rate" and "too few to matter".
    #[must_use]
    pub fn evidence_value(&self) -> f64 {
        self.test.log_promote().max(self.negligible)
    }

    /// The prior for this service's next release.
    #[must_use]
    pub fn learned_prior(&self) -> [f64; 4] {
        self.test.learned_prior()
    }

    /// The numbers behind the verdict, for whoever looks into the gate's reasoning.
    #[must_use]
    pub fn notes(&self) -> String {
        let [null, max] = [self.test.log_e(), self.test.log_promote()];
        format!(
            "ln E {null:.4}; P {max:.4}; Q {:.4}; warm {}",
            self.negligible,
            self.test.is_warm()
        )
    }

    /// The roll back that was decided, if one was.
    #[must_use]
    pub fn rollback(&self, wording: &Wording) -> Option<Ruling> {
        let adjective = &wording.adjective;
        match self.crossing.as_ref()? {
            Crossing::Evidence { log_e, limit, canary, baseline } => {
                let rates = rates(*canary, *baseline, adjective);
                let (e, limit) = (e_value(*log_e), grouped(*limit));
                let sentence = format!("{rates}: e-value {e} ≥ {limit}");
                Some(Ruling::rollback(wording.code, sentence))
            }
            Crossing::Ceiling { canary, limit } => {
                let (share, requests) = (percent(canary.share()), grouped(canary.requests));
                let limit = percent(*limit);
                let sentence = format!(
                    "{share} of the newest {requests} canary requests {adjective}: over the ceiling of {limit}"
                );
                Some(Ruling::rollback("over-ceiling", sentence))
            }
        }
    }

    /// The evidence that the present step needs to go on: less once it has held for long.
    fn needed(&self, situation: &Situation) -> f64 {
        if situation.next_weight >= 100 {
            return GO_TO_ALL;
        }
        let last = GO_ON.len() - 1;
        let dwelt_s = self.progress.consumed_to_s.saturating_sub(situation.weight_verified_at);
        let step = usize::try_from(situation.step).unwrap_or(last).min(last);
        GO_ON[step][usize::from(dwelt_s >= LONG_HOLD_S)]
    }

    /// The ruling of the evidence: go on, or hold and say what is missing.
    #[must_use]
    pub fn evidence(
        &self,
        situation: &Situation,
        settings: &Settings,
        wording: &Wording,
    ) -> Ruling {
        let needed = self.needed(situation);
        let value = self.evidence_value();
        if self.canary.requests <= 0.0 {
            let sentence = "the baseline had no request beside the canary's: nothing to compare";
            return Ruling::hold("no-comparison", sentence.into());
        }
        let rates = rates(self.canary, self.baseline, &wording.adjective);
        if self.warm_periods == 0 {
            return Ruling::hold("warming-up", format!("{rates}: the canary is warming up"));
        }
        let log_e = self.test.log_e();
        if log_e >= -libm::log(settings.alpha) {
            let (e, limit) = (e_value(log_e), grouped(self.e_value_limit(settings.alpha)));
            let sentence = format!(
                "{rates}: e-value {e} of {limit} that convict so soon; the next minute tells more"
            );
            return Ruling::hold("suspect", sentence);
        }
        let (shown, ratio) = (significant(value), significant(settings.max_ratio));
        if value >= needed && value < 0.0 {
            let sentence = format!(
                "{rates}: undecided, evidence {shown} ≥ {needed}; the next weight tells more"
            );
            return Ruling::promote("undecided", sentence);
        }
        if value >= needed {
            let claim = if self.negligible > self.test.log_promote() {
                format!("below {}, too few to matter", percent(settings.negligible_ratio))
            } else {
                format!("below {ratio} times the baseline's rate")
            };
            let sentence = format!("{rates}: evidence {shown} ≥ {needed} for {claim}");
            return Ruling::promote("no-worse", sentence);
        }
        let more = match self.requests_needed(needed, settings.negligible_ratio) {
            Some(n) if self.latest[0].requests > 0.0 => {
                let seconds = n * f64::from(self.latest_s) / self.latest[0].requests;
                format!("about {} more canary requests ({})", significant(n), duration(seconds))
            }
            _ => "more requests".to_owned(),
        };
        let sentence = format!(
            "{rates}: evidence {shown} of {needed} for below {ratio} times the baseline's rate; needs {more}"
        );
        Ruling::hold("more-evidence", sentence)
    }
}

/// The ruling where nothing can be compared: only the ceilings speak, and they did not. `ceiling`
/// completes "… to compare with, and …".
#[must_use]
pub fn alone(situation: &Situation, ceiling: &str) -> Option<Ruling> {
    let why = match (&situation.baseline, situation.phase) {
        (None, _) => "a first release has no baseline",
        (Some(_), Phase::Bake) => "the baseline serves no more",
        _ => return None,
    };
    let sentence = format!("{why} to compare with, and {ceiling}");
    Some(Ruling::promote("within-ceiling", sentence))
}

/// "5.1 % of 620 canary requests bad against 0.5 % of 5580".
fn rates(canary: Counts, baseline: Counts, adjective: &str) -> String {
    let [canary_share, baseline_share] = [canary, baseline].map(|c| percent(c.share()));
    let [canary, baseline] = [canary, baseline].map(|c| grouped(c.requests));
    format!(
        "{canary_share} of {canary} canary requests {adjective} against {baseline_share} of {baseline}"
    )
}
