//! What the gate keeps: how far the canary's requests were read, and a score that was too low.

use gate_sdk::progress::Progress;
use serde::{Deserialize, Serialize};

/// What the gate keeps during a deployment. Values are asked for anew at each look, as Kayenta does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    /// How far the canary's requests were read: whether it serves, and whether CloudWatch delivers.
    pub(crate) progress: Progress,
    /// The sentence of the roll back, once there was one: later looks say the same.
    pub(crate) failed: Option<String>,
}

impl State {
    /// The state as it was kept; a new one at first, and when it is none of this version's.
    pub(crate) fn read(state: &[u8]) -> Self {
        serde_json::from_slice(state).unwrap_or_default()
    }
}
