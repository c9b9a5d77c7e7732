//! The states of a rollout: what you would say aloud when asked how it stands.

use serde::{Deserialize, Serialize};

use crate::dwell::Dwell;
use crate::tail::Tail;
use crate::{Drift, EpochS, Stack};

/// Where a rollout stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// A stack is being made (or is about to be asked for).
    Provisioning(Provisioning),
    /// Green's tasks start.
    Scaling(Scaling),
    /// New weights are being written or waited for.
    Shifting(Shifting),
    /// At a verified weight, within its wait.
    Dwelling(Dwell),
    /// At a verified weight, its wait over, not going on.
    Holding(Dwell),
    /// At weight 100, the old release still warm.
    Baking(Dwell),
    /// Green is the live release; blue is being retired.
    Promoting(Tail),
    /// The way back to blue.
    RollingBack(RollingBack),
    /// The service is being removed.
    Removing(Tail),
    /// A person is needed.
    Halted(Halted),
    /// Green is live, blue is gone.
    Promoted,
    /// Blue is live, green is gone.
    RolledBack(Cause),
    /// The service is gone.
    Undeployed,
}

/// Making what green needs before it can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provisioning {
    /// What is being made now.
    pub stage: ProvisionStage,
    /// Whether the provider has taken the order.
    pub requested: bool,
}

/// The order of provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProvisionStage {
    /// The init stack, on a first release.
    Init,
    /// Records for names that have none.
    Names,
    /// The green stack.
    Green,
}

impl ProvisionStage {
    /// The stack of the stage, if it makes one.
    #[must_use]
    pub fn stack(self) -> Option<Stack> {
        match self {
            ProvisionStage::Init => Some(Stack::Init),
            ProvisionStage::Names => None,
            ProvisionStage::Green => Some(Stack::Green),
        }
    }
}

/// Waiting for green's tasks and targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaling {
    /// Whether scale-in of both sides is suspended.
    pub suspended: bool,
    /// When green was asked for its tasks; none before.
    pub scaled_at: Option<EpochS>,
    /// Whether a last reading of health was asked for.
    pub confirming: bool,
}

/// Weights on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shifting {
    /// The step whose weight is being written, counted from 0.
    pub step: usize,
    /// When it began.
    pub since: EpochS,
    /// The changes that were accepted; none before.
    pub changes: Option<Vec<String>>,
    /// What somebody else changed meanwhile.
    pub drift: Vec<Drift>,
    /// Whether a person said to write over it.
    pub over_drift: bool,
    /// After a failed write: not before.
    pub not_before: EpochS,
}

/// The way back, and why it is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollingBack {
    /// Why.
    pub cause: Cause,
    /// What is left to do.
    pub tail: Tail,
}

/// A person is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Halted {
    /// Why, in a sentence.
    pub why: String,
    /// Where it stood; a person's `resume` goes on from there.
    pub was: Box<State>,
}

/// Why a rollout goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// An enforcing gate convicted the canary.
    Verdict {
        /// Which.
        gate: String,
        /// Its sentence, with the numbers.
        sentence: String,
    },
    /// Targets or tasks are unhealthy.
    Unhealthy(String),
    /// A hold expired, or trouble with a gate outlasted its patience.
    Inconclusive(String),
    /// A person asked for it, or changed the records towards blue.
    Abort(String),
    /// The cloud refused what the rollout needs.
    CloudErrors(String),
    /// A signal or a lost ledger, where the plan or the place says blue first; credentials that end.
    Interrupted,
}

impl Cause {
    /// The exit code of a clean roll back for this reason (`2-contract`: 10 to 14).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Cause::Verdict { .. } => 10,
            Cause::Unhealthy(_) => 11,
            Cause::Inconclusive(_) => 12,
            Cause::Abort(_) | Cause::Interrupted => 13,
            Cause::CloudErrors(_) => 14,
        }
    }

    /// The reason as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Cause::Verdict { gate, sentence } => format!("gate {gate}: {sentence}"),
            Cause::Unhealthy(why) | Cause::Inconclusive(why) | Cause::CloudErrors(why) => {
                why.clone()
            }
            Cause::Abort(by) => format!("aborted by {by}"),
            Cause::Interrupted => "its driver had to leave".to_owned(),
        }
    }
}

impl State {
    /// Its name, as a person would say it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            State::Provisioning(_) => "provisioning",
            State::Scaling(_) => "scaling",
            State::Shifting(_) => "shifting",
            State::Dwelling(_) => "dwelling",
            State::Holding(_) => "holding",
            State::Baking(_) => "baking",
            State::Promoting(_) => "promoting",
            State::RollingBack(_) => "rolling back",
            State::Removing(_) => "removing",
            State::Halted(_) => "halted",
            State::Promoted => "promoted",
            State::RolledBack(_) => "rolled back",
            State::Undeployed => "undeployed",
        }
    }

    /// The exit code, once it is an end.
    #[must_use]
    pub fn exit_code(&self) -> Option<u8> {
        match self {
            State::Promoted | State::Undeployed => Some(0),
            State::RolledBack(cause) => Some(cause.exit_code()),
            State::Halted(_) => Some(20),
            _ => None,
        }
    }

    /// What somebody else is known to have changed in the records.
    #[must_use]
    pub fn drift(&self) -> &[Drift] {
        match self {
            State::Shifting(shifting) => &shifting.drift,
            State::Halted(halted) => halted.was.drift(),
            state => state.dwell().map_or(&[], |dwell| &dwell.drift),
        }
    }

    /// The dwell, while there is one.
    #[must_use]
    pub fn dwell(&self) -> Option<&Dwell> {
        match self {
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => Some(dwell),
            _ => None,
        }
    }

    /// Whether the new release can still be taken back.
    #[must_use]
    pub fn may_go_back(&self) -> bool {
        match self {
            State::Provisioning(_)
            | State::Scaling(_)
            | State::Shifting(_)
            | State::Dwelling(_)
            | State::Holding(_)
            | State::Baking(_) => true,
            State::Halted(halted) => halted.was.may_go_back(),
            _ => false,
        }
    }
}
