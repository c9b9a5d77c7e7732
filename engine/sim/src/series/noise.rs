//! How rates wander by themselves: the families of the statistics' Appendix A.

use crate::draw::{Draw, Stream};
use crate::scenario::Noise;

/// Persistence and spread of a shock that both releases share, a minute.
const SHARED: Wander = Wander { persistence: 0.8, sd: 0.7 };
/// The share of minutes in which a spike begins; it lasts two.
const SPIKES: f64 = 0.015;
const SPIKE_FACTOR: f64 = 10.0;
/// Errors and latency at the beginning of the warm-up, and how fast that decays, in seconds.
const WARM_UP: (f64, f64, f64) = (4.0, 2.0, 60.0);
/// Minutes an autoregression looks back: 0.8 to the 40th is below 2e-4.
const MEMORY: u64 = 40;

/// A log-normal autoregression of mean 1: `persistence` from minute to minute, `sd` of the log.
#[derive(Clone, Copy)]
struct Wander {
    persistence: f64,
    sd: f64,
}

/// What the noise does to one release in one minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Factors {
    /// Of the rate of bad responses.
    pub(crate) errors: f64,
    /// Of the latency.
    pub(crate) latency: f64,
}

/// Of which draws, about whom, when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) seed: u64,
    pub(crate) subject: u64,
    /// Minutes since the epoch.
    pub(crate) minute: u64,
    pub(crate) is_canary: bool,
    /// Seconds since the canary's first traffic, at the minute's middle; none before and for the
    /// baseline.
    pub(crate) warm_s: Option<f64>,
}

/// The factors of a family.
pub(crate) fn factors(noise: Noise, at: At) -> Factors {
    let is_shared = matches!(noise, Noise::Shared | Noise::All);
    let is_warming = matches!(noise, Noise::WarmUp | Noise::All);
    let mut wander = 1.0;
    if is_shared {
        wander *= SHARED.factor(at.seed, Stream::SharedShock, 0, at.minute);
    }
    if let Some(arm) = arm(noise, at.is_canary) {
        wander *= arm.factor(at.seed, Stream::ArmNoise, at.subject, at.minute);
    }
    let mut factors = Factors { errors: wander, latency: libm::sqrt(libm::sqrt(wander)) };
    if is_shared && is_spike(at) {
        factors.errors *= SPIKE_FACTOR;
    }
    if let Some(seconds) = at.warm_s.filter(|_| is_warming) {
        let left = libm::exp(-seconds / WARM_UP.2);
        factors.errors *= 1.0 + (WARM_UP.0 - 1.0) * left;
        factors.latency *= 1.0 + (WARM_UP.1 - 1.0) * left;
    }
    factors
}

fn arm(noise: Noise, is_canary: bool) -> Option<Wander> {
    let cv =
        |cv: f64, persistence| Some(Wander { persistence, sd: libm::sqrt(libm::log1p(cv * cv)) });
    match noise {
        Noise::Clean | Noise::Shared | Noise::WarmUp => None,
        Noise::ArmNoise => cv(0.3, 0.0),
        Noise::All => cv(0.3, 0.3),
        Noise::Heavy if is_canary => cv(0.6, 0.5),
        Noise::Heavy => cv(0.3, 0.5),
    }
}

fn is_spike(at: At) -> bool {
    let begins = |minute: u64| Draw::new(at.seed, Stream::Spike, 0, minute).unit() < SPIKES;
    begins(at.minute) || begins(at.minute.saturating_sub(1))
}

impl Wander {
    /// The sum of the last innovations, weighted: an autoregression that needs no past state.
    fn factor(self, seed: u64, stream: Stream, subject: u64, minute: u64) -> f64 {
        let (mut sum, mut weight) = (0.0, 1.0);
        for back in 0..if self.persistence > 0.0 { MEMORY } else { 1 } {
            let innovation = Draw::new(seed, stream, subject, minute.saturating_sub(back)).normal();
            sum += weight * innovation;
            weight *= self.persistence;
        }
        let scale = self.sd * libm::sqrt(1.0 - self.persistence * self.persistence);
        libm::exp(scale * sum - self.sd * self.sd / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Factors, factors};
    use crate::scenario::Noise;

    fn at(minute: u64, is_canary: bool) -> At {
        let warm_s = is_canary.then_some(30.0);
        At { seed: 5, subject: u64::from(is_canary), minute, is_canary, warm_s }
    }

    fn errors(noise: Noise, is_canary: bool) -> Vec<f64> {
        (0..20_000).map(|minute| factors(noise, at(minute, is_canary)).errors).collect()
    }

    fn cv(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        (mean, (squares / values.len() as f64).sqrt() / mean)
    }

    #[test]
    fn a_clean_minute_is_as_set() {
        assert_eq!(factors(Noise::Clean, at(3, true)), Factors { errors: 1.0, latency: 1.0 });
    }

    #[test]
    fn arm_noise_keeps_the_mean_and_has_its_spread() {
        for (noise, is_canary, wanted) in
            [(Noise::ArmNoise, true, 0.3), (Noise::Heavy, false, 0.3), (Noise::Heavy, true, 0.6)]
        {
            let (mean, cv) = cv(&errors(noise, is_canary));
            assert!((mean - 1.0).abs() < 0.03, "{noise:?}: mean {mean}");
            assert!((cv - wanted).abs() < 0.04, "{noise:?}: cv {cv}");
        }
    }

    #[test]
    fn shared_shocks_hit_both_releases_alike() {
        assert_eq!(errors(Noise::Shared, false), errors(Noise::Shared, true));
    }

    #[test]
    fn a_spike_is_on_three_minutes_in_a_hundred() {
        let spikes = (0..100_000).filter(|minute| super::is_spike(at(*minute, true))).count();
        assert!((2_700..3_300).contains(&spikes), "{spikes}");
    }

    #[test]
    fn a_warm_up_decays_and_spares_the_baseline() {
        let warm = |seconds| factors(Noise::WarmUp, At { warm_s: Some(seconds), ..at(1, true) });
        assert_eq!(warm(0.0), Factors { errors: 4.0, latency: 2.0 });
        assert!((warm(60.0).errors - (1.0 + 3.0 / std::f64::consts::E)).abs() < 1e-12);
        assert_eq!(factors(Noise::WarmUp, at(1, false)).errors, 1.0);
    }
}
