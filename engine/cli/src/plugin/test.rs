//! `plugin test`: a gate played through cases, in the host that deployments have.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gates::{Gate, Host, Loaded};
use jsonschema::Validator;
use manifest::Severity;
use rollout::Verdict;
use runner::cases::{Difference, Issue, Played, PlayedLook, play, question_words, verdict_words};
use serde::Serialize;
use serde_json::Value;

use super::case_files::{self, CaseFile};
use super::json_line;
use crate::args::Output;
use crate::failure::Failure;
use crate::file::{bytes_of, engine};
use crate::terminal::say;

/// How long one call of the gate may take: the `timeout` of a gate that says nothing.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A line of `--output json` for each case.
#[derive(Serialize)]
struct CaseLine<'a> {
    case: &'a str,
    passed: bool,
    looks: Vec<LookLine<'a>>,
    differences: Vec<DifferenceLine<'a>>,
}

/// What came of a look.
#[derive(Serialize)]
struct LookLine<'a> {
    at: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine<'a>>,
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    code: &'a str,
    sentence: &'a str,
}

/// A difference and its place in the file.
#[derive(Serialize)]
struct DifferenceLine<'a> {
    line: usize,
    column: usize,
    #[serde(flatten)]
    difference: &'a Difference,
}

/// The last line of `--output json`.
#[derive(Serialize)]
struct SumLine {
    passed: usize,
    failed: usize,
}

/// Plays the cases one after another; exit 2 when one fails.
pub(super) async fn test(
    plugin: &str,
    cases: &[PathBuf],
    show: bool,
    output: Output,
) -> Result<u8, Failure> {
    let bytes = bytes_of(plugin, Path::new(""))?;
    let cases = case_files::read(cases)?;
    let loaded =
        engine()?.load(plugin, &bytes).map_err(|error| Failure::usage(error.to_string()))?;
    let schema = &loaded.description().configuration_schema;
    let validator = jsonschema::draft202012::options().build(schema).map_err(|error| {
        Failure::usage(format!("{plugin}: its configuration schema is no JSON Schema: {error}"))
    })?;
    let mut sum = SumLine { passed: 0, failed: 0 };
    for file in &cases {
        let played = played(&loaded, &validator, file).await;
        match played.differences.is_empty() {
            true => sum.passed += 1,
            false => sum.failed += 1,
        }
        say(&match output {
            Output::Human => told(file, &played, schema, show),
            Output::Json => json_line(&line(file, &played))?,
        })?;
    }
    say(&match output {
        Output::Human => format!("{}\n", sum.told()),
        Output::Json => json_line(&sum)?,
    })?;
    Ok(if sum.failed == 0 { 0 } else { 2 })
}

async fn played(loaded: &Loaded, validator: &Validator, file: &CaseFile) -> Played {
    let name = loaded.description().name.clone();
    let gate = Gate {
        name: name.clone(),
        loaded: loaded.clone(),
        limits: file.case.limits.limits(),
        timeout: TIMEOUT,
    };
    let configuration = Value::from(file.case.configuration.clone());
    let refused = validator.iter_errors(&configuration).map(|error| Issue {
        pointer: error.instance_path().as_str().to_owned(),
        message: error.to_string(),
    });
    play(&Host::new(vec![gate]), &name, &file.case, refused.collect()).await
}

impl SumLine {
    fn told(&self) -> String {
        let all = self.passed + self.failed;
        let cases = if all == 1 { "case" } else { "cases" };
        match self.failed {
            0 => format!("{all} {cases} passed"),
            failed => format!("{failed} of {all} {cases} failed"),
        }
    }
}

fn line<'a>(file: &'a CaseFile, played: &'a Played) -> CaseLine<'a> {
    let look = |look: &'a PlayedLook| {
        let fault = look.end.as_ref().and_then(|end| end.as_ref().err());
        LookLine {
            at: look.at,
            verdict: look.end.as_ref().and_then(|end| end.as_ref().ok()),
            error: fault.map(|it| ErrorLine { code: &it.code, sentence: &it.sentence }),
        }
    };
    let difference = |difference: &'a Difference| {
        let span = file.document.key_span(&difference.pointer);
        let place = file.document.source().position(span.start);
        DifferenceLine { line: place.line, column: place.column, difference }
    };
    CaseLine {
        case: &file.path,
        passed: played.differences.is_empty(),
        looks: played.looks.iter().map(look).collect(),
        differences: played.differences.iter().map(difference).collect(),
    }
}

/// A case for people: whether it passed, where it differs, and what was said where that is asked for.
fn told(file: &CaseFile, played: &Played, schema: &Value, show: bool) -> String {
    let passed = if played.differences.is_empty() { "ok  " } else { "FAIL" };
    let title = file.case.title.as_ref().map(|title| format!("  {title}")).unwrap_or_default();
    let mut text = format!("{passed}  {}{title}\n", file.path);
    match refusal(file, schema) {
        Some(refusal) if !played.differences.is_empty() => text.push_str(&indented(&refusal)),
        _ => played.differences.iter().for_each(|it| text.push_str(&difference(file, it))),
    }
    if show {
        text.push_str(&indented(&words(played)));
    }
    text
}

/// What the gate's schema has against a configuration that should be right, with its places.
fn refusal(file: &CaseFile, schema: &Value) -> Option<String> {
    let said = file.document.held_to(schema, "/configuration");
    let wrong = said.items().iter().any(|it| it.severity == Severity::Error);
    (wrong && file.case.check.is_none()).then(|| said.render(false))
}

fn difference(file: &CaseFile, it: &Difference) -> String {
    let place = file.document.source().position(file.document.key_span(&it.pointer).start);
    let (path, line, column) = (&file.path, place.line, place.column);
    let look = look_of(file, &it.pointer).unwrap_or_default();
    format!(
        "      {path}:{line}:{column}: {look}{}\n        expected  {}\n        got       {}\n",
        it.what, it.expected, it.got
    )
}

/// Which look a place of the case belongs to.
fn look_of(file: &CaseFile, pointer: &str) -> Option<String> {
    let place: usize = pointer.strip_prefix("/looks/")?.split('/').next()?.parse().ok()?;
    let look = file.case.looks.get(place)?;
    Some(format!("look {} at {} s: ", place + 1, look.at))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("      {line}").trim_end().to_owned() + "\n").collect()
}

/// What the gate asked and said, in the case's own words.
fn words(played: &Played) -> String {
    let mut lines = Vec::new();
    if !played.issues.is_empty() {
        lines.push("check:".to_owned());
        for Issue { pointer, message } in &played.issues {
            let (pointer, message) = (Value::from(pointer.as_str()), Value::from(message.as_str()));
            lines.push(format!("  - {{ pointer: {pointer}, message: {{ contains: {message} }} }}"));
        }
    }
    if !played.looks.is_empty() {
        lines.push("looks:".to_owned());
        played.looks.iter().for_each(|look| look_words(look, &mut lines));
    }
    if let Some(learnt) = &played.learnt {
        lines.push(format!("learn: {}", runner::cases::content_words(learnt)));
    }
    lines.join("\n")
}

fn look_words(look: &PlayedLook, lines: &mut Vec<String>) {
    lines.push(format!("  - at: {}", look.at));
    lines.push("    rounds:".to_owned());
    for questions in &look.rounds {
        if questions.is_empty() {
            lines.push("      - asks: []".to_owned());
            continue;
        }
        lines.push("      - asks:".to_owned());
        let asked = questions.iter().map(|it| question_words(it, look.zero));
        lines.extend(asked.map(|words| format!("          - {words}")));
    }
    match &look.end {
        Some(Ok(verdict)) => {
            lines.push("    verdict:".to_owned());
            lines.extend(verdict_words(verdict).iter().map(|line| format!("      {line}")));
        }
        Some(Err(fault)) => {
            let sentence = Value::from(fault.sentence.as_str());
            let code = &fault.code;
            lines.push(format!(
                "    error: {{ code: {code}, sentence: {{ contains: {sentence} }} }}"
            ));
        }
        None => {}
    }
    if !look.notes.is_empty() {
        let notes = Value::from(look.notes.as_str());
        lines.push(format!("    notes: {{ contains: {notes} }}"));
    }
}
