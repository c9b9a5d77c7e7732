//! The likelihood of a split of bad requests between two arms.
//!
//! Everything goes through `libm`, so that a native build and a component give the same bits.

/// ln of the likelihood that `a` of `m` bad requests fell on the canary, when each falls there
/// with probability `q` (0 < q < 1), up to the binomial coefficient, which cancels in a ratio.
///
/// `tau` is the standard deviation of the log rate ratio from block to block: 0 is the binomial,
/// above 0 (0.05 or more: below, the gamma functions cancel) the beta-binomial with
/// s = 1 / (τ² q (1 − q)), A = q s, B = (1 − q) s.
#[must_use]
pub fn log_split(a: f64, m: f64, q: f64, tau: f64) -> f64 {
    if m <= 0.0 {
        return 0.0;
    }
    if tau == 0.0 {
        return a * libm::log(q) + (m - a) * libm::log1p(-q);
    }
    let s = 1.0 / (tau * tau * q * (1.0 - q));
    let (alpha, beta) = (q * s, (1.0 - q) * s);
    log_rising(alpha, a) + log_rising(beta, m - a) - log_rising(s, m)
}

/// ln Γ(x + n) − ln Γ(x): the logarithm of a rising factorial, for x > 0 and n ≥ 0.
fn log_rising(x: f64, n: f64) -> f64 {
    libm::lgamma(x + n) - libm::lgamma(x)
}

/// ln Σ e^t over `terms`, without overflow; −∞ for none.
#[must_use]
pub fn log_sum_exp(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    largest + libm::log(terms.map(|t| libm::exp(t - largest)).sum())
}

#[cfg(test)]
mod tests {
    use super::{log_split, log_sum_exp};
    use proptest::prelude::*;

    #[test]
    fn a_sum_of_exponentials_survives_large_and_empty_terms() {
        assert_eq!(log_sum_exp([].into_iter()), f64::NEG_INFINITY);
        let sum = log_sum_exp([1000.0, 1000.0].into_iter());
        assert!((sum - 1000.0 - libm::log(2.0)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_likelihoods_of_all_splits_sum_to_one(m in 1_u32..40, q in 0.01..0.99, tau in 0.05..1.0) {
            let m = f64::from(m);
            let splits = (0..=m as u32).map(|a| {
                let a = f64::from(a);
                let choose = libm::lgamma(m + 1.0) - libm::lgamma(a + 1.0) - libm::lgamma(m - a + 1.0);
                choose + log_split(a, m, q, tau)
            });
            prop_assert!(log_sum_exp(splits).abs() < 1e-8);
        }
    }
}
