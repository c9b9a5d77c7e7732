//! The report of a run, and of a backtest, as one HTML file: no scripts, nothing from elsewhere,
//! printable.

mod chart;
mod health;
mod history;
mod lanes;
mod metrics;
mod page;
mod scale;
mod spark;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, escape_formatter};
use rollout::EventRecord;
use serde::Serialize;

use crate::backtest::{HistoryBacktest, MetricsBacktest};
use crate::fold::fold;
use crate::lines::Lines;
use crate::story::story;
use crate::text::printable;

/// The templates; the ending makes minijinja escape whatever one prints.
const TEMPLATES: [(&str, &str); 4] = [
    ("report.html", include_str!("html/report.html")),
    ("metrics.html", include_str!("html/metrics.html")),
    ("history.html", include_str!("html/history.html")),
    ("style.css", include_str!("html/style.css")),
];

/// The page could not be made: the template does not fit the data, which the tests rule out.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be drawn: {0}")]
pub struct HtmlError(#[from] minijinja::Error);

/// All that the template prints.
#[derive(Serialize)]
struct Page {
    head: page::Head,
    story: Vec<String>,
    chart: chart::Chart,
    steps: Vec<page::StepRow>,
    gates: Vec<page::GateCard>,
    health: Vec<page::HealthRow>,
    log: Vec<String>,
}

/// The report of a run, whether it has ended or not.
///
/// # Errors
/// When the template does not fit the data, which the tests rule out.
pub fn html(events: &[EventRecord]) -> Result<String, HtmlError> {
    let picture = fold(events);
    let mut lines = Lines::default();
    let rungs = picture.ladder.iter().filter(|rung| rung.began.is_some());
    let page = Page {
        head: page::head(&picture),
        story: story(events, None).lines().map(str::to_owned).collect(),
        chart: chart::chart(events, &picture),
        steps: rungs.map(page::step_row).collect(),
        gates: picture.gates.iter().map(page::gate_card).collect(),
        health: page::health_rows(&picture),
        log: events.iter().flat_map(|event| lines.take(event)).collect(),
    };
    rendered("report.html", page)
}

/// A backtest over recorded metrics.
///
/// # Errors
/// As `html`.
pub fn metrics_html(backtest: &MetricsBacktest) -> Result<String, HtmlError> {
    rendered("metrics.html", metrics::page(backtest))
}

/// A backtest over past deployments.
///
/// # Errors
/// As `html`.
pub fn history_html(backtest: &HistoryBacktest) -> Result<String, HtmlError> {
    rendered("history.html", history::page(backtest))
}

fn rendered(name: &str, page: impl Serialize) -> Result<String, HtmlError> {
    let mut pages = Environment::new();
    pages.set_undefined_behavior(UndefinedBehavior::Strict);
    pages.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // Escaping leaves alone what turns a line round or has no picture.
    pages.set_formatter(|out, state, value| match value.as_str() {
        Some(text) => escape_formatter(out, state, &Value::from(printable(text))),
        None => escape_formatter(out, state, value),
    });
    for (name, text) in TEMPLATES {
        pages.add_template(name, text)?;
    }
    Ok(pages.get_template(name)?.render(Serde(page))?)
}
