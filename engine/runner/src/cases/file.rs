//! The case file: what the gate is told, what it should say.

use std::collections::BTreeMap;

use rollout::Limits;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Answered, Content, ExpectedError, ExpectedIssue, ExpectedQuestion, ExpectedVerdict,
    SituationPart, Text,
};

/// One case of a gate: a situation, scripted answers, and what the gate should make of them. Times
/// are whole seconds; all but `started_at` count from the deployment's start, second 0.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "A case of a gate")]
pub struct Case {
    /// What the case shows, in a sentence for people.
    pub title: Option<String>,
    /// The gate's configuration. It is held to the gate's schema and its `check` first.
    #[schemars(extend("default" = {}))]
    pub configuration: Map<String, Value>,
    /// What one evaluation may use up, as in a deployment file.
    pub limits: CaseLimits,
    /// What the gate is told, where it matters: the rest is a healthy canary at weight 10, verified
    /// and with traffic since second 0.
    pub situation: SituationPart,
    /// What the gate learnt from an earlier deployment; empty where left out.
    pub memory: Option<Content>,
    /// The state that the first look begins with; empty where left out.
    pub state: Option<Content>,
    /// The answers to questions of any look, by question id, in which `*` stands for any letters;
    /// of several that fit, an exact id comes first, then the one with most letters.
    pub answers: BTreeMap<String, Answered>,
    /// What is wrong with the configuration, all of it; left out, nothing may be.
    pub check: Option<Vec<ExpectedIssue>>,
    /// The looks, in the order of time. The gate's state goes from look to look by itself.
    pub looks: Vec<CaseLook>,
    /// What the gate's `learn` returns after the last look.
    pub learn: Option<Content>,
}

/// What one evaluation may use up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CaseLimits {
    /// Memory over all its memories, in MiB; 64 where left out.
    #[schemars(range(min = 1, max = 256))]
    pub memory_mib: Option<u32>,
    /// Units of fuel, about one an instruction; 1,000,000,000 where left out.
    #[schemars(range(min = 1, max = 100_000_000_000_u64))]
    pub fuel: Option<u64>,
}

/// A look: questions, answers, a verdict.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseLook {
    /// Seconds from the deployment's start to the look.
    #[schemars(range(max = 31_536_000))]
    pub at: u32,
    /// What has changed since the look before; it holds for later looks, too.
    #[serde(default)]
    pub situation: SituationPart,
    /// Rounds of questions and answers. Left out, there may be any number of them.
    #[schemars(length(min = 1, max = 8))]
    pub rounds: Option<Vec<CaseRound>>,
    /// The verdict that the look ends with; left out, any will do.
    pub verdict: Option<ExpectedVerdict>,
    /// Why the host refuses: the look must end with an error. Not beside `verdict`.
    pub error: Option<ExpectedError>,
    /// What the gate notes in this look.
    pub notes: Option<Text>,
}

/// A round of a look.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CaseRound {
    /// The questions of this round, all of them, in any order. Left out, any will do.
    #[schemars(length(max = 100))]
    pub asks: Option<Vec<ExpectedQuestion>>,
    /// Answers of this round, which come before those of the whole case.
    pub answers: BTreeMap<String, Answered>,
}

impl CaseLimits {
    /// Filled up with the defaults of a deployment file.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            memory_mib: self.memory_mib.unwrap_or(usual.memory_mib),
            fuel: self.fuel.unwrap_or(usual.fuel),
        }
    }
}
