//! What a gate in Rust is written with: the contract's types, words to make them of, a harness to
//! test with, and what the built-in gates share (sequential statistics, balancer metrics).
//!
//! A gate is a type that implements [`TypedGate`] (or [`Gate`], the contract's five functions on
//! bytes); [`export!`] makes its component. Everything else works natively, too:
//!
//! ```
//! use gate_sdk::window::Window;
//! use gate_sdk::*;
//! use serde::{Deserialize, Serialize};
//!
//! /// Holds while the canary's p99 is over a budget, rolls back after three minutes in a row.
//! struct Budget;
//!
//! #[derive(Deserialize)]
//! struct Configuration {
//!     budget_ms: f64,
//! }
//!
//! #[derive(Default, Serialize, Deserialize)]
//! struct State {
//!     over: u32,
//! }
//!
//! const SCHEMA: &str = r#"{
//!     "type": "object",
//!     "properties": { "budget_ms": {
//!         "description": "What the 99th percentile may be, in milliseconds.",
//!         "type": "number", "exclusiveMinimum": 0, "examples": [500]
//!     } },
//!     "required": ["budget_ms"], "additionalProperties": false
//! }"#;
//!
//! impl TypedGate for Budget {
//!     type Configuration = Configuration;
//!     type State = State;
//!     type Memory = ();
//!
//!     fn describe() -> Description {
//!         Description::new("budget", "0.1.0", "Holds the p99 to a budget.", SCHEMA)
//!     }
//!
//!     fn ask(look: &Look<Self>) -> Vec<Question> {
//!         let canary = (Side::Canary, Part::TargetGroup(0));
//!         let question =
//!             |window| Question::own("p99", canary, "TargetResponseTime", "p99", window);
//!         Window::newest(&look.situation, 1).map(question).into_iter().collect()
//!     }
//!
//!     fn judge(look: &mut Look<Self>, answers: &[Answer]) -> Outcome {
//!         if answers.is_empty() {
//!             return Verdict::hold("not-yet", "no whole minute is measured yet").into();
//!         }
//!         let points = match points(answers, "p99") {
//!             Ok(points) => points,
//!             Err(gap) => return Verdict::of_gap(gap).into(),
//!         };
//!         let Some(newest) = points.last() else {
//!             return Verdict::no_data("silent", "no request was answered").into();
//!         };
//!         let (p99_ms, budget_ms) = (newest.value * 1000.0, look.configuration.budget_ms);
//!         look.state.over = if p99_ms > budget_ms { look.state.over + 1 } else { 0 };
//!         let status = if look.state.over > 0 { FindingStatus::Bad } else { FindingStatus::Ok };
//!         let row = Finding::new("p99", status).canary(p99_ms).limit(budget_ms).unit("ms");
//!         let sentence = format!("p99 is {p99_ms:.0} ms of {budget_ms:.0}");
//!         let verdict = match look.state.over {
//!             0 => Verdict::promote("in-budget", sentence),
//!             1 | 2 => Verdict::hold("over-budget", sentence),
//!             _ => Verdict::rollback("over-budget", sentence),
//!         };
//!         verdict.finding(row).into()
//!     }
//! }
//!
//! gate_sdk::export!(Budget);
//!
//! # #[cfg(feature = "harness")] {
//! // The test: needs the feature `harness`.
//! use gate_sdk::harness::Harness;
//!
//! let mut gate = Harness::<Budget>::new()
//!     .configuration(r#"{ "budget_ms": 500 }"#)
//!     .series("p99", [0.2, 0.9, 0.9, 0.9]);
//! assert_eq!(gate.look(120).said(), (Decision::Hold, "not-yet"));
//! assert_eq!(gate.look(180).said(), (Decision::Promote, "in-budget"));
//! assert_eq!(gate.look(240).said(), (Decision::Hold, "over-budget"));
//! assert_eq!(gate.follow(360).verdict.sentence, "p99 is 900 ms of 500");
//! # }
//! ```

#[expect(missing_docs, reason = "generated from wit/gate.wit, which documents every item")]
pub mod bindings;
pub mod comparison;
#[cfg(feature = "harness")]
pub mod harness;
pub mod paired;
#[cfg(all(feature = "panic-words", target_family = "wasm"))]
mod panics;
pub mod progress;
pub mod query;
pub mod ruling;
pub mod series;
pub mod settings;
pub mod statistics;
pub mod text;
mod typed;
pub mod window;
mod witness;
mod words;

pub use bindings::exports::ecs_crd::gate::gate::{
    Answer, Completeness, Decision, DeniedAnswer, Description, Dimension, ExpressionQuestion,
    Extension, FailedAnswer, Finding, FindingStatus, Guest as Gate, Header, Issue, MetricQuestion,
    Outcome, OwnSeries, Part, Phase, Point, Question, Release, RequestQuestion, ResponseAnswer,
    SeriesAnswer, Side, Situation, Subject, Timings, Turn, Verdict, Wishes,
};
#[cfg(all(feature = "panic-words", target_family = "wasm"))]
pub use panics::Heard as Exported;
#[cfg(not(all(feature = "panic-words", target_family = "wasm")))]
pub use typed::Exported;
pub use typed::{Look, TypedGate};
pub use words::{points, response};

/// Makes the component of a gate, where it is compiled for WASM; nothing else otherwise.
#[macro_export]
macro_rules! export {
    ($gate:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type ExportedGate = $crate::Exported<$gate>;
            $crate::bindings::export!(ExportedGate);
        };
    };
}
