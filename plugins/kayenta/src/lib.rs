//! Gate: the judge of Kayenta (NetflixACAJudge), for people who come from it.
//!
//! Each metric's values on the canary are held against the baseline's by their ranks; metrics that
//! differ cost their group its score, and the weighted score decides. The judge is here for
//! comparison and for those who know it: it looks at nothing but this deployment, and what it errs
//! grows with every look. Its figures stand in `plugins/README.md`.

pub mod classification;
mod configuration;
mod gate;
mod issues;
mod judgement;
pub mod rank_sum;
mod rows;
mod ruling;
pub mod sample;
pub mod score;
mod state;
mod stay;

pub use configuration::{
    Configuration, Direction, EffectSize, Judge, Metric, NanStrategy, Outliers, SCHEMA, Strategy,
    Thresholds,
};
pub use gate::Kayenta;

#[cfg(target_family = "wasm")]
gate_sdk::bindings::export!(Kayenta);
