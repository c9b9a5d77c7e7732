//! Commands that look: status, history, show, report. They make no ledger where there is none.

use std::path::Path;
use std::sync::Arc;

use report::{Lines, Seen, fold, story, summary};
use rollout::EventRecord;
use runner::{Began, Entry, Record, RunSummary, Story};

use crate::args::{FileArgs, Output, PlaceArgs, WhichArgs};
use crate::failure::Failure;
use crate::place::Place;
use crate::terminal::{columns, remark, say, wants_colours};

/// What the lines of a journal say.
pub(crate) fn told(deployment: &str, entries: &[Arc<Entry>]) -> Result<Vec<EventRecord>, Failure> {
    let mut story = Story::of(deployment);
    let mut events = Vec::new();
    for entry in entries {
        events.extend(story.tell(entry).map_err(|error| Failure::new(1, error.to_string()))?);
    }
    Ok(events)
}

async fn events(place: &Place, run: &RunSummary) -> Result<Vec<EventRecord>, Failure> {
    told(&run.deployment, &place.ledger.entries(&run.deployment, 0).await?)
}

/// The run to show: there has to be one.
async fn shown(which: &WhichArgs) -> Result<Vec<EventRecord>, Failure> {
    let place = Place::of(which).await?;
    match place.meant(which, |_| true).await? {
        Some(run) => events(&place, &run).await,
        None => Err(Failure::usage(place.emptiness())),
    }
}

fn as_json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    let text = serde_json::to_string(value);
    text.map(|text| text + "\n").map_err(|error| Failure::new(1, error.to_string()))
}

/// Where a run stands, who drives it, and what stands in the cloud.
pub(crate) async fn status(which: &WhichArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::of(which).await?;
    let Some(run) = place.meant(which, |_| true).await? else {
        remark(output, &place.emptiness())?;
        return Ok(0);
    };
    let entries = place.ledger.entries(&run.deployment, 0).await?;
    let events = told(&run.deployment, &entries)?;
    let seen = seen(&place, &run, &entries).await?;
    let text = match output {
        Output::Human => report::status(&events, &seen, columns()),
        Output::Json => as_json(&serde_json::json!({
            "driver": seen.driver,
            "now": seen.now,
            "last_event": events.last(),
            "standing": seen.standing,
            "report": summary(&events),
        }))?,
    };
    say(&text)?;
    Ok(0)
}

async fn seen(place: &Place, run: &RunSummary, entries: &[Arc<Entry>]) -> Result<Seen, Failure> {
    let began = began(entries);
    let cloud = place.cloud_to_look_at(began)?;
    let standing = match began {
        Some(began) => cloud.discovery.standing(&began.plan).await?,
        None => Vec::new(),
    };
    let driver = place.ledger.holder(place.lease_key(&run.service_key)).await?;
    Ok(Seen { driver, now: cloud.clock.now(), standing })
}

fn began(entries: &[Arc<Entry>]) -> Option<&Began> {
    match &entries.first()?.record {
        Record::Began(began) => Some(began),
        _ => None,
    }
}

/// All runs, or those of a file's service, newest first.
pub(crate) async fn history(
    file: &FileArgs,
    args: &PlaceArgs,
    output: Output,
) -> Result<u8, Failure> {
    let place = Place::look(args, file.region.as_deref()).await?;
    let key = place.service_key(file)?;
    let mut runs = place.ledger.runs().await?;
    runs.retain(|run| key.as_ref().is_none_or(|key| *key == run.service_key));
    if runs.is_empty() {
        remark(output, &place.emptiness())?;
        return Ok(0);
    }
    let mut stories = Vec::new();
    for run in &runs {
        stories.push(events(&place, run).await?);
    }
    let text = match output {
        Output::Human => {
            let pictures: Vec<_> = stories.iter().map(fold).collect();
            report::history(&pictures, columns())
        }
        Output::Json => {
            let lines = stories.iter().map(|events| as_json(&summary(events)));
            lines.collect::<Result<Vec<_>, _>>()?.concat()
        }
    };
    say(&text)?;
    Ok(0)
}

/// All that happened in a run, and its story.
pub(crate) async fn show(which: &WhichArgs, output: Output) -> Result<u8, Failure> {
    let events = shown(which).await?;
    let text = match output {
        Output::Json => events.iter().map(as_json).collect::<Result<Vec<_>, _>>()?.concat(),
        Output::Human => {
            let mut lines = Lines::new(wants_colours());
            let told = events.iter().flat_map(|event| lines.take(event)).map(|line| line + "\n");
            format!("{}\n{}", told.collect::<String>(), story(&events, columns()))
        }
    };
    say(&text)?;
    Ok(0)
}

/// A run as one HTML file, or as the end report for machines.
pub(crate) async fn report(which: &WhichArgs, out: &Path, output: Output) -> Result<u8, Failure> {
    let events = shown(which).await?;
    let text = match output {
        Output::Human => report::html(&events)
            .map_err(|error| Failure::new(1, format!("the report of the run: {error}")))?,
        Output::Json => as_json(&summary(&events))?,
    };
    std::fs::write(out, text)
        .map_err(|error| Failure::usage(format!("{}: {error}", out.display())))?;
    remark(output, &format!("written to {}", out.display()))?;
    Ok(0)
}
