//! The journal's records: what was intended, what happened, and how it began.

use std::collections::BTreeMap;

use rollout::{Effect, EpochS, Event, Goal, Ground, Plan};
use serde::{Deserialize, Serialize};

use crate::question::{Answer, Question, Situation, Turn};

/// A line of the journal: sequence numbers are counted from 0 and cannot be taken twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub seq: u32,
    /// The cloud's clock when it was written.
    pub at: EpochS,
    /// What it says.
    pub record: Record,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    /// Always the first, and only that.
    Began(Box<Began>),
    /// An effect is about to be tried.
    Intended {
        /// Which.
        effect: Effect,
    },
    /// Something happened.
    Happened {
        /// What.
        event: Event,
        /// The number of the person's word it comes from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<u32>,
    },
    /// Something to know that changes nothing, for the report.
    Noted {
        /// Whether to look at it.
        warning: bool,
        /// A sentence.
        text: String,
    },
    /// The driver left before the end; `resume` goes on.
    Left {
        /// Why, in a sentence.
        why: String,
    },
    /// Another driver took over.
    Resumed {
        /// Who.
        by: String,
    },
}

/// How a run began: all a resume needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Began {
    /// A new release, or the service gone.
    pub goal: Goal,
    /// What is to be done.
    pub plan: Plan,
    /// `plan.hash()`, checked on resume.
    pub plan_hash: String,
    /// What was found.
    pub ground: Ground,
    /// The deployment file's text.
    pub file_text: String,
    /// What was given beside it: environment, region, …
    pub parameters: BTreeMap<String, String>,
    /// Gate name → SHA-256 of its component, in hex; the bytes are kept in the ledger.
    pub components: BTreeMap<String, String>,
    /// The program's version.
    pub version: String,
    /// Who began it.
    pub by: String,
}

/// One look at one gate, kept whole so that it can be replayed bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The gate's name.
    pub gate: String,
    /// Counted from 0 for each gate.
    pub number: u32,
    /// As the gate was told in the first round; later ones differ in `round` alone.
    pub situation: Situation,
    /// The state before.
    #[serde(with = "crate::base64_text")]
    pub state_before: Vec<u8>,
    /// Questions, their answers, and the turn that followed.
    pub rounds: Vec<Round>,
    /// The verdict that was drawn from it, the host's own included.
    pub verdict: rollout::Verdict,
    /// What it rests on.
    pub evidence: rollout::Evidence,
    /// The state after; as before when the look ended in an error.
    #[serde(with = "crate::base64_text")]
    pub state_after: Vec<u8>,
}

/// One round of a look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// What the gate asked.
    pub questions: Vec<Question>,
    /// What it was answered.
    pub answers: Vec<Answer>,
    /// What it made of it; none when it failed.
    pub turn: Option<Turn>,
}
