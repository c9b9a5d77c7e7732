//! Any CloudWatch series of a side, or metric math over several: how a configuration names them,
//! what is wrong with that, the questions, and the values from the answers.

mod asking;
mod expression;
mod issues;
mod metric;
mod statistic;

pub use asking::Query;
pub use issues::{Fields, issue, of_period};
pub use metric::{Metric, Of, PLACEHOLDERS, PartOf};
