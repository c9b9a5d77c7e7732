//! Commands that look: status, history, show, dry-run.

use std::path::Path;

use report::{Lines, date_time, story};
use rollout::{EventRecord, What};
use runner::{RunSummary, Story};
use sim::SimCloud;

use crate::args::{DeployArgs, Output, PlaceArgs, RunArgs};
use crate::failure::Failure;
use crate::file::{check_gates, prepare};
use crate::place::{Place, WORLD, cloud};
use crate::terminal::say;

/// The events of a run, from its journal.
async fn events(place: &Place, run: &RunSummary) -> Result<Vec<EventRecord>, Failure> {
    let mut told = Story::of(&run.deployment);
    let mut events = Vec::new();
    for entry in place.ledger.entries(&run.deployment, 0).await? {
        let more = told.tell(&entry).map_err(|error| Failure::new(1, error.to_string()))?;
        events.extend(more);
    }
    Ok(events)
}

async fn found(place: &Place, args: &RunArgs) -> Result<Option<RunSummary>, Failure> {
    place.run(args.id.as_deref(), |_| true).await
}

fn as_ndjson(events: &[EventRecord]) -> Result<String, Failure> {
    let lines: Result<Vec<String>, _> = events.iter().map(report::ndjson).collect();
    Ok(lines.map_err(|error| Failure::new(1, error.to_string()))?.concat())
}

/// Where a run stands, who drives it, and what stands in the cloud.
pub(crate) async fn status(args: &RunArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::open(&args.place)?;
    let Some(run) = found(&place, args).await? else {
        say("no deployment yet\n")?;
        return Ok(0);
    };
    let events = events(&place, &run).await?;
    if output == Output::Json {
        say(&as_ndjson(events.last().map_or(&[], std::slice::from_ref))?)?;
        return Ok(0);
    }
    let mut text = format!("{}  {}", run.deployment, story(&events));
    if run.exit_code.is_none() {
        let id = &run.deployment;
        text.push_str(&match place.ledger.holder(WORLD).await? {
            Some(holder) => format!("  driven  by {holder}\n"),
            None => format!(
                "  driver  gone; the last verified weights stand; `ecs-crd resume {id}` goes on\n"
            ),
        });
        let now = events.iter().rev().find_map(|event| match &event.what {
            What::Holding { reasons } => Some(format!("  holds   {}\n", reasons.join("; "))),
            What::StepBegan { weights, .. } => {
                Some(format!("  weights blue {} / green {}\n", weights.blue, weights.green))
            }
            _ => None,
        });
        text.push_str(&now.unwrap_or_default());
    }
    say(&text)?;
    Ok(0)
}

/// All runs, newest first.
pub(crate) async fn history(args: &PlaceArgs, output: Output) -> Result<u8, Failure> {
    let runs = Place::open(args)?.ledger.runs().await?;
    let mut text = String::new();
    for run in &runs {
        match output {
            Output::Json => {
                let line = serde_json::to_string(run)
                    .map_err(|error| Failure::new(1, error.to_string()))?;
                text.push_str(&format!("{line}\n"));
            }
            Output::Human => {
                let exit = run.exit_code.map_or_else(
                    || "unfinished".to_owned(),
                    |exit_code| format!("exit {exit_code}"),
                );
                let began = date_time(run.began_at);
                let key = &run.service_key;
                text.push_str(&format!("{}  {began}  {exit:<10}  {key}\n", run.deployment));
            }
        }
    }
    if runs.is_empty() && output == Output::Human {
        text.push_str("no deployment yet\n");
    }
    say(&text)?;
    Ok(0)
}

/// All that happened in a run, and its story.
pub(crate) async fn show(args: &RunArgs, output: Output) -> Result<u8, Failure> {
    let place = Place::open(&args.place)?;
    let Some(run) = found(&place, args).await? else {
        return Err(Failure::usage("no deployment yet"));
    };
    let events = events(&place, &run).await?;
    if output == Output::Json {
        say(&as_ndjson(&events)?)?;
        return Ok(0);
    }
    let mut lines = Lines::default();
    let mut text = String::new();
    for line in events.iter().flat_map(|event| lines.take(event)) {
        text.push_str(&line);
        text.push('\n');
    }
    say(&format!("{text}\n{}", story(&events)))?;
    Ok(0)
}

/// A run as one HTML file, or as the end report for machines.
pub(crate) async fn report(args: &RunArgs, out: &Path, output: Output) -> Result<u8, Failure> {
    let place = Place::open(&args.place)?;
    let Some(run) = found(&place, args).await? else {
        return Err(Failure::usage("no deployment yet"));
    };
    let events = events(&place, &run).await?;
    let text = match output {
        Output::Human => report::html(&events).map_err(|error| error.to_string()),
        Output::Json => {
            serde_json::to_string(&report::summary(&events)).map_err(|error| error.to_string())
        }
    };
    let text = text.map_err(|why| Failure::new(1, format!("the report of the run: {why}")))?;
    std::fs::write(out, text)
        .map_err(|error| Failure::usage(format!("{}: {error}", out.display())))?;
    Ok(0)
}

/// What a deployment would do, without a write of any kind.
pub(crate) async fn dry_run(args: &DeployArgs, output: Output) -> Result<u8, Failure> {
    let prepared = prepare(&args.file, cloud(&args.place)?)?;
    check_gates(&prepared).await?;
    let place = Place::open(&args.place)?;
    let sim = SimCloud::look(&place.store)?;
    let ground = sim.cloud().discovery.ground(&prepared.plan).await?;
    let text = match output {
        Output::Json => {
            let value = serde_json::json!({ "plan": prepared.plan, "ground": ground });
            format!("{value}\n")
        }
        Output::Human => crate::plan_text::text(&prepared.plan, &ground),
    };
    say(&text)?;
    Ok(0)
}
