//! The end report for machines, as `schemas/report.v1.json` describes it.

use std::collections::BTreeMap;

use rollout::{
    Billed, Counts, Drift, EpochS, EventRecord, Goal, Mode, Outcome, Standing, Verdict, What,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fold::fold;
use crate::picture::{GateRow, Picture, WeightChange, is_warning};
use crate::price::dollars;

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The deployment's id.
    pub deployment: String,
    /// deploy or undeploy; absent if the story was told from the middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// The service's name.
    pub service: String,
    /// For example `stage`.
    pub environment: String,
    /// For example `eu-west-3`.
    pub region: String,
    /// The version deployed.
    pub version: String,
    /// The version that served before; absent on a first deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_version: Option<String>,
    /// When it began, in seconds since the epoch.
    pub started_at: EpochS,
    /// When it ended; absent while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<EpochS>,
    /// Seconds from its beginning to its end, or to its latest event.
    pub took_s: u32,
    /// How it ended; absent while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The exit code; absent while it has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u8>,
    /// Why, in a sentence with the numbers; empty while it has not ended.
    pub why: String,
    /// Every write and verification of weights, in order.
    pub weights: Vec<WeightChange>,
    /// What each gate came to, in the order of the file.
    pub gates: Vec<GateSummary>,
    /// What green served in all.
    pub canary: Counts,
    /// What blue served meanwhile.
    pub baseline: Counts,
    /// Bad responses of green beyond what blue's rate would have given: the requests harmed.
    pub harmed: u64,
    /// What CloudWatch was asked for, from the start to the end; 0 while it has not ended.
    #[serde(flatten)]
    pub billed: Billed,
    /// What the metrics cost at most, in US dollars; 0 while it has not ended.
    #[serde(default)]
    pub dollars: f64,
    /// Changes of the weighted records by somebody else.
    pub drift: Vec<DriftSeen>,
    /// What persons said.
    pub words: Vec<WordSpoken>,
    /// Warnings, in order.
    pub warnings: Vec<String>,
    /// What stands where.
    pub standing: Vec<Standing>,
    /// What could not be removed, by name.
    pub left: Vec<String>,
}

/// What a gate came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateSummary {
    /// Its name.
    pub name: String,
    /// `builtin:NAME` or a path.
    pub plugin: String,
    /// Whether it is obeyed.
    pub mode: Mode,
    /// How often it was asked.
    pub looks: u32,
    /// How often it gave each answer, by its word.
    pub answers: BTreeMap<String, u32>,
    /// When it was asked last; absent if it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<EpochS>,
    /// What it said last; absent if it was never asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Verdict>,
}

/// Somebody else's change of the weighted records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftSeen {
    /// When it was noticed.
    pub at: EpochS,
    /// Each name that differed; empty when they were as written again.
    pub drifts: Vec<Drift>,
}

/// A person's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WordSpoken {
    /// When.
    pub at: EpochS,
    /// abort, promote, pause or resume.
    pub word: String,
    /// Who.
    pub by: String,
}

/// The end report of a run.
#[must_use]
pub fn summary(events: &[EventRecord]) -> Report {
    let picture = fold(events);
    let started = picture.started.as_ref();
    let ended = picture.ended.as_ref();
    let billed = ended.map_or_else(Billed::default, |it| it.billed);
    let text = |of: fn(&rollout::Started) -> &String| started.map(of).cloned().unwrap_or_default();
    Report {
        deployment: picture.deployment.clone(),
        goal: started.map(|it| it.goal),
        service: text(|it| &it.service),
        environment: text(|it| &it.environment),
        region: text(|it| &it.region),
        version: text(|it| &it.version),
        baseline_version: started.and_then(|it| it.baseline_version.clone()),
        started_at: picture.began,
        ended_at: ended.map(|_| picture.latest),
        took_s: ended.map_or(picture.latest.since_s(picture.began), |it| it.took_s),
        outcome: ended.map(|it| it.outcome),
        exit_code: ended.map(|it| it.exit_code),
        why: ended.map(|it| it.why.clone()).unwrap_or_default(),
        weights: picture.weight_history.clone(),
        gates: picture.gates.iter().map(gate).collect(),
        canary: ended.map_or(picture.traffic.canary, |it| it.canary),
        baseline: ended.map_or(picture.traffic.baseline, |it| it.baseline),
        harmed: picture.harmed(),
        billed,
        dollars: dollars(billed.metrics_requested),
        drift: events.iter().filter_map(drift).collect(),
        words: events.iter().filter_map(word).collect(),
        warnings: events.iter().filter_map(warning).collect(),
        standing: standing(&picture),
        left: ended.map(|it| it.left.clone()).unwrap_or_default(),
    }
}

fn standing(picture: &Picture) -> Vec<Standing> {
    picture.ended.as_ref().map(|ended| ended.standing.clone()).unwrap_or_default()
}

fn gate(row: &GateRow) -> GateSummary {
    GateSummary {
        name: row.view.name.clone(),
        plugin: row.view.plugin.clone(),
        mode: row.view.mode,
        looks: row.looks,
        answers: row.answers.iter().map(|(word, times)| ((*word).to_owned(), *times)).collect(),
        last_at: row.last.as_ref().map(|look| look.at),
        last: row.last.as_ref().map(|look| look.verdict.clone()),
    }
}

fn drift(record: &EventRecord) -> Option<DriftSeen> {
    let What::Drift { drifts } = &record.what else { return None };
    Some(DriftSeen { at: record.at, drifts: drifts.clone() })
}

fn word(record: &EventRecord) -> Option<WordSpoken> {
    let What::Word { word, by } = &record.what else { return None };
    Some(WordSpoken { at: record.at, word: word.clone(), by: by.clone() })
}

fn warning(record: &EventRecord) -> Option<String> {
    match &record.what {
        What::Note { level, text } if is_warning(*level) => Some(text.clone()),
        _ => None,
    }
}
