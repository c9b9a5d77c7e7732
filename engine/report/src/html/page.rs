//! What the page says in words and tables, ready for the template.

use rollout::{Decision, Finding, FindingStatus, Goal, Mode, Outcome, SideHealth, Started};
use serde::Serialize;

use super::lanes::look_of;
use super::spark::spark;
use crate::clock::{date_time, time_of_day, took};
use crate::numbers::{bad_percent, canary_percent, counted, grouped, quantity};
use crate::picture::decision_word;
use crate::story::asked;
use crate::{GateRow, Picture, Rung};

/// The head of the page.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    title: String,
    outcome: &'static str,
    kind: &'static str,
    why: String,
    facts: Vec<(&'static str, String)>,
    standing: Vec<(String, String)>,
    left: Vec<String>,
}

/// A row of the table of steps.
#[derive(Debug, Serialize)]
pub(super) struct StepRow {
    cells: [String; 8],
}

/// A gate with its last verdict.
#[derive(Debug, Serialize)]
pub(super) struct GateCard {
    name: String,
    plugin: String,
    terms: String,
    kind: &'static str,
    sign: &'static str,
    verdict: String,
    sentence: String,
    findings: Vec<FindingRow>,
}

#[derive(Debug, Serialize)]
struct FindingRow {
    name: String,
    kind: &'static str,
    status: &'static str,
    numbers: [String; 3],
    spark: String,
}

/// A side's health.
#[derive(Debug, Serialize)]
pub(super) struct HealthRow {
    side: &'static str,
    healthy: bool,
    cells: [String; 6],
    reasons: Vec<String>,
}

pub(super) fn head(picture: &Picture) -> Head {
    let (outcome, kind) = outcome(picture);
    let mut head = Head {
        title: picture.started.as_ref().map_or_else(|| "no deployment".to_owned(), title),
        outcome,
        kind,
        why: picture.holds.join("; "),
        facts: Vec::new(),
        standing: Vec::new(),
        left: Vec::new(),
    };
    let mut say = |name, text| head.facts.push((name, text));
    say("deployment", picture.deployment.clone());
    if let Some(started) = &picture.started {
        say("where", format!("{}, {}", started.environment, started.region));
        say("names", started.names.join(", "));
    }
    say("began", format!("{} UTC", date_time(picture.began)));
    if let Some(weights) = &picture.weights {
        say("weights", format!("blue {} / green {}", weights.blue, weights.green));
    }
    if let Some(ended) = &picture.ended {
        say("took", took(ended.took_s));
        say("exit code", ended.exit_code.to_string());
        if picture.started.as_ref().is_some_and(|started| started.goal == Goal::Deploy) {
            say("requests harmed", grouped(ended.harmed));
            say("canary", served(ended.canary));
            say("baseline", served(ended.baseline));
        }
        if let Some(asked) = asked(picture) {
            say("asked for", asked);
        }
        head.why.clone_from(&ended.why);
        head.standing =
            ended.standing.iter().map(|it| (it.what.clone(), it.state.clone())).collect();
        head.left.clone_from(&ended.left);
    } else if let Some((why, _)) = &picture.rolling_back {
        head.why.clone_from(why);
    }
    head
}

fn served(counts: rollout::Counts) -> String {
    crate::numbers::traffic(counts)
}

fn title(started: &Started) -> String {
    let Started { service, environment, version, .. } = started;
    match (started.goal, &started.baseline_version) {
        (Goal::Undeploy, _) => format!("{service} leaves {environment}"),
        (_, Some(old)) => format!("{service} {version} over {old}"),
        (_, None) => format!("{service} {version}, its first release"),
    }
}

fn outcome(picture: &Picture) -> (&'static str, &'static str) {
    match picture.ended.as_ref().map(|ended| ended.outcome) {
        Some(Outcome::Promoted) => ("promoted", "good"),
        Some(Outcome::RolledBack) => ("rolled back", "bad"),
        Some(Outcome::Halted) => ("halted: a person is needed", "error"),
        Some(Outcome::Interrupted) => ("interrupted", "warning"),
        Some(Outcome::Undeployed) => ("undeployed", "good"),
        None if picture.rolling_back.is_some() => ("rolling back", "bad"),
        None => ("under way", "warning"),
    }
}

pub(super) fn step_row(rung: &Rung) -> StepRow {
    let began = rung.began.unwrap_or_default();
    let lasted = rung.left.map_or_else(|| "goes on".to_owned(), |left| took(left.since_s(began)));
    let cells = [
        if rung.view.weight == 100 { "bake" } else { "shift" }.to_owned(),
        format!("{} %", rung.view.weight),
        time_of_day(began),
        lasted,
        quantity(canary_percent(rung.canary, rung.baseline), "%"),
        grouped(rung.canary.requests),
        quantity(bad_percent(rung.canary), "%"),
        quantity(bad_percent(rung.baseline), "%"),
    ];
    StepRow { cells }
}

pub(super) fn gate_card(gate: &GateRow) -> GateCard {
    let mode = match gate.view.mode {
        Mode::Enforce => "obeyed",
        Mode::Observe => "observed, not obeyed",
    };
    let terms = format!(
        "{mode}, every {}, {}",
        took(gate.view.every_s),
        counted(gate.looks.into(), "look")
    );
    let mut card = GateCard {
        name: gate.view.name.clone(),
        plugin: gate.view.plugin.clone(),
        terms,
        kind: "none",
        sign: "",
        verdict: "not asked".to_owned(),
        sentence: String::new(),
        findings: Vec::new(),
    };
    if let Some(look) = &gate.last {
        let decision = look.verdict.decision;
        (card.kind, card.sign) = look_of(decision);
        let early = decision == Decision::Promote && !look.counts;
        let early = if early { ", no evidence of that weight yet" } else { "" };
        let (name, at) = (decision_word(decision), time_of_day(look.at));
        card.verdict = format!("{name} ({}) at {at}{early}", look.verdict.code);
        card.sentence.clone_from(&look.verdict.sentence);
        card.findings = look.verdict.findings.iter().map(finding_row).collect();
    }
    card
}

fn finding_row(finding: &Finding) -> FindingRow {
    let (kind, status) = match finding.status {
        FindingStatus::Ok => ("good", "ok"),
        FindingStatus::Warning => ("warning", "near"),
        FindingStatus::Bad => ("bad", "beyond"),
        FindingStatus::NoData => ("none", "no data"),
    };
    let number = |value| quantity(value, &finding.unit);
    FindingRow {
        name: finding.name.clone(),
        kind,
        status,
        numbers: [finding.canary, finding.baseline, finding.limit].map(number),
        spark: spark(&finding.series),
    }
}

pub(super) fn health_rows(picture: &Picture) -> Vec<HealthRow> {
    let sides = [("green, the new release", &picture.green), ("blue, the old one", &picture.blue)];
    let row = |(side, health): (&'static str, &Option<SideHealth>)| {
        health.as_ref().map(|health| health_row(side, health))
    };
    sides.into_iter().filter_map(row).collect()
}

fn health_row(side: &'static str, health: &SideHealth) -> HealthRow {
    let cells = [
        format!("{} of {}", health.tasks_running, health.tasks_desired),
        health.targets_healthy.to_string(),
        health.targets_unhealthy.to_string(),
        health.targets_initial.to_string(),
        health.targets_draining.to_string(),
        health.tasks_crashed.to_string(),
    ];
    let reasons = health.unhealthy_reasons.iter().chain(&health.crash_reasons).cloned().collect();
    HealthRow { side, healthy: health.may_serve(), cells, reasons }
}
