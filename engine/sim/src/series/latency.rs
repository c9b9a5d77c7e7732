//! The latencies of one minute: log-normal, answered from the distribution with the noise a sample
//! of that size would have, without drawing the sample.

use statrs::function::erf::erf_inv;

use crate::draw::{Draw, Stream};

/// The latencies of a number of responses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Latency {
    pub(crate) responses: u64,
    /// The logarithm of the median, in seconds.
    pub(crate) mu: f64,
    /// The standard deviation of the logarithm.
    pub(crate) sigma: f64,
    pub(crate) seed: u64,
    pub(crate) subject: u64,
    /// The beginning of the minute.
    pub(crate) at: u64,
}

impl Latency {
    /// How many took longer than so many seconds.
    pub(crate) fn slower(&self, seconds: f64) -> u64 {
        if seconds.is_nan() || seconds <= 0.0 {
            return self.responses;
        }
        let z = (libm::log(seconds) - self.mu) / self.sigma;
        // The threshold is no part of the key: thresholds near each other see nearly the same.
        let mut draw = Draw::new(self.seed, Stream::Slow, self.subject, self.at);
        draw.binomial(self.responses, normal_above(z))
    }

    /// The value that a share of the responses does not exceed, in seconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let n = self.responses.max(1) as f64;
        // The share below a fixed latency varies like a binomial's: so much does the quantile.
        let jitter = Draw::new(self.seed, Stream::Slow, self.subject, self.at + 1).normal();
        let moved = share + jitter * libm::sqrt(share * (1.0 - share) / n);
        let inside = moved.clamp(1.0 / (n + 1.0), n / (n + 1.0));
        libm::exp(self.mu + self.sigma * normal_quantile(inside))
    }

    /// The mean, in seconds.
    pub(crate) fn mean(&self) -> f64 {
        let variance = self.sigma * self.sigma;
        let n = self.responses.max(1) as f64;
        let jitter = Draw::new(self.seed, Stream::Slow, self.subject, self.at + 2).normal();
        let spread = libm::sqrt(libm::expm1(variance) / n);
        libm::exp(self.mu + variance / 2.0) * (1.0 + jitter * spread).max(0.1)
    }
}

/// The probability of a standard normal value above `z`.
fn normal_above(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// The inverse of the standard normal distribution.
fn normal_quantile(share: f64) -> f64 {
    std::f64::consts::SQRT_2 * erf_inv(2.0 * share - 1.0)
}

#[cfg(test)]
mod tests {
    use super::Latency;

    fn minutes(responses: u64) -> impl Iterator<Item = Latency> {
        let minute = move |at| Latency {
            responses,
            mu: 0.08_f64.ln(),
            sigma: 0.6,
            seed: 3,
            subject: 9,
            at: at * 60,
        };
        (0..2_000_u64).map(minute)
    }

    #[test]
    fn a_twentieth_is_slower_than_the_95th_percentile() {
        // 1.6448536: the 95th percentile of the standard normal distribution.
        let p95 = 0.08 * (0.6 * 1.644_853_6_f64).exp();
        let slow: u64 = minutes(600).map(|it| it.slower(p95)).sum();
        let share = slow as f64 / 1.2e6;
        assert!((share - 0.05).abs() < 0.000_8, "{share}");
        let mean = minutes(600).map(|it| it.quantile(0.95)).sum::<f64>() / 2_000.0;
        assert!((mean / p95 - 1.0).abs() < 0.01, "{mean} {p95}");
    }

    #[test]
    fn percentiles_of_a_minute_rise_and_its_tail_shrinks() {
        for latency in minutes(60) {
            let quantiles = [0.5, 0.9, 0.95, 0.99].map(|share| latency.quantile(share));
            assert!(quantiles.is_sorted(), "{quantiles:?}");
            assert_eq!(latency.slower(0.0), 60);
            assert!(latency.slower(0.01) >= latency.slower(5.0));
        }
    }

    #[test]
    fn the_mean_is_the_log_normal_one() {
        let mean = minutes(600).map(|it| it.mean()).sum::<f64>() / 2_000.0;
        let wanted = 0.08 * (0.18_f64).exp();
        assert!((mean / wanted - 1.0).abs() < 0.005, "{mean} {wanted}");
    }
}
