//! Where a run stands, for `status`: what the story says so far, and what was seen from outside.

use rollout::{EpochS, EventRecord, Goal, Standing};

use crate::clock::took;
use crate::fold::fold;
use crate::picture::Picture;
use crate::story::{COMMAND, Paragraph, bounded, gates, harm, headline, labelled, next, when, why};
use crate::tell::split;
use crate::text::wrap;

/// What is seen from outside while one looks at a run.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Who drives it; none when nobody does.
    pub driver: Option<String>,
    /// The cloud's clock.
    pub now: EpochS,
    /// What stands in the cloud.
    pub standing: Vec<Standing>,
}

/// Where a run stands, each line ended by a line break; the columns as for the story.
#[must_use]
pub fn status(events: &[EventRecord], seen: &Seen, columns: Option<u16>) -> String {
    let columns = bounded(columns);
    let picture = fold(events);
    let is_driven = picture.ended.is_none() && seen.driver.is_some();
    let sentence = match is_driven {
        true => format!("{} is {}.", picture.title(), picture.stage.word()),
        false => headline(&picture),
    };
    let mut lines = vec![picture.deployment.clone()];
    lines.extend(wrap(&sentence, columns, 2));
    lines.extend(labelled(&paragraphs(&picture, seen, columns), columns));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn paragraphs(picture: &Picture, seen: &Seen, columns: usize) -> Vec<Paragraph> {
    let has_ended = picture.ended.is_some();
    let mut parts = Vec::new();
    if has_ended || !picture.holds.is_empty() {
        parts.push(("Why", why(picture), 3));
    }
    parts.push(("When", when(picture), 2));
    if picture.started.as_ref().is_none_or(|started| started.goal == Goal::Deploy) {
        parts.push(("Harm", harm(picture), 2));
    }
    parts.extend(gates(picture).map(|gates| ("Gates", gates, 3)));
    if !has_ended {
        parts.extend(weights(picture).map(|weights| ("Weights", weights, 1)));
        parts.push(("Driver", driver(seen), 2));
    }
    parts.push(("Heard", heard(picture, seen), 2));
    for (at, it) in seen.standing.iter().enumerate() {
        let label = if at == 0 { "Stands" } else { "" };
        parts.push((label, format!("{}: {}", it.what, it.state), 2));
    }
    if has_ended || seen.driver.is_none() {
        // That nobody drives it is said above.
        let mut lines = next(picture, columns);
        lines.retain(|line| has_ended || line.starts_with(COMMAND));
        let lines = lines.into_iter().enumerate();
        parts.extend(lines.map(|(at, line)| (if at == 0 { "Next" } else { "" }, line, 1)));
    }
    parts
}

fn weights(picture: &Picture) -> Option<String> {
    let state = if picture.verified { "verified" } else { "not yet in effect" };
    picture.weights.map(|weights| format!("{}, {state}.", split(weights)))
}

fn driver(seen: &Seen) -> String {
    match &seen.driver {
        Some(driver) => format!("{driver}."),
        None => "gone; the weights stay as they are until somebody resumes or aborts.".to_owned(),
    }
}

/// The newest event and its age.
fn heard(picture: &Picture, seen: &Seen) -> String {
    let age = took(seen.now.since_s(picture.latest));
    match picture.told.last() {
        Some(last) => format!("{age} ago: {}", last.text),
        None => format!("{age} ago."),
    }
}
