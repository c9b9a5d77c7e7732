//! A gate as a native library, asked as a deployment asks it: unit tests of gates without WASM.
//!
//! A [`Harness`] holds what the gate is told and how it is answered; [`Harness::look`] asks it, and
//! the state goes from look to look by itself. Seconds count from the deployment's start, as in a
//! case file. What the host would refuse (too many questions, too large a state, a number that is
//! none) fails the test.
//!
//! ```
//! use gate_sdk::harness::Harness;
//! use gate_sdk::*;
//!
//! /// Goes on when nothing is unhealthy.
//! struct Healthy;
//!
//! impl Gate for Healthy {
//!     fn describe() -> Description {
//!         Description::new("healthy", "0.1.0", "Goes on when nothing is unhealthy.", "{}")
//!     }
//!     fn check(_: String) -> Vec<Issue> {
//!         Vec::new()
//!     }
//!     fn ask(_: Situation, _: Vec<u8>) -> Vec<Question> {
//!         Vec::new()
//!     }
//!     fn judge(situation: Situation, _: Vec<Answer>, state: Vec<u8>) -> Turn {
//!         let verdict = match situation.canary.targets_unhealthy {
//!             0 => Verdict::promote("healthy", "all targets are healthy"),
//!             n => Verdict::hold("unhealthy", format!("{n} targets are unhealthy")),
//!         };
//!         Turn { outcome: verdict.into(), state, notes: String::new() }
//!     }
//!     fn learn(situation: Situation, _: Vec<u8>) -> Vec<u8> {
//!         situation.memory
//!     }
//! }
//!
//! let mut gate = Harness::<Healthy>::new();
//! assert_eq!(gate.look(60).said(), (Decision::Promote, "healthy"));
//! gate.change(|situation| situation.canary.targets_unhealthy = 1);
//! assert_eq!(gate.look(75).said(), (Decision::Hold, "unhealthy"));
//! ```

mod limits;
pub mod replies;
mod run;
mod situation;

pub use run::{Harness, Looked};
pub use situation::{START_S, bake, first_release, preflight, situation};
