//! Simulated traffic: requests and bad ones of both arms, interval by interval.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution as _, Poisson, StandardNormal};
use std::sync::OnceLock;

/// How a service's traffic and metrics look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) requests_per_s: f64,
    /// How long a step of the fixed plan lasts.
    pub(crate) step_s: u32,
    /// The period of its metrics.
    pub(crate) period_s: u32,
    pub(crate) error_rate: f64,
}

/// 20, 100 and 1000 requests a second.
pub(crate) const PROFILES: [Profile; 3] = [
    Profile { name: "low", requests_per_s: 20.0, step_s: 300, period_s: 60, error_rate: 0.005 },
    Profile { name: "mid", requests_per_s: 100.0, step_s: 180, period_s: 60, error_rate: 0.005 },
    Profile { name: "high", requests_per_s: 1000.0, step_s: 60, period_s: 10, error_rate: 0.002 },
];

/// What disturbs a healthy comparison.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// A real series' load, and shocks on both arms.
    shared: bool,
    /// Coefficients of variation of the arms' own rate noise by the minute: canary, baseline.
    noise: [f64; 2],
    /// The noise's autocorrelation from minute to minute.
    memory: f64,
    /// Whether the canary starts cold.
    warm_up: bool,
}

const QUIET: Family =
    Family { name: "clean", shared: false, noise: [0.0; 2], memory: 0.0, warm_up: false };

/// The six families of Appendix A.
pub(crate) const FAMILIES: [Family; 6] = [
    QUIET,
    Family { name: "shared", shared: true, ..QUIET },
    Family { name: "arm noise", noise: [0.3; 2], ..QUIET },
    Family { name: "warm-up", warm_up: true, ..QUIET },
    Family { name: "all", shared: true, noise: [0.3; 2], memory: 0.3, warm_up: true },
    Family { name: "heavy", noise: [0.6, 0.3], memory: 0.5, ..QUIET },
];

/// What makes a request bad.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Errors: the canary's rate is so many times the baseline's.
    Errors(f64),
    /// No errors at all, on either side.
    NoErrors,
    /// Latency, log-normal with σ 0.6, slow above the baseline's 95th percentile: the canary's is
    /// so many times the baseline's.
    Latency(f64),
}

impl Fault {
    /// What a release without the fault does.
    pub(crate) fn healthy(self) -> Self {
        match self {
            Fault::Errors(_) => Fault::Errors(1.0),
            Fault::NoErrors => Fault::NoErrors,
            Fault::Latency(_) => Fault::Latency(1.0),
        }
    }
}

/// σ of the log-normal latency.
const LATENCY_SIGMA: f64 = 0.6;
/// The 95th percentile of the standard normal.
const Z95: f64 = 1.644_853_626_951_472_2;

/// Requests to a real balancer, one value each five minutes, in percent of their mean.
static LOAD_SHAPE: OnceLock<Vec<f64>> = OnceLock::new();

fn load_shape() -> Vec<f64> {
    let lines = include_str!("load-shape.csv").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| line.split(',').filter_map(|value| value.parse().ok())).collect()
}

/// One side's requests of an interval.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Requests {
    pub(crate) all: f64,
    pub(crate) bad: f64,
}

/// Requests and bad requests of one interval, and what a perfect canary would not have broken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) canary: Requests,
    pub(crate) baseline: Requests,
    /// The canary's expected bad requests beyond those at the baseline's rate.
    pub(crate) excess: f64,
}

/// A deployment's world: draws intervals in the order of time.
pub(crate) struct World {
    profile: Profile,
    family: Family,
    fault: Fault,
    rng: ChaCha8Rng,
    load_at: f64,
    shock: f64,
    spike_minutes: u32,
    arms: [f64; 2],
    minute: Option<u32>,
}

impl World {
    pub(crate) fn new(profile: Profile, family: Family, fault: Fault, mut rng: ChaCha8Rng) -> Self {
        let load_at = f64::from(rng.next_u32()) / f64::from(u32::MAX);
        let shock = 0.7 * normal(&mut rng);
        let arms = [normal(&mut rng), normal(&mut rng)];
        Self { profile, family, fault, rng, load_at, shock, spike_minutes: 0, arms, minute: None }
    }

    /// The interval that begins `age_s` after the canary's first traffic, at the canary's `weight`.
    pub(crate) fn interval(&mut self, age_s: u32, weight: f64) -> Interval {
        let minute = age_s / 60;
        if self.minute != Some(minute) {
            self.minute = Some(minute);
            self.next_minute();
        }
        let length_s = f64::from(self.profile.period_s);
        let total = self.profile.requests_per_s * length_s * self.load(minute);
        let requests = [total * weight, total * (1.0 - weight)].map(|n| self.poisson(n));
        let middle_s = f64::from(age_s) + length_s / 2.0;
        let cold = if self.family.warm_up { libm::exp(-middle_s / 60.0) } else { 0.0 };
        let [healthy, baseline] = self.rates(cold);
        let canary = self.canary_rate(cold);
        let bad = [self.binomial(requests[0], canary), self.binomial(requests[1], baseline)];
        let counts = |i: usize| Requests { all: requests[i], bad: bad[i] };
        let excess = requests[0] * (canary - healthy);
        Interval { canary: counts(0), baseline: counts(1), excess }
    }

    /// The real load, one value each five minutes, from a place of the deployment's own.
    fn load(&self, minute: u32) -> f64 {
        if !self.family.shared {
            return 1.0;
        }
        let shape = LOAD_SHAPE.get_or_init(load_shape);
        let place = self.load_at * (shape.len() - 1) as f64 + f64::from(minute) / 5.0;
        let (before, part) = (libm::floor(place), place - libm::floor(place));
        let at = |i: f64| shape[i as usize % shape.len()];
        ((1.0 - part) * at(before) + part * at(before + 1.0)).max(5.0) / 100.0
    }

    fn next_minute(&mut self) {
        self.shock = 0.8 * self.shock + 0.7 * libm::sqrt(1.0 - 0.64) * normal(&mut self.rng);
        // Two minutes long: 3 % of all minutes.
        let begins = self.spike_minutes == 0 && self.uniform() < 0.015;
        self.spike_minutes = if begins { 2 } else { self.spike_minutes.saturating_sub(1) };
        let memory = self.family.memory;
        for arm in &mut self.arms {
            *arm = memory * *arm + libm::sqrt(1.0 - memory * memory) * normal(&mut self.rng);
        }
    }

    /// The rates of a healthy canary and of the baseline.
    fn rates(&self, cold: f64) -> [f64; 2] {
        let base = match self.fault {
            Fault::Errors(_) => {
                [self.profile.error_rate * (1.0 + 3.0 * cold), self.profile.error_rate]
            }
            Fault::NoErrors => [0.0; 2],
            Fault::Latency(_) => [slow_share(1.0 + cold), slow_share(1.0)],
        };
        self.disturbed(base)
    }

    fn canary_rate(&self, cold: f64) -> f64 {
        let base = match self.fault {
            Fault::Errors(ratio) => self.profile.error_rate * ratio * (1.0 + 3.0 * cold),
            Fault::NoErrors => 0.0,
            Fault::Latency(ratio) => slow_share(ratio * (1.0 + cold)),
        };
        self.disturbed([base, 0.0])[0]
    }

    /// Rates under this minute's shocks and noise, 0.95 at most.
    fn disturbed(&self, rates: [f64; 2]) -> [f64; 2] {
        let spike = if self.spike_minutes > 0 { 10.0 } else { 1.0 };
        let shared = if self.family.shared { libm::exp(self.shock) * spike } else { 1.0 };
        let own = |arm: usize| {
            let variance = libm::log1p(self.family.noise[arm] * self.family.noise[arm]);
            libm::exp(libm::sqrt(variance) * self.arms[arm] - variance / 2.0)
        };
        [0, 1].map(|arm| (rates[arm] * shared * own(arm)).min(0.95))
    }

    fn uniform(&mut self) -> f64 {
        f64::from(self.rng.next_u32()) / f64::from(u32::MAX)
    }

    fn poisson(&mut self, mean: f64) -> f64 {
        Poisson::new(mean).map_or(0.0, |p| p.sample(&mut self.rng))
    }

    fn binomial(&mut self, n: f64, p: f64) -> f64 {
        Binomial::new(n as u64, p).map_or(0.0, |b| b.sample(&mut self.rng) as f64)
    }
}

/// The share of requests above the baseline's 95th percentile when latency is `ratio` times it.
fn slow_share(ratio: f64) -> f64 {
    0.5 * libm::erfc((Z95 - libm::log(ratio) / LATENCY_SIGMA) / core::f64::consts::SQRT_2)
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}
