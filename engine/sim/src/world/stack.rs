//! A stack's life as instants: what it is at any time follows from them.

use rollout::EpochS;
use runner::StackState;
use serde::{Deserialize, Serialize};

/// A stack from its being asked for on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StackLife {
    /// For example `stage-shop-2`.
    pub(crate) name: String,
    /// The deployment that asked for it.
    pub(crate) token: String,
    pub(crate) asked_at: EpochS,
    /// When it is complete, or has failed.
    pub(crate) settled_at: EpochS,
    /// Why it cannot be made.
    pub(crate) failure: Option<String>,
    pub(crate) removal: Option<Removal>,
}

/// A stack's deletion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Removal {
    pub(crate) asked_at: EpochS,
    /// When it is over.
    pub(crate) over_at: EpochS,
    /// What cannot be deleted.
    pub(crate) left: Vec<String>,
    /// Whether that is a listener kept for another service: the stack itself is gone then.
    pub(crate) kept_for_others: bool,
}

impl StackLife {
    pub(crate) fn state(&self, now: EpochS) -> StackState {
        match &self.removal {
            Some(removal) if now < removal.over_at => StackState::Falling,
            Some(removal) if removal.left.is_empty() || removal.kept_for_others => {
                StackState::Absent
            }
            Some(removal) => StackState::Stuck { left: removal.left.clone() },
            None if now < self.settled_at => StackState::Rising,
            None => match &self.failure {
                Some(reason) => StackState::Failed { reason: reason.clone() },
                None => StackState::Ready,
            },
        }
    }

    /// What its deletion leaves for others who use it.
    pub(crate) fn kept(&self) -> &[String] {
        match &self.removal {
            Some(Removal { kept_for_others: true, left, .. }) => left,
            _ => &[],
        }
    }

    /// Whether its ECS service and target groups are there.
    pub(crate) fn serves(&self, now: EpochS) -> bool {
        let gone = self.removal.as_ref().is_some_and(|removal| now >= removal.over_at);
        self.failure.is_none() && now >= self.settled_at && !gone
    }

    /// Since when its tasks and targets are on their way out.
    pub(crate) fn draining_since(&self) -> Option<EpochS> {
        self.removal.as_ref().map(|removal| removal.asked_at)
    }

    /// Whether another may be made in its place.
    pub(crate) fn is_out_of_the_way(&self, now: EpochS) -> bool {
        self.state(now) == StackState::Absent
    }

    /// What is left of it, for lists.
    pub(crate) fn remains(&self, now: EpochS) -> Option<String> {
        match self.state(now) {
            StackState::Absent if !self.kept().is_empty() => {
                Some(format!("{}: {}", self.name, self.kept().join(", ")))
            }
            StackState::Absent | StackState::Failed { .. } => None,
            StackState::Stuck { left } => Some(format!("{}: {}", self.name, left.join(", "))),
            StackState::Rising | StackState::Ready | StackState::Falling => Some(self.name.clone()),
        }
    }
}
