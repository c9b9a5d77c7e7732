//! Facts in the past tense: all that can happen to a rollout.

use serde::{Deserialize, Serialize};

use crate::{Billed, Drift, GateLook, Health, Split, Stack, TrafficSample};

/// What happened. Each is journalled with its instant before the machine learns of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A creation was accepted, or the stack stands already and is ours.
    StackRequested {
        /// Which.
        stack: Stack,
    },
    /// A stack is complete.
    StackReady {
        /// Which.
        stack: Stack,
    },
    /// A stack could not be made; what it had made is being removed by the provider.
    StackFailed {
        /// Which.
        stack: Stack,
        /// The first failing resource and why.
        reason: String,
    },
    /// Records were made for the names that had none, at the live side 100.
    NamesReady,
    /// Scale-in of both sides is suspended (S06).
    ScaleInSuspended,
    /// Green was asked for so many tasks.
    Scaled {
        /// How many.
        tasks: u32,
    },
    /// Health was read.
    HealthRead {
        /// As it was.
        health: Health,
    },
    /// A closed period's traffic was read.
    TrafficRead {
        /// What was served.
        sample: TrafficSample,
        /// What was asked for it, and for readings since the last that came to nothing.
        #[serde(default, skip_serializing_if = "Billed::is_nothing")]
        billed: Billed,
    },
    /// The change batches were accepted, or the records already stood so.
    WeightsWritten {
        /// What they now say.
        split: Split,
        /// The provider's ids of the changes, to ask whether they are in effect.
        changes: Vec<String>,
    },
    /// Every zone is INSYNC and reads back so.
    WeightVerified {
        /// What stands there.
        split: Split,
    },
    /// The records are not what this deployment wrote.
    DriftSeen {
        /// Each name that differs.
        drifts: Vec<Drift>,
    },
    /// The records are what this deployment wrote again.
    DriftGone,
    /// Gates were asked.
    Looked {
        /// When the look began.
        begun_at: crate::EpochS,
        /// What each said.
        looks: Vec<GateLook>,
        /// What was asked for all of them.
        #[serde(default, skip_serializing_if = "Billed::is_nothing")]
        billed: Billed,
    },
    /// The gates that learn have learnt; warnings are about those that failed to.
    Learned {
        /// A sentence each.
        warnings: Vec<String>,
    },
    /// The registry names green as the live side.
    Registered,
    /// The registry no longer knows the service.
    Unregistered,
    /// Stopped-task reasons, exit codes and last log lines are in the journal (S12).
    Preserved {
        /// As they were read.
        lines: Vec<String>,
    },
    /// A deletion was accepted, or there is nothing to delete.
    RemovalRequested {
        /// Of which stack.
        stack: Stack,
        /// What of it stays, since others use it (S17).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stays: Vec<String>,
    },
    /// A stack is gone.
    StackGone {
        /// Which.
        stack: Stack,
    },
    /// A stack could not be deleted.
    StackStuck {
        /// Which.
        stack: Stack,
        /// The resources that are left, by name.
        left: Vec<String>,
    },
    /// The service's records are gone, checked by listing.
    RecordsRemoved,
    /// Scaling is as it was before the run.
    ScaleInRestored,
    /// The people who wanted to know were told, or a warning says why not.
    Notified {
        /// Why not.
        warning: Option<String>,
    },
    /// A call failed for good: its retries are used up, or none made sense.
    CallFailed {
        /// The effect's name, for example `set-weights`.
        effect: String,
        /// What the provider said, in a sentence with a hint.
        why: String,
    },
    /// A person asked to go back to blue.
    AbortAsked {
        /// Who.
        by: String,
    },
    /// A person's word replaces the gates of the current step, or writes over drift.
    PromoteAsked {
        /// Who.
        by: String,
    },
    /// A person wants it to hold.
    PauseAsked {
        /// Who.
        by: String,
    },
    /// A person takes back a pause.
    ResumeAsked {
        /// Who.
        by: String,
    },
    /// A signal asked the driver to leave, and the plan or the place says blue first.
    InterruptAsked,
    /// An instant of `deadline()` has come.
    TimePassed,
}

/// A person's word to a running deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Back to blue.
    Abort,
    /// On to the next step.
    Promote,
    /// Hold.
    Pause,
    /// No longer hold.
    Resume,
}

impl Word {
    /// The event it becomes once the driver has heard it.
    #[must_use]
    pub fn event(self, by: &str) -> Event {
        let by = by.to_owned();
        match self {
            Word::Abort => Event::AbortAsked { by },
            Word::Promote => Event::PromoteAsked { by },
            Word::Pause => Event::PauseAsked { by },
            Word::Resume => Event::ResumeAsked { by },
        }
    }
}
