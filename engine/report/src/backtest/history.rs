//! What came of a backtest over past deployments: what each gate would have said, against what was
//! decided.

use rollout::{Decision, EpochS, Outcome};
use schemars::JsonSchema;
use serde::Serialize;

use super::Line;
use crate::clock::span;
use crate::numbers::counted;
use crate::picture::decision_word;
use crate::table::columns;
use crate::tell::outcome_word;
use crate::text::fit;

/// Columns of a reason.
const REASON: usize = 110;

/// Gates over past deployments, side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryBacktest {
    /// The gates, in the order of the tables.
    pub gates: Vec<String>,
    /// The deployments, newest first.
    pub runs: Vec<PastRun>,
}

/// A past deployment.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PastRun {
    /// Its id.
    pub deployment: String,
    /// The service's name.
    pub service: String,
    /// The version deployed.
    pub version: String,
    /// When it began, in seconds since the epoch.
    pub began: EpochS,
    /// How it ended; absent while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Its exit code; absent while it has not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u8>,
    /// When that was decided: the way back began, or the old release was retired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<EpochS>,
    /// Why, in a sentence; empty while it has not ended.
    pub why: String,
    /// What each gate would have said.
    pub would: Vec<Would>,
}

/// What a gate would have said of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Would {
    /// The gate.
    pub gate: String,
    /// Its roll back, else its last answer.
    pub decision: Decision,
    /// When, in seconds since the epoch.
    pub at: EpochS,
    /// The canary's weight then.
    pub weight: u8,
    /// The verdict's word.
    pub code: String,
    /// The verdict's sentence.
    pub sentence: String,
    /// How many looks it had, up to then.
    pub looks: u32,
    /// In how many of them it asked for what is not recorded: those are no data.
    pub not_recorded: u32,
    /// What that was, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not_recorded: Option<String>,
    /// Each change of its answer, and when.
    pub course: Vec<(EpochS, Decision)>,
}

/// A gate against what was decided, over deployments that were promoted or convicted by a gate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Agreement {
    /// The gate.
    pub gate: String,
    /// Convicted then, and by this gate.
    pub both_rolled_back: u32,
    /// Convicted then, and not by this gate.
    pub let_pass: u32,
    /// Promoted then, and convicted by this gate.
    pub rolled_back_alone: u32,
    /// Promoted then, and not convicted.
    pub both_passed: u32,
    /// Not to be judged: it asked for what is not recorded, or had no look.
    pub no_data: u32,
}

/// For machines: a line a deployment, and a line a gate.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn history_ndjson(backtest: &HistoryBacktest) -> serde_json::Result<String> {
    let agreements = agreements(backtest);
    let runs = backtest.runs.iter().map(Line::Deployment);
    let lines = runs.chain(agreements.iter().map(Line::Agreement));
    lines.map(|line| Ok(serde_json::to_string(&line)? + "\n")).collect()
}

/// For people: a row a deployment, the reasons below it, and how far each gate agrees.
#[must_use]
pub fn history_text(backtest: &HistoryBacktest) -> String {
    let gates = &backtest.gates;
    let head = ["DEPLOYMENT", "SERVICE", "DECIDED"].map(str::to_owned).into_iter();
    let mut rows = vec![head.chain(gates.iter().cloned()).collect::<Vec<_>>()];
    for run in &backtest.runs {
        let service = format!("{} {}", run.service, run.version);
        let fixed = [run.deployment.clone(), service, decided(run)].into_iter();
        rows.push(fixed.chain(run.would.iter().map(|would| said(run, would))).collect());
    }
    let mut lines = columns(&rows).into_iter();
    let mut text = lines.next().map(|head| head + "\n").unwrap_or_default();
    for (run, line) in backtest.runs.iter().zip(lines) {
        text.push_str(&format!("{line}\n"));
        for would in &run.would {
            text.push_str(&format!("  {}: {}\n", would.gate, fit(&reason(would), REASON)));
        }
    }
    text.push('\n');
    for it in agreements(backtest) {
        text.push_str(&format!("{}: {}\n", it.gate, agreement(&it)));
    }
    text
}

/// `rolled back (10), 5m45s`
pub(crate) fn decided(run: &PastRun) -> String {
    match (run.outcome, run.exit_code) {
        (Some(outcome), Some(code)) => {
            let after = run.decided_at.map(|at| format!(", {}", span(at.since_s(run.began))));
            format!("{} ({code}){}", outcome_word(outcome), after.unwrap_or_default())
        }
        _ => "unfinished".to_owned(),
    }
}

/// `roll back, 5m45s at 10 %`
pub(crate) fn said(run: &PastRun, would: &Would) -> String {
    let word = decision_word(would.decision);
    match would.decision {
        Decision::Rollback => {
            format!("{word}, {} at {} %", span(would.at.since_s(run.began)), would.weight)
        }
        _ => word.to_owned(),
    }
}

pub(crate) fn reason(would: &Would) -> String {
    match &would.why_not_recorded {
        Some(why) if would.decision == Decision::NoData => {
            let looks = counted(would.looks.into(), "look");
            format!("{} of {looks} not to be judged: {why}", would.not_recorded)
        }
        _ => would.sentence.clone(),
    }
}

/// How far each gate agrees with what was decided.
pub(crate) fn agreements(backtest: &HistoryBacktest) -> Vec<Agreement> {
    let of = |gate: &String| {
        let mut all = Agreement { gate: gate.clone(), ..Agreement::default() };
        for run in &backtest.runs {
            let Some(would) = run.would.iter().find(|it| it.gate == *gate) else { continue };
            let convicts = would.decision == Decision::Rollback;
            let counted = match run.exit_code {
                Some(0 | 10) if would.decision == Decision::NoData => &mut all.no_data,
                Some(10) if convicts => &mut all.both_rolled_back,
                Some(10) => &mut all.let_pass,
                Some(0) if convicts => &mut all.rolled_back_alone,
                Some(0) => &mut all.both_passed,
                _ => continue,
            };
            *counted += 1;
        }
        all
    };
    backtest.gates.iter().map(of).collect()
}

/// `of 3 promoted it convicts 1; of 2 convicted it convicts 2; 1 not to be judged`
pub(crate) fn agreement(it: &Agreement) -> String {
    let promoted = it.rolled_back_alone + it.both_passed;
    let convicted = it.both_rolled_back + it.let_pass;
    let unjudged = match it.no_data {
        0 => String::new(),
        count => format!("; {count} not to be judged"),
    };
    format!(
        "of {promoted} promoted it convicts {}, of {convicted} convicted {}{unjudged}",
        it.rolled_back_alone, it.both_rolled_back
    )
}
