//! An event in words: what the lines, the log of the page and the last events of the live view say.

use rollout::{
    Decision, Drift, Ended, EpochS, EventRecord, Goal, Mode, Outcome, Side, SideHealth, Stack,
    StackStatus, Started, Verdict, Weights, What,
};

use crate::clock::{time_of_day, took};
use crate::numbers::{counted, finding};
use crate::picture::{Picture, decision_word, is_warning, phase_word};

/// An event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: EpochS,
    /// How it should look.
    pub tone: Tone,
    /// What it is about, in a word of at most eight letters.
    pub kind: &'static str,
    /// What happened.
    pub text: String,
    /// What the same key of the same subject would repeat.
    pub(crate) subject: String,
    pub(crate) key: String,
}

/// How something should look, colour being only one way to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A step on the way.
    Plain,
    /// What one hoped for.
    Good,
    /// What one should look at.
    Warn,
    /// What went wrong.
    Bad,
}

/// What an event says; none where it says nothing to people. `before` is the picture without it.
pub(crate) fn tell(record: &EventRecord, before: &Picture) -> Option<Told> {
    let (tone, kind, text) = match &record.what {
        What::Started(started) => (Tone::Plain, "start", start(&record.deployment, started)),
        What::Stack { stack, status, reason } => stack_told(*stack, *status, reason),
        What::Scaled { tasks } => {
            (Tone::Plain, "scale", format!("green: {} asked for", counted((*tasks).into(), "task")))
        }
        What::Health { side, health } => health_told(*side, health),
        What::WeightsWritten(weights) => {
            (Tone::Plain, "weight", format!("{} written", split(*weights)))
        }
        What::WeightsVerified(weights) => {
            (Tone::Good, "weight", format!("{} verified", split(*weights)))
        }
        What::StepBegan { .. } => (Tone::Plain, "step", step(&record.what, before)?),
        What::Looked { gate, mode, verdict, counts, .. } => {
            return Some(looked(record.at, gate, *mode, verdict, *counts));
        }
        What::Holding { reasons } => return Some(holding(record.at, reasons, before)),
        What::Traffic { .. } => return None,
        What::Drift { drifts } => drift_told(drifts),
        What::Word { word, by } => (Tone::Warn, "word", format!("{word}, said by {by}")),
        What::Note { level, text } if is_warning(*level) => (Tone::Warn, "warning", text.clone()),
        What::Note { text, .. } => (Tone::Plain, "note", text.clone()),
        What::RollingBack { why, exit_code } => {
            (Tone::Bad, "back", format!("rolling back: {why} (exit {exit_code})"))
        }
        What::Promoting => (Tone::Good, "promote", promoting(before).to_owned()),
        What::Ended(ended) => ended_told(ended),
    };
    let subject = subject(&record.what);
    Some(Told { at: record.at, tone, kind, key: text.clone(), text, subject })
}

/// What an event is about, as finely as its repetition would be noise.
fn subject(what: &What) -> String {
    match what {
        What::Stack { stack, .. } => format!("stack {}", stack_word(*stack)),
        What::Health { side, .. } => format!("health {}", side_word(*side)),
        What::WeightsWritten(_) | What::WeightsVerified(_) => "weight".to_owned(),
        What::Note { text, .. } => format!("note {}", without_numbers(text)),
        What::Drift { .. } => "drift".to_owned(),
        What::Word { .. } => "word".to_owned(),
        What::StepBegan { .. } => "step".to_owned(),
        _ => "run".to_owned(),
    }
}

fn start(deployment: &str, started: &Started) -> String {
    let place = format!("{}, {}", started.environment, started.region);
    let service = &started.service;
    if started.goal == Goal::Undeploy {
        return format!("{deployment}: undeploy {service} ({place})");
    }
    let over = match &started.baseline_version {
        Some(version) => format!("over {version}"),
        None => "for the first time".to_owned(),
    };
    let steps: Vec<String> = started.steps.iter().map(|step| step.weight.to_string()).collect();
    let version = &started.version;
    format!("{deployment}: {service} {version} {over} ({place}); green gets {}", steps.join(", "))
}

fn promoting(before: &Picture) -> &'static str {
    let started = before.started.as_ref();
    match started.is_some_and(|started| started.baseline_version.is_none()) {
        true => "green is the live release",
        false => "green is the live release; blue is being retired",
    }
}

fn stack_told(stack: Stack, status: StackStatus, reason: &str) -> (Tone, &'static str, String) {
    let (tone, word) = match status {
        StackStatus::Creating => (Tone::Plain, "is being created"),
        StackStatus::Ready => (Tone::Good, "is ready"),
        StackStatus::Failed => (Tone::Bad, "failed"),
        StackStatus::Deleting if reason.is_empty() => (Tone::Plain, "is being deleted"),
        StackStatus::Deleting => (Tone::Warn, "is being deleted but for this"),
        StackStatus::Gone => (Tone::Plain, "is gone"),
        StackStatus::Stuck => (Tone::Bad, "cannot be deleted"),
    };
    let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    (tone, "stack", format!("the {} stack {word}{why}", stack_word(stack)))
}

fn health_told(side: Side, health: &SideHealth) -> (Tone, &'static str, String) {
    let tone = match health {
        it if it.may_serve() => Tone::Good,
        it if it.targets_unhealthy > 0 || it.tasks_crashed > 0 => Tone::Bad,
        _ => Tone::Plain,
    };
    let mut text = format!("{}: {}", side_word(side), health_text(health));
    let crashes = health.crashes_told();
    let reasons = health.unhealthy_reasons.iter().map(String::as_str);
    let reasons: Vec<_> = reasons.chain([crashes.as_str()]).filter(|it| !it.is_empty()).collect();
    if !reasons.is_empty() {
        text = format!("{text}: {}", reasons.join("; "));
    }
    (tone, "health", text)
}

/// `2 of 2 tasks run; targets: 2 healthy, 1 unhealthy`.
pub(crate) fn health_text(health: &SideHealth) -> String {
    let targets: Vec<String> = [
        (health.targets_healthy, "healthy"),
        (health.targets_unhealthy, "unhealthy"),
        (health.targets_initial, "not judged yet"),
        (health.targets_draining, "draining"),
    ]
    .into_iter()
    .filter(|(count, word)| *count > 0 || *word == "healthy")
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let mut text = format!(
        "{} of {} tasks run; targets: {}",
        health.tasks_running,
        health.tasks_desired,
        targets.join(", ")
    );
    if health.groups_empty > 0 {
        text = format!("{text}; {} empty", counted(health.groups_empty.into(), "target group"));
    }
    if health.tasks_crashed > 0 {
        text = format!("{text}; {} crashed", counted(health.tasks_crashed.into(), "task"));
    }
    text
}

fn step(what: &What, before: &Picture) -> Option<String> {
    let What::StepBegan { phase, weights, wait_until, max_wait_until, .. } = what else {
        return None;
    };
    let steps = before.ladder.len();
    let rung = before.ladder.iter().position(|rung| rung.view.weight == weights.green);
    let name = match (rung, weights.green) {
        (Some(at), weight) => format!("step {} of {steps}, green at {weight}", at + 1),
        (None, weight) => format!("green at {weight}"),
    };
    Some(format!(
        "{} ({name}): asks to go on from {}, holds until {} at most",
        phase_word(*phase),
        time_of_day(*wait_until),
        time_of_day(*max_wait_until)
    ))
}

fn looked(at: EpochS, gate: &str, mode: Mode, verdict: &Verdict, counts: bool) -> Told {
    let decision = verdict.decision;
    let word = decision_word(decision);
    let observed = if mode == Mode::Observe { " (observed, not obeyed)" } else { "" };
    let uncounted = match (decision, mode) {
        (Decision::Promote, Mode::Enforce) if !counts => " (does not count yet)",
        _ => "",
    };
    let mut text = format!("{gate}: {word}{observed}{uncounted}: {}", verdict.sentence);
    if decision == Decision::Rollback && !verdict.findings.is_empty() {
        let numbers: Vec<String> = verdict.findings.iter().map(finding).collect();
        text = format!("{text} [{}]", numbers.join("; "));
    }
    let key = format!("{word} {} {counts}", verdict.code);
    let tone = decision_tone(decision);
    Told { at, tone, kind: "gate", text, subject: format!("gate {gate}"), key }
}

/// How a decision looks.
pub(crate) fn decision_tone(decision: Decision) -> Tone {
    match decision {
        Decision::Promote => Tone::Good,
        Decision::Hold => Tone::Plain,
        Decision::NoData | Decision::Error => Tone::Warn,
        Decision::Rollback => Tone::Bad,
    }
}

/// A hold is news when another gate or another trouble is its reason, not when a number moved.
fn holding(at: EpochS, reasons: &[String], before: &Picture) -> Told {
    let names: Vec<String> =
        before.gates.iter().map(|row| format!("{}: ", row.view.name)).collect();
    let head = |reason: &String| {
        let gate = names.iter().find(|name| reason.starts_with(name.as_str()));
        gate.map_or_else(|| without_numbers(reason), Clone::clone)
    };
    let key = reasons.iter().map(head).collect::<Vec<_>>().join("; ");
    let text = format!("the wait is over, but {}", reasons.join("; "));
    Told { at, tone: Tone::Warn, kind: "hold", text, subject: "hold".to_owned(), key }
}

fn drift_told(drifts: &[Drift]) -> (Tone, &'static str, String) {
    if drifts.is_empty() {
        return (Tone::Good, "drift", "the records are as they were written again".to_owned());
    }
    let said: Vec<String> = drifts.iter().map(drift_text).collect();
    (Tone::Bad, "drift", format!("somebody else changed {}", said.join("; ")))
}

/// `shop.example.com: blue 50 / green 50 stands where blue 90 / green 10 was written`.
pub(crate) fn drift_text(drift: &Drift) -> String {
    let Drift { name, expected, found, towards_blue } = drift;
    let abort = if *towards_blue { " (towards blue: taken as an abort)" } else { "" };
    format!("{name}: {found} stands where {expected} was written{abort}")
}

fn ended_told(ended: &Ended) -> (Tone, &'static str, String) {
    let tone = outcome_tone(ended.outcome);
    let text = format!(
        "{} after {}, exit {}: {}",
        outcome_word(ended.outcome),
        took(ended.took_s),
        ended.exit_code,
        ended.why
    );
    (tone, "end", text)
}

/// How an outcome looks.
pub(crate) fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Promoted | Outcome::Undeployed => Tone::Good,
        Outcome::RolledBack | Outcome::Halted => Tone::Bad,
        Outcome::Interrupted => Tone::Warn,
    }
}

/// An outcome in a word or two.
pub(crate) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Promoted => "promoted",
        Outcome::RolledBack => "rolled back",
        Outcome::Halted => "halted",
        Outcome::Interrupted => "interrupted",
        Outcome::Undeployed => "undeployed",
    }
}

/// `blue 90 / green 10`.
pub(crate) fn split(weights: Weights) -> String {
    format!("blue {} / green {}", weights.blue, weights.green)
}

fn side_word(side: Side) -> &'static str {
    match side {
        Side::Blue => "blue",
        Side::Green => "green",
    }
}

fn stack_word(stack: Stack) -> &'static str {
    match stack {
        Stack::Init => "init",
        Stack::Green => "green",
        Stack::Blue => "blue",
    }
}

fn without_numbers(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}
