//! What a gate in Rust is written with: the contract's types, the sequential statistics, and what
//! gates on balancer metrics share.
//!
//! A gate is a type that implements [`Gate`]; `gate_sdk::bindings::export!(Type);`, compiled for
//! `wasm32-unknown-unknown` only, makes its component. Everything else works natively too.

#[expect(missing_docs, reason = "generated from wit/gate.wit, which documents every item")]
pub mod bindings;
pub mod comparison;
#[cfg(feature = "fixtures")]
pub mod fixtures;
pub mod paired;
pub mod progress;
pub mod query;
pub mod ruling;
pub mod series;
pub mod settings;
pub mod statistics;
pub mod text;
pub mod window;
mod witness;

pub use bindings::exports::ecs_crd::gate::gate::{
    Answer, Completeness, Decision, DeniedAnswer, Description, Dimension, ExpressionQuestion,
    Extension, FailedAnswer, Finding, FindingStatus, Guest as Gate, Header, Issue, MetricQuestion,
    Outcome, OwnSeries, Part, Phase, Point, Question, Release, RequestQuestion, ResponseAnswer,
    SeriesAnswer, Side, Situation, Subject, Timings, Turn, Verdict, Wishes,
};
