//! The rule of the gate: minutes in, a verdict out. It knows nothing of the contract but its decisions.
//!
//! A minute over the budget is a strike, and so many strikes roll back. A minute well within
//! the budget is a calm one: it wipes the strikes out, and so many calm minutes at the present weight
//! promote. Between `calm_ms` and `budget_ms` neither is counted: that is the hysteresis, without
//! which a p99 at the budget would make the gate change its mind every minute.

use gate_sdk::Verdict;
use gate_sdk::window::{PERIOD_S as MINUTE, next_period};
use serde::{Deserialize, Serialize};

/// So many minutes in a row with too few requests are no data.
const QUIET_MINUTES: u32 = 3;

/// What the deployment file says; `schema.json` has the same defaults.
///
/// JSON knows no whole numbers (500.0 is one too), hence the floats.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    /// What the canary's p99 may be.
    pub budget_ms: f64,
    /// Calm is at most this; nine tenths of the budget where the file says nothing.
    pub calm_ms: Option<f64>,
    /// So many minutes over the budget roll back, with no calm one between.
    pub strikes: f64,
    /// So many calm minutes at a weight promote.
    pub calm_minutes: f64,
    /// A minute with fewer requests says nothing.
    pub min_requests: f64,
    /// So long after its end a minute is complete.
    pub lag_s: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            budget_ms: 500.0,
            calm_ms: None,
            strikes: 3.0,
            calm_minutes: 3.0,
            min_requests: 20.0,
            lag_s: 120.0,
        }
    }
}

impl Config {
    /// What calm is at most.
    pub fn calm_limit_ms(&self) -> f64 {
        self.calm_ms.unwrap_or((self.budget_ms * 9.0 / 10.0).floor())
    }
}

/// What is kept from look to look, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The end of the last minute read, seconds since the epoch.
    pub read_to: u32,
    /// The step that the calm minutes belong to.
    pub step: u32,
    /// Minutes over the budget since the last calm one.
    pub strikes: u32,
    /// Calm minutes at the present weight.
    pub calm: u32,
    /// Minutes in a row with too few requests.
    pub quiet: u32,
    /// Of the newest minute with enough requests; 0 before there is one.
    pub p99_ms: u32,
}

/// What CloudWatch knows of one minute.
#[derive(Clone, Copy, Debug)]
pub struct Minute {
    /// Seconds since the epoch.
    pub begin: u32,
    /// How many.
    pub requests: f64,
    /// None when CloudWatch has none.
    pub p99_ms: Option<u32>,
}

/// Where evidence of the present weight begins: no resolver serves the former one any more.
pub fn fresh_from(verified_at: u32, ttl_s: u32) -> u32 {
    next_period(verified_at + ttl_s)
}

impl State {
    /// Calm minutes belong to one step: a new weight begins without any.
    pub fn enter(&mut self, step: u32) {
        if self.step != step {
            (self.step, self.calm) = (step, 0);
        }
    }

    /// Takes in one minute; calm ones count from `fresh` on.
    pub fn take(&mut self, config: &Config, minute: Minute, fresh: u32) {
        self.read_to = minute.begin + MINUTE;
        let heard = minute.requests >= config.min_requests;
        let Some(p99_ms) = minute.p99_ms.filter(|_| heard) else {
            self.quiet += 1;
            return;
        };
        self.quiet = 0;
        self.p99_ms = p99_ms;
        if f64::from(p99_ms) > config.budget_ms {
            self.strikes += 1;
            self.calm = 0;
        } else if f64::from(p99_ms) <= config.calm_limit_ms() {
            self.strikes = 0;
            self.calm += u32::from(minute.begin >= fresh);
        }
    }

    /// Whether there are enough strikes.
    pub fn is_convicted(&self, config: &Config) -> bool {
        f64::from(self.strikes) >= config.strikes
    }

    /// The roll back, once there are enough strikes.
    pub fn convicted(&self, config: &Config) -> Option<Verdict> {
        let told = || Verdict::rollback("over-budget", self.strikes_told(config));
        self.is_convicted(config).then(told)
    }

    fn strikes_told(&self, config: &Config) -> String {
        let of = format!("{} of {}", self.strikes, config.strikes);
        format!("p99 {} ms; strikes over {} ms: {of}", self.p99_ms, config.budget_ms)
    }

    /// What the minutes read so far amount to. Promote rests on minutes of the present weight alone
    /// (`fresh`), however good the earlier were.
    pub fn decide(&self, config: &Config, weight: u32, fresh: u32) -> Verdict {
        let Config { budget_ms, calm_minutes, min_requests, .. } = config;
        let Self { strikes, calm, quiet, p99_ms, .. } = self;
        if *quiet >= QUIET_MINUTES {
            let sentence =
                format!("fewer than {min_requests} requests a minute for {quiet} minutes");
            return Verdict::no_data("few-requests", sentence);
        }
        if self.read_to < fresh + MINUTE {
            let sentence = format!("no whole minute at weight {weight} is measured yet");
            return Verdict::hold("not-yet", sentence);
        }
        if *strikes > 0 {
            return Verdict::hold("strike", self.strikes_told(config));
        }
        if f64::from(*calm) < *calm_minutes {
            let of = format!("{calm} of {calm_minutes} calm minutes at weight {weight}");
            return Verdict::hold("calming", format!("p99 {p99_ms} ms: {of}"));
        }
        let calm = format!("{calm} calm minutes at weight {weight}");
        let sentence = format!("p99 {p99_ms} ms is within {budget_ms} ms: {calm}");
        Verdict::promote("within-budget", sentence)
    }
}
