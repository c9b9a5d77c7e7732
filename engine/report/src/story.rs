//! What a run prints last: how it ended, why, when, who was harmed, what stands where, what next.

use rollout::{Ended, EpochS, EventRecord, Goal, Mode, Outcome};

use crate::clock::{from_to, took};
use crate::fold::fold;
use crate::numbers::{counted, grouped, traffic};
use crate::picture::{Picture, decision_word};
use crate::price::priced;
use crate::tell::split;
use crate::text::{printable, wrap};

/// Columns of a story that nobody's terminal bounds.
const COLUMNS: u16 = 80;
/// The narrowest and the widest story: long lines are hard to read.
const NARROWEST: u16 = 40;
const WIDEST: u16 = 100;
/// Lines of the story at most.
const MOST_LINES: usize = 15;
/// How a line begins that is there to be copied.
pub(crate) const COMMAND: &str = "ecs-crd ";
/// The label of the price.
const ASKED: &str = "Asked";
/// Columns before the text of a paragraph.
const INDENT: usize = 8;

/// The story of a run: at most 15 lines, each ended by a line break, of the terminal's columns
/// between 40 and 100; without a terminal, of 80.
#[must_use]
pub fn story(events: &[EventRecord], columns: Option<u16>) -> String {
    let columns = bounded(columns);
    let picture = fold(events);
    let mut lines = wrap(&headline(&picture), columns, 2);
    let mut paragraphs = paragraphs(&picture, columns);
    let mut told = labelled(&paragraphs, columns);
    // What it cost matters least to whoever has much to read.
    if lines.len() + told.len() > MOST_LINES {
        paragraphs.retain(|(label, ..)| *label != ASKED);
        told = labelled(&paragraphs, columns);
    }
    lines.extend(told);
    lines.truncate(MOST_LINES);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

pub(crate) fn bounded(columns: Option<u16>) -> usize {
    usize::from(columns.unwrap_or(COLUMNS).clamp(NARROWEST, WIDEST))
}

/// A label, the text, its lines at most.
pub(crate) type Paragraph = (&'static str, String, usize);

pub(crate) fn labelled(paragraphs: &[Paragraph], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (label, text, most) in paragraphs {
        // A command is copied whole, however narrow the terminal is.
        let wrapped = match text.starts_with(COMMAND) {
            true => vec![printable(text)],
            false => wrap(text, columns - INDENT, *most),
        };
        for (at, line) in wrapped.iter().enumerate() {
            let label = if at == 0 { *label } else { "" };
            lines.push(format!("{label:<INDENT$}{line}"));
        }
    }
    lines
}

/// How it ended, in a sentence.
pub(crate) fn headline(picture: &Picture) -> String {
    let title = picture.title();
    let Some(ended) = &picture.ended else {
        return format!(
            "{title} has not ended: it was {} when last heard of.",
            picture.stage.word()
        );
    };
    let old = picture.started.as_ref().and_then(|started| started.baseline_version.clone());
    let sentence = match ended.outcome {
        Outcome::Promoted => format!("Promoted: {title} serves everything."),
        Outcome::RolledBack => match old {
            Some(old) => format!("Rolled back: {title} is taken back, {old} serves everything."),
            None => format!("Rolled back: {title} is taken back; there was no release before it."),
        },
        Outcome::Halted => format!("Halted: {title} needs a person; nothing more is written."),
        Outcome::Interrupted => {
            format!("Interrupted: {title} is neither promoted nor rolled back.")
        }
        Outcome::Undeployed => format!("Undeployed: {title} is gone."),
    };
    format!("{sentence} (exit {})", ended.exit_code)
}

/// The paragraphs after the headline, 13 lines in all and one of the price.
fn paragraphs(picture: &Picture, columns: usize) -> Vec<Paragraph> {
    let mut paragraphs = vec![("Why", why(picture), 3), ("When", when(picture), 2)];
    if picture.started.as_ref().is_none_or(|started| started.goal == Goal::Deploy) {
        paragraphs.push(("Harm", harm(picture), 2));
    }
    let next = next(picture, columns);
    // Whoever has to act needs the commands more than what each gate said last.
    if let Some(gates) = gates(picture).filter(|_| next.len() < 2) {
        paragraphs.push(("Gates", gates, 2));
    }
    if let Some(asked) = asked(picture) {
        paragraphs.push((ASKED, format!("{asked}."), 1));
    }
    paragraphs.push(("Stands", stands(picture), 3));
    for (at, line) in next.into_iter().enumerate() {
        paragraphs.push((if at == 0 { "Next" } else { "" }, line, 1));
    }
    paragraphs
}

/// Why it ended so; while it has not, why it holds.
pub(crate) fn why(picture: &Picture) -> String {
    match (&picture.ended, picture.holds.as_slice()) {
        (Some(ended), _) => ended.why.clone(),
        (None, []) => "its driver is still at work, or left without a word.".to_owned(),
        (None, holds) => holds.join("; "),
    }
}

pub(crate) fn when(picture: &Picture) -> String {
    let end = picture.latest;
    let took_s = picture.ended.as_ref().map_or(end.since_s(picture.began), |ended| ended.took_s);
    let span = format!("{}, {}", from_to(picture.began, end), took(took_s));
    match picture.highest_weight() {
        0 => format!("{span}."),
        highest => {
            format!("{span}; green had up to {highest} for {} in all.", exposed(picture, end))
        }
    }
}

fn exposed(picture: &Picture, end: EpochS) -> String {
    took(picture.exposed_s(end))
}

/// How many requests were harmed, of how many.
pub(crate) fn harm(picture: &Picture) -> String {
    let (canary, baseline) = match &picture.ended {
        Some(Ended { canary, baseline, .. }) => (*canary, *baseline),
        None => (picture.traffic.canary, picture.traffic.baseline),
    };
    if canary.requests == 0 {
        let known = if picture.exposed_s(picture.latest) == 0 {
            "no request harmed: green never had traffic."
        } else {
            "not known: no minute of green's traffic was measured."
        };
        return known.to_owned();
    }
    let harmed = counted(picture.harmed(), "request");
    format!("{harmed} harmed; green: {}; blue: {}.", traffic(canary), traffic(baseline))
}

pub(crate) fn gates(picture: &Picture) -> Option<String> {
    let said: Vec<String> = picture
        .gates
        .iter()
        .map(|row| match &row.last {
            Some(last) => {
                let word = decision_word(last.verdict.decision);
                let observed = match row.view.mode {
                    Mode::Enforce => "",
                    Mode::Observe => " (observed, not obeyed)",
                };
                format!(
                    "{} said {word} last, of {}{observed}",
                    row.view.name,
                    counted(row.looks.into(), "look")
                )
            }
            None => format!("{} was never asked", row.view.name),
        })
        .collect();
    (!said.is_empty()).then(|| format!("{}.", said.join("; ")))
}

/// What CloudWatch was asked for and what that costs; none where nothing was, or while it has not
/// ended.
pub(crate) fn asked(picture: &Picture) -> Option<String> {
    let billed = picture.ended.as_ref()?.billed;
    (!billed.is_nothing()).then(|| priced(billed))
}

fn stands(picture: &Picture) -> String {
    let Some(ended) = &picture.ended else {
        return match picture.weights {
            Some(weights) if picture.verified => format!("{}, verified.", split(weights)),
            Some(weights) => format!("{}, written but not verified.", split(weights)),
            None => "nothing was written.".to_owned(),
        };
    };
    let mut parts: Vec<String> =
        ended.standing.iter().map(|it| format!("{}: {}", it.what, it.state)).collect();
    if parts.is_empty() {
        parts.push("nothing of it".to_owned());
    }
    if !ended.left.is_empty() {
        let left = grouped(ended.left.len() as u64);
        parts.insert(0, format!("NOT REMOVED ({left}): {}", ended.left.join(", ")));
    }
    format!("{}.", parts.join("; "))
}

/// What a person may do now, a line each; nothing where all is done.
pub(crate) fn next(picture: &Picture, columns: usize) -> Vec<String> {
    let id = &picture.deployment;
    // A comment of the shell, so that the line can be copied whole.
    let told = |command: String, does: &str| {
        let whole = format!("{command} # {does}");
        if whole.chars().count() + INDENT <= columns { whole } else { command }
    };
    let resume = told(format!("ecs-crd resume {id}"), "goes on");
    let abort = told(format!("ecs-crd abort {id}"), "gives blue all");
    match picture.ended.as_ref().map(|ended| (ended.outcome, ended.left.is_empty())) {
        Some((Outcome::Halted, _)) => {
            vec!["put right what is said above, then one of".to_owned(), resume, abort]
        }
        Some((Outcome::Interrupted, _)) => vec![resume, abort],
        None => vec!["if it has no driver (`ecs-crd status` tells):".to_owned(), resume, abort],
        Some((_, false)) => vec!["remove by hand what was not removed.".to_owned()],
        Some((_, true)) => Vec::new(),
    }
}
