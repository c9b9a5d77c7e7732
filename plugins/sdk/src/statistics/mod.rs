//! Sequential statistics: evidence that may be looked at as often as one likes.

mod beta_binomial;
mod continuous;
mod count_test;

pub use beta_binomial::{log_split, log_sum_exp};
pub use continuous::{ContinuousTest, log_excess};
pub use count_test::{BLOCK_S, CountTest, Counts, SPREADS, Steadiness, WARM_UP_S, is_prior};
