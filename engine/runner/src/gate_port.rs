//! The port on the gates: whoever can call a gate's exports.

use async_trait::async_trait;
use rollout::GateDescription;

use crate::question::{Answer, Question, Situation, Turn};

/// Why a gate gave no turn. It becomes an error verdict with this code and sentence (S02).
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{sentence}")]
pub struct GateFault {
    /// A stable word: `trap`, `fuel`, `memory`, `time-out`, `too-many-questions`, …
    pub code: String,
    /// What happened, with what was used and what the limit is; the guest's last words first.
    pub sentence: String,
}

/// The gates of a deployment, by their names in the plan. Calls on one gate never overlap; calls
/// on several may.
#[async_trait]
pub trait GateHost: Send + Sync {
    /// What the gate says of itself.
    async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault>;
    /// What is wrong with a configuration beyond its schema: JSON pointer and sentence.
    async fn check(
        &self,
        gate: &str,
        configuration: &str,
    ) -> Result<Vec<(String, String)>, GateFault>;
    /// The first questions of a look.
    async fn ask(
        &self,
        gate: &str,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<Question>, GateFault>;
    /// The turn that follows a round's answers.
    async fn judge(
        &self,
        gate: &str,
        situation: &Situation,
        answers: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault>;
    /// What to remember from a promoted release.
    async fn learn(
        &self,
        gate: &str,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<u8>, GateFault>;
}
