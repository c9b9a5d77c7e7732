//! The report of a run as one HTML file: no scripts, nothing from elsewhere, printable.

mod chart;
mod health;
mod lanes;
mod page;
mod scale;
mod spark;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, escape_formatter};
use rollout::EventRecord;
use serde::Serialize;

use crate::fold::fold;
use crate::lines::Lines;
use crate::story::story;
use crate::text::printable;

/// The ending makes minijinja escape whatever the template prints.
const NAME: &str = "report.html";

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
    let mut pages = Environment::new();
    pages.set_undefined_behavior(UndefinedBehavior::Strict);
    pages.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // Escaping leaves alone what turns a line round or has no picture.
    pages.set_formatter(|out, state, value| match value.as_str() {
        Some(text) => escape_formatter(out, state, &Value::from(printable(text))),
        None => escape_formatter(out, state, value),
    });
    pages.add_template(NAME, include_str!("html/report.html"))?;
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
    Ok(pages.get_template(NAME)?.render(Serde(page))?)
}
