//! Orders in the imperative: each is one short call to the cloud, and repeatable.
//!
//! Nothing here waits. What takes time (a stack, a change of DNS, tasks starting) is asked for by
//! an effect and then watched: `Watch` says what to read meanwhile.

use serde::{Deserialize, Serialize};

use crate::{Side, Split, Stack};

/// What to do now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "kebab-case")]
pub enum Effect {
    /// Ask for a stack; adopt it when it stands and is this deployment's.
    Provision {
        /// Which: init or green.
        stack: Stack,
    },
    /// Make records for the plan's names that have none, at the live side 100.
    EnsureNames,
    /// Suspend scale-in of both sides, remembering the former settings.
    SuspendScaleIn,
    /// Ask for so many tasks of green.
    Scale {
        /// How many.
        tasks: u32,
    },
    /// Read both sides' health, now.
    ReadHealth,
    /// Write the weights of every name by compare-and-swap.
    SetWeights {
        /// What they shall say.
        split: Split,
        /// Whether somebody else's change is written over (a roll back, or a person's word).
        over_drift: bool,
    },
    /// Ask these gates.
    Look {
        /// Their names.
        gates: Vec<String>,
    },
    /// Let the gates learn from a promoted release.
    Learn,
    /// Name green as the live side.
    Register,
    /// Forget the service.
    Unregister,
    /// Save what a deletion would lose: stopped-task reasons, exit codes, last log lines.
    Preserve {
        /// Of which side.
        side: Side,
    },
    /// Ask for the deletion of a stack.
    Retire {
        /// Which.
        stack: Stack,
    },
    /// Delete the service's weighted records by exact value and check by listing.
    RemoveRecords,
    /// Give scaling its former settings back.
    RestoreScaleIn,
    /// Tell the people who wanted to know.
    Notify,
}

impl Effect {
    /// Its name, as the journal and the events spell it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Effect::Provision { .. } => "provision",
            Effect::EnsureNames => "ensure-names",
            Effect::SuspendScaleIn => "suspend-scale-in",
            Effect::Scale { .. } => "scale",
            Effect::ReadHealth => "read-health",
            Effect::SetWeights { .. } => "set-weights",
            Effect::Look { .. } => "look",
            Effect::Learn => "learn",
            Effect::Register => "register",
            Effect::Unregister => "unregister",
            Effect::Preserve { .. } => "preserve",
            Effect::Retire { .. } => "retire",
            Effect::RemoveRecords => "remove-records",
            Effect::RestoreScaleIn => "restore-scale-in",
            Effect::Notify => "notify",
        }
    }
}

/// What to read while waiting; an unchanged reading is no event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Watch {
    /// A stack on its way up: `StackReady` or `StackFailed`.
    Rising(Stack),
    /// A stack on its way down: `StackGone` or `StackStuck`.
    Falling(Stack),
    /// The last write of weights and its change ids: `WeightVerified` or `DriftSeen`.
    Change(Split, Vec<String>),
    /// Both sides' tasks and targets: `HealthRead`.
    Health,
    /// The weighted records: `DriftSeen` or `DriftGone`.
    Drift(Split),
    /// Requests of both sides by the minute: `TrafficRead`.
    Traffic,
}

impl Watch {
    /// Seconds between two readings.
    #[must_use]
    pub fn every_s(&self) -> u32 {
        match self {
            Watch::Rising(_) | Watch::Falling(_) => 2,
            // Route 53 takes five requests a second an account: one GetChange in 5 s is polite.
            Watch::Change(..) | Watch::Health => 5,
            Watch::Drift(_) => 30,
            Watch::Traffic => 60,
        }
    }
}
