//! `backtest`: gates over recorded metrics or past deployments, in the real host.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use backtest::{
    Contender, Drawing, PastDeployment, Recording, Replays, over_history, over_metrics,
};
use gates::{Engine, Gate, Host, Loaded};
use report::{
    HistoryBacktest, HtmlError, MetricsBacktest, PastRun, history_html, history_ndjson,
    history_text, metrics_html, metrics_ndjson, metrics_text, summary,
};
use rollout::{EventRecord, Goal, Limits, What};
use runner::GateHost;

use crate::args::{BacktestArgs, Output};
use crate::failure::Failure;
use crate::file::{bytes_of, engine};
use crate::look::told;
use crate::place::past_ledger;
use crate::terminal::{remark, say};

/// How long one call of a gate may take: the fuel decides, on every machine alike.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Runs the command.
pub(crate) async fn backtest(args: &BacktestArgs, output: Output) -> Result<u8, Failure> {
    let (host, gates) = contenders(args).await?;
    let shown = match &args.history {
        Some(ledger) => {
            let told = over_past(&host, &gates, ledger, args.region.as_deref()).await?;
            Shown {
                text: history_text(&told),
                json: history_ndjson(&told),
                page: history_html(&told),
            }
        }
        None => {
            let told = over_recordings(&host, &gates, args).await?;
            Shown {
                text: metrics_text(&told),
                json: metrics_ndjson(&told),
                page: metrics_html(&told),
            }
        }
    };
    if let Some(out) = &args.out {
        let page = shown.page.map_err(|error| Failure::new(1, format!("the page: {error}")))?;
        std::fs::write(out, page)
            .map_err(|error| Failure::usage(format!("{}: {error}", out.display())))?;
    }
    match output {
        Output::Human => say(&shown.text)?,
        Output::Json => say(&shown
            .json
            .map_err(|error| Failure::new(1, format!("the backtest as JSON: {error}")))?)?,
    }
    if let Some(out) = &args.out {
        remark(output, &format!("written to {}", out.display()))?;
    }
    Ok(0)
}

/// A backtest for people, for machines and on paper.
struct Shown {
    text: String,
    json: Result<String, serde_json::Error>,
    page: Result<String, HtmlError>,
}

async fn over_recordings(
    host: &Host,
    gates: &[Contender],
    args: &BacktestArgs,
) -> Result<MetricsBacktest, Failure> {
    let recordings = args.metrics.iter().map(|path| recording(path));
    let recordings = recordings.collect::<Result<Vec<_>, _>>()?;
    let replays = Replays {
        drawing: Drawing { seed: args.seed, replays: args.replays, intervals: args.intervals },
        period_s: args.period,
        factors: args.factors.clone(),
    };
    over_metrics(host, gates, &recordings, &replays).await.map_err(Failure::usage)
}

async fn over_past(
    host: &Host,
    gates: &[Contender],
    ledger: &str,
    region: Option<&str>,
) -> Result<HistoryBacktest, Failure> {
    let archive = past_ledger(ledger, region).await?;
    let mut runs = Vec::new();
    for run in archive.runs().await? {
        let events = told(&run.deployment, &archive.entries(&run.deployment, 0).await?)?;
        if summary(&events).goal == Some(Goal::Deploy) {
            runs.push((past_run(&events), archive.evaluations(&run.deployment).await?));
        }
    }
    if runs.is_empty() {
        return Err(Failure::usage(format!("no deployment in the ledger {ledger}")));
    }
    let past = runs.iter().map(|(run, looks)| PastDeployment {
        run: run.clone(),
        looks: looks.iter().map(AsRef::as_ref).collect(),
    });
    Ok(over_history(host, gates, past.collect()).await)
}

/// What became of a run, and when that was decided.
fn past_run(events: &[EventRecord]) -> PastRun {
    let report = summary(events);
    let decides = |it: &&EventRecord| matches!(it.what, What::RollingBack { .. } | What::Promoting);
    PastRun {
        deployment: report.deployment,
        service: report.service,
        version: report.version,
        began: report.started_at,
        outcome: report.outcome,
        exit_code: report.exit_code,
        decided_at: events.iter().find(decides).map(|it| it.at),
        why: report.why,
        would: Vec::new(),
    }
}

fn recording(path: &Path) -> Result<Recording, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("the recording {name} cannot be read: {error}")))?;
    Recording::read(&name, &text).map_err(|error| Failure::usage(error.to_string()))
}

/// The gates of the flags, ready to be asked: each checked with its configuration.
async fn contenders(args: &BacktestArgs) -> Result<(Host, Vec<Contender>), Failure> {
    let configurations = configurations(args)?;
    let engine = engine()?;
    let seats = available_parallelism().map_or(1, usize::from);
    let mut named = BTreeMap::new();
    let (mut hosted, mut contenders) = (Vec::new(), Vec::new());
    for (plugin, configuration) in args.plugin.iter().zip(configurations) {
        let loaded = load(&engine, plugin)?;
        let plain = loaded.description().name.clone();
        let times = named.entry(plain.clone()).and_modify(|it| *it += 1).or_insert(1);
        let name = if *times == 1 { plain } else { format!("{plain} {times}") };
        fits(&loaded, &name, &configuration)?;
        let seats: Vec<String> = (0..seats).map(|seat| format!("{name}/{seat}")).collect();
        hosted.extend(seats.iter().map(|seat| Gate {
            name: seat.clone(),
            loaded: loaded.clone(),
            limits: Limits::default(),
            timeout: TIMEOUT,
        }));
        contenders.push(Contender { name, seats, configuration: configuration.to_string() });
    }
    let host = Host::new(hosted);
    for gate in &contenders {
        let issues = host.check(&gate.seats[0], &gate.configuration).await;
        let issues = issues.map_err(|fault| {
            Failure::usage(format!("{} could not check its configuration: {fault}", gate.name))
        })?;
        let problems: Vec<String> =
            issues.iter().map(|(at, why)| format!("{}{at}: {why}", gate.name)).collect();
        if !problems.is_empty() {
            return Err(Failure::usage(problems.join("\n")));
        }
    }
    Ok((host, contenders))
}

fn load(engine: &Engine, plugin: &str) -> Result<Loaded, Failure> {
    let bytes = bytes_of(plugin, Path::new(""))?;
    engine.load(plugin, &bytes).map_err(|error| Failure::usage(error.to_string()))
}

/// Holds a configuration to the component's own schema.
fn fits(loaded: &Loaded, name: &str, configuration: &serde_json::Value) -> Result<(), Failure> {
    let validator = jsonschema::validator_for(&loaded.description().configuration_schema)
        .map_err(|error| Failure::usage(format!("{name}: its configuration schema: {error}")))?;
    let problems: Vec<String> = validator
        .iter_errors(configuration)
        .map(|error| match error.instance_path().as_str() {
            "" => format!("the configuration of {name}: {error}"),
            pointer => format!("the configuration of {name}: {pointer}: {error}"),
        })
        .collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Failure::usage(problems.join("\n"))),
    }
}

/// A configuration for each gate.
fn configurations(args: &BacktestArgs) -> Result<Vec<serde_json::Value>, Failure> {
    let (gates, given) = (args.plugin.len(), args.config.len());
    if given == 0 {
        return Ok(vec![serde_json::json!({}); gates]);
    }
    if given != gates {
        return Err(Failure::usage(format!(
            "{gates} gates and {given} configurations: name one --config for each --plugin, in their \
             order, `{{}}` for the default"
        )));
    }
    args.config.iter().map(|it| configuration(it)).collect()
}

/// JSON itself, or a file of YAML or JSON.
fn configuration(given: &str) -> Result<serde_json::Value, Failure> {
    if given.trim_start().starts_with('{') {
        return serde_json::from_str(given)
            .map_err(|error| Failure::usage(format!("--config `{given}`: {error}")));
    }
    let text = std::fs::read(given)
        .map_err(|error| Failure::usage(format!("the configuration {given}: {error}")))?;
    manifest::to_json(&text).ok_or_else(|| Failure::usage(format!("{given}: this is no YAML")))
}
