//! What a follower of a run sees at one moment: folded from its events, drawn by every output.

use std::collections::BTreeMap;

use rollout::{
    Counts, Decision, Drift, Ended, EpochS, GateView, Level, Phase, SideHealth, Stack, StackStatus,
    Started, StepView, Verdict, Weights,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tell::Told;

/// The view model of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// The deployment's id; empty before the first event.
    pub deployment: String,
    /// When it began.
    pub began: EpochS,
    /// When the latest event happened.
    pub latest: EpochS,
    /// What it is about; none if the story was told from the middle.
    pub started: Option<Started>,
    /// What it is doing.
    pub stage: Stage,
    /// The steps, in rising weight.
    pub ladder: Vec<Rung>,
    /// The index of the step that began last.
    pub step: Option<usize>,
    /// The weights written last.
    pub weights: Option<Weights>,
    /// Whether they were read back.
    pub verified: bool,
    /// Every write and verification, in order.
    pub weight_history: Vec<WeightChange>,
    /// What the present step waits for.
    pub wait: Option<Wait>,
    /// A row a gate, in the order of the file.
    pub gates: Vec<GateRow>,
    /// The new release's health, once read.
    pub green: Option<SideHealth>,
    /// The old release's.
    pub blue: Option<SideHealth>,
    /// How each stack stood last.
    pub stacks: BTreeMap<Stack, StackStatus>,
    /// Why the step does not go on though its wait is over.
    pub holds: Vec<String>,
    /// What somebody else changed and did not change back.
    pub drifts: Vec<Drift>,
    /// Requests of both sides.
    pub traffic: Traffic,
    /// The reason of the way back and its exit code, once it began.
    pub rolling_back: Option<(String, u8)>,
    /// The end, once there is one.
    pub ended: Option<Ended>,
    /// Stage, wait and holds of a run that was halted or left: it may go on.
    pub(crate) left: Option<(Stage, Option<Wait>, Vec<String>)>,
    /// What was news, in order.
    pub told: Vec<Told>,
    /// What was said last of each subject: the same again is no news.
    pub(crate) said: BTreeMap<String, String>,
}

/// What a run is doing, as a person would say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Stacks and tasks are being made.
    #[default]
    Preparing,
    /// New weights were written and are not yet verified.
    Shifting,
    /// A step's wait is running.
    Waiting,
    /// The wait is over and something keeps the step from going on.
    Holding,
    /// Green has everything, blue is warm.
    Baking,
    /// The old release is being retired.
    Promoting,
    /// Blue gets everything back.
    RollingBack,
    /// An undeployment removes the service.
    Removing,
    /// It is over.
    Ended,
}

impl Stage {
    /// In a word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Stage::Preparing => "preparing",
            Stage::Shifting => "shifting",
            Stage::Waiting => "waiting",
            Stage::Holding => "holding",
            Stage::Baking => "baking",
            Stage::Promoting => "promoting",
            Stage::RollingBack => "rolling back",
            Stage::Removing => "removing",
            Stage::Ended => "ended",
        }
    }
}

/// A step of the plan and how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The step.
    pub view: StepView,
    /// When its weight was verified; none if it was not reached.
    pub began: Option<EpochS>,
    /// When it was left; none while it lasts.
    pub left: Option<EpochS>,
    /// What green served in the periods that began during the step.
    pub canary: Counts,
    /// What blue served in them.
    pub baseline: Counts,
}

/// A change of the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeightChange {
    /// When.
    pub at: EpochS,
    /// Whether the weights were read back from every zone; otherwise they were only written.
    pub verified: bool,
    /// The weights.
    #[serde(flatten)]
    pub weights: Weights,
}

/// The wait of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// preflight, shift or bake.
    pub phase: Phase,
    /// When it began.
    pub from: EpochS,
    /// The earliest instant it may go on.
    pub until: EpochS,
    /// When a hold ends.
    pub max_until: EpochS,
}

/// A gate and what it said.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRow {
    /// The gate.
    pub view: GateView,
    /// How often it was asked.
    pub looks: u32,
    /// How often it gave each answer.
    pub answers: BTreeMap<&'static str, u32>,
    /// What it said last.
    pub last: Option<LastLook>,
}

/// A look at a gate.
#[derive(Clone, Debug, PartialEq)]
pub struct LastLook {
    /// When.
    pub at: EpochS,
    /// What it said.
    pub verdict: Verdict,
    /// Whether it counts towards a rise.
    pub counts: bool,
    /// The weights then.
    pub weights: Weights,
}

/// Requests of both sides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Green's, in all.
    pub canary: Counts,
    /// Blue's, in all.
    pub baseline: Counts,
    /// Bad responses of green beyond what blue's rate would have given, up to the latest event.
    pub harmed: f64,
    /// The newest closed period: its beginning, green's and blue's.
    pub newest: Option<(EpochS, Counts, Counts)>,
}

impl Picture {
    /// The highest weight green was verified to have, 0 to 100.
    #[must_use]
    pub fn highest_weight(&self) -> u8 {
        let verified = self.weight_history.iter().filter(|it| it.verified);
        verified.map(|it| it.weights.green).max().unwrap_or(0)
    }

    /// Seconds during which green had any weight, up to `now`.
    #[must_use]
    pub fn exposed_s(&self, now: EpochS) -> u32 {
        let ends = self.weight_history.iter().skip(1).map(|it| it.at).chain([now]);
        let spans = self.weight_history.iter().zip(ends);
        let serving = spans.filter(|(change, _)| change.weights.green > 0);
        serving.map(|(change, end)| end.since_s(change.at)).fold(0, u32::saturating_add)
    }

    /// The share green was seen to get in the present step, 0 to 1; none before its first period.
    #[must_use]
    pub fn observed_share(&self) -> Option<f64> {
        let rung = self.ladder.get(self.step?)?;
        if self.weights?.green != rung.view.weight {
            return None;
        }
        let all = rung.canary.requests.saturating_add(rung.baseline.requests);
        (all > 0).then(|| crate::numbers::share(rung.canary.requests, all))
    }

    /// `shop 1.5.0`, or the deployment's id where nobody said what it is about.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.started {
            Some(started) if started.version.is_empty() => started.service.clone(),
            Some(started) => format!("{} {}", started.service, started.version),
            None => self.deployment.clone(),
        }
    }

    /// Requests harmed: the end's own number, until then the running one.
    #[must_use]
    pub fn harmed(&self) -> u64 {
        self.ended
            .as_ref()
            .map_or(self.traffic.harmed.max(0.0).round() as u64, |ended| ended.harmed)
    }
}

/// A decision in the word of the published events.
pub(crate) fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Promote => "promote",
        Decision::Hold => "hold",
        Decision::Rollback => "rollback",
        Decision::NoData => "no data",
        Decision::Error => "error",
    }
}

/// A phase in a word.
pub(crate) fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Preflight => "preflight",
        Phase::Shift => "shift",
        Phase::Bake => "bake",
    }
}

/// Whether a note asks to be looked at.
pub(crate) fn is_warning(level: Level) -> bool {
    level == Level::Warning
}
