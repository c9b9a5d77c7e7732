//! The published event record: what the terminal, the lines, NDJSON, the HTML report and `show`
//! are functions of. `schemas/event.v1.json` is generated from these types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Billed, Counts, Drift, EpochS, Mode, Phase, Side, SideHealth, Stack, Standing, Verdict, Weights,
};

/// One thing that happened, told for people and machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventRecord {
    /// Counted from 0 within a deployment, without gaps.
    pub seq: u32,
    /// When, by the cloud's clock: seconds since the epoch.
    pub at: EpochS,
    /// The deployment's id.
    pub deployment: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// A deployment (or an undeployment) began.
    Started(Box<Started>),
    /// A stack was asked for, is there, failed, is going or is gone.
    Stack {
        /// Which.
        stack: Stack,
        /// How it stands.
        status: StackStatus,
        /// Why, when it failed or is stuck; empty otherwise.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Green was asked for so many tasks.
    Scaled {
        /// How many.
        tasks: u32,
    },
    /// A side's health changed.
    Health {
        /// Whose.
        side: Side,
        /// How it is.
        health: SideHealth,
    },
    /// New weights were written; not yet in effect.
    WeightsWritten(Weights),
    /// The weights were read back from every zone.
    WeightsVerified(Weights),
    /// A step began: its weight is verified.
    StepBegan {
        /// Counted from 0.
        step: u32,
        /// preflight, shift or bake.
        phase: Phase,
        /// The weights in effect.
        #[serde(flatten)]
        weights: Weights,
        /// The earliest instant it may go on.
        wait_until: EpochS,
        /// When a hold ends.
        max_wait_until: EpochS,
    },
    /// A gate was asked.
    Looked {
        /// Its name.
        gate: String,
        /// Whether it is obeyed.
        mode: Mode,
        /// What it said.
        verdict: Verdict,
        /// Whether the verdict counts towards a rise (S01).
        counts: bool,
        /// The weights in effect.
        #[serde(flatten)]
        weights: Weights,
    },
    /// The wait of the step is over, and it does not go on; or the reason changed.
    Holding {
        /// Why: each a sentence.
        reasons: Vec<String>,
    },
    /// A closed period's traffic.
    Traffic {
        /// The period's beginning.
        period_begin: EpochS,
        /// Green's requests.
        canary: Counts,
        /// Blue's.
        baseline: Counts,
    },
    /// Somebody else changed the weighted records.
    Drift {
        /// Each name that differs; empty when they are as written again.
        drifts: Vec<Drift>,
    },
    /// A person spoke.
    Word {
        /// abort, promote, pause or resume.
        word: String,
        /// Who.
        by: String,
    },
    /// Something to know.
    Note {
        /// How much it matters.
        level: Level,
        /// A sentence.
        text: String,
    },
    /// The way back began.
    RollingBack {
        /// Why, in a sentence with the numbers.
        why: String,
        /// The exit code it will end with.
        exit_code: u8,
    },
    /// The new release is the live one; the old one is being retired.
    Promoting,
    /// The end.
    Ended(Box<Ended>),
}

/// How a stack stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StackStatus {
    /// Asked for.
    Creating,
    /// Complete.
    Ready,
    /// Not to be had.
    Failed,
    /// Its deletion was asked for.
    Deleting,
    /// Gone.
    Gone,
    /// Not to be deleted.
    Stuck,
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Good to know.
    Info,
    /// Look at it.
    Warning,
}

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Started {
    /// deploy or undeploy.
    pub goal: Goal,
    /// The service's name.
    pub service: String,
    /// Its project.
    pub project: String,
    /// For example `stage`.
    pub environment: String,
    /// For example `eu-west-3`.
    pub region: String,
    /// The version being deployed.
    pub version: String,
    /// The version that serves; none on a first deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_version: Option<String>,
    /// The DNS names.
    pub names: Vec<String>,
    /// The steps that will be taken.
    pub steps: Vec<StepView>,
    /// The gates that guard them.
    pub gates: Vec<GateView>,
    /// Tasks green will get.
    pub tasks: u32,
    /// Seconds to live of the weighted records.
    pub ttl_s: u32,
    /// The weights as it began.
    #[serde(flatten)]
    pub weights: Weights,
}

/// What a run wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// A new release.
    Deploy,
    /// The service gone.
    Undeploy,
}

/// A step, for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepView {
    /// Green's weight, 1 to 100.
    pub weight: u8,
    /// The least time, in seconds.
    pub wait_s: u32,
    /// The longest, in seconds.
    pub max_wait_s: u32,
}

/// A gate, for the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateView {
    /// Its name.
    pub name: String,
    /// `builtin:NAME` or a path.
    pub plugin: String,
    /// Whether it is obeyed.
    pub mode: Mode,
    /// Seconds between looks.
    pub every_s: u32,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// In a word.
    pub outcome: Outcome,
    /// The process's exit code.
    pub exit_code: u8,
    /// Why, in a sentence with the numbers.
    pub why: String,
    /// Seconds from start to end.
    pub took_s: u32,
    /// What green served in all.
    pub canary: Counts,
    /// What blue served meanwhile.
    pub baseline: Counts,
    /// Bad responses of green beyond what blue's rate would have given: the requests harmed.
    pub harmed: u64,
    /// What CloudWatch was asked for, since the start.
    #[serde(flatten)]
    pub billed: Billed,
    /// What stands where.
    pub standing: Vec<Standing>,
    /// What could not be removed, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
    /// The weights as they stand.
    #[serde(flatten)]
    pub weights: Weights,
}

/// How a run ended, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Green is live, blue is gone.
    Promoted,
    /// Blue is live, green is gone.
    RolledBack,
    /// A person is needed.
    Halted,
    /// The driver left; `resume` goes on.
    Interrupted,
    /// The service is gone.
    Undeployed,
}
