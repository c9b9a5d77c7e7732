//! Chance without a generator's position: each draw is a function of the seed and what it is about.
//!
//! A key of (seed, stream, subject, instant) is hashed with SplitMix64 (Steele, Lea and Flood 2014,
//! its finaliser), which then also runs on from there when one draw needs several numbers.

use std::convert::Infallible;

use rand::TryRng;
use rand_distr::{Binomial, Distribution, Poisson, StandardNormal};

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// What a draw is for, so that two of the same instant are independent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Requests,
    Refused,
    Errors,
    ClientErrors,
    Slow,
    SharedShock,
    Spike,
    ArmNoise,
    Cpu,
    TaskStart,
    Response,
    Route,
    Id,
}

/// A generator for one draw.
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The draw of this stream about `subject` at `at`.
    pub(crate) fn new(seed: u64, stream: Stream, subject: u64, at: u64) -> Self {
        Draw([stream as u64, subject, at].into_iter().fold(finalise(seed ^ GOLDEN), absorb))
    }

    /// Uniform over 0 to `below` - 1; 0 when nothing is below.
    pub(crate) fn below(&mut self, below: u32) -> u32 {
        // Multiply and shift (Lemire): its bias is below 2⁻³² a draw.
        u32::try_from(((self.step() >> 32) * u64::from(below)) >> 32).unwrap_or(0)
    }

    /// Uniform over [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.step() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of the standard normal distribution.
    pub(crate) fn normal(&mut self) -> f64 {
        StandardNormal.sample(self)
    }

    /// How many of independent arrivals with that mean.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        // A mean that is no mean (0, negative, not a number) has no arrivals.
        Poisson::new(mean).map_or(0, |poisson| poisson.sample(self) as u64)
    }

    /// How many of `trials` with that probability each.
    pub(crate) fn binomial(&mut self, trials: u64, probability: f64) -> u64 {
        let probability = probability.clamp(0.0, 1.0);
        Binomial::new(trials, probability).map_or(0, |binomial| binomial.sample(self))
    }

    /// The first number.
    pub(crate) fn bits(&mut self) -> u64 {
        self.step()
    }

    fn step(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        finalise(self.0)
    }
}

/// The number of a text, for the subject of a draw.
pub(crate) fn subject(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(GOLDEN, |state, byte| absorb(state, u64::from(byte)))
}

fn absorb(state: u64, word: u64) -> u64 {
    finalise(state.wrapping_add(GOLDEN) ^ word.wrapping_mul(GOLDEN))
}

fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl TryRng for Draw {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.step() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.step())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            let bytes = self.step().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Draw, Stream, subject};

    #[test]
    fn a_draw_depends_on_its_key_alone() {
        let one = || Draw::new(7, Stream::Errors, 3, 1_767_225_600).binomial(6_000, 0.01);
        let before = one();
        let _other = Draw::new(7, Stream::Errors, 3, 1_767_225_660).binomial(6_000, 0.01);
        assert_eq!(one(), before);
    }

    #[test]
    fn every_part_of_the_key_counts() {
        let keys = [
            Draw::new(1, Stream::Errors, 3, 60),
            Draw::new(2, Stream::Errors, 3, 60),
            Draw::new(1, Stream::Slow, 3, 60),
            Draw::new(1, Stream::Errors, 4, 60),
            Draw::new(1, Stream::Errors, 3, 61),
            Draw::new(1, Stream::Errors, 60, 3),
        ];
        let mut drawn: Vec<u64> = keys.map(|mut draw| draw.bits()).to_vec();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 6);
        assert_ne!(subject(&["ab", "c"]), subject(&["a", "bc"]));
    }

    #[test]
    fn counts_have_the_mean_and_spread_of_their_distribution() {
        let draws = |f: &dyn Fn(&mut Draw) -> u64| -> (f64, f64) {
            let values: Vec<f64> =
                (0..20_000).map(|at| f(&mut Draw::new(1, Stream::Errors, 0, at)) as f64).collect();
            let mean = values.iter().sum::<f64>() / 2e4;
            (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 2e4)
        };
        let (mean, variance) = draws(&|draw| draw.poisson(300.0));
        assert!((mean - 300.0).abs() < 0.6 && (variance - 300.0).abs() < 12.0);
        let (mean, variance) = draws(&|draw| draw.binomial(6_000, 0.005));
        assert!((mean - 30.0).abs() < 0.2 && (variance - 29.85).abs() < 1.2);
    }

    #[test]
    fn impossible_parameters_are_nothing_not_a_panic() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let _any = Draw::new(1, Stream::Requests, 0, 0).poisson(bad);
            let _any = Draw::new(1, Stream::Requests, 0, 0).binomial(10, bad);
        }
        assert_eq!(Draw::new(1, Stream::Requests, 0, 0).below(0), 0);
    }
}
