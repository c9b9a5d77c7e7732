//! `plugin check`: a component held against the contract, a line for each thing that it must keep,
//! and measured.

use std::path::Path;

use gates::{Budget, CONTRACT_VERSION, Facts, LoadFault, Loaded, Measured, limits};
use manifest::OfferedSchema;
use rollout::{GateDescription, Limits};
use runner::cases::SituationPart;
use runner::question::Situation;
use serde::Serialize;
use serde_json::Value;

use crate::args::Output;
use crate::failure::Failure;
use crate::file::{bytes_of, engine};
use crate::terminal::{columns, say};

/// What is checked, in the order in which one rests on the other.
const CHECKS: [&str; 10] = [
    "component",
    "imports",
    "exports",
    "compile",
    "contract",
    "describe",
    "schema",
    "wishes",
    "check",
    "evaluation",
];
/// When the sample look is: after a quarter of an hour of traffic.
const SAMPLE_AT_S: u32 = 900;

/// A check and what came of it; neither passed nor failed where it was not reached.
#[derive(Serialize)]
struct Row {
    check: &'static str,
    passed: Option<bool>,
    said: String,
}

impl Row {
    fn passed(check: &'static str, said: impl Into<String>) -> Self {
        Row { check, passed: Some(true), said: said.into() }
    }

    fn failed(check: &'static str, said: impl Into<String>) -> Self {
        Row { check, passed: Some(false), said: said.into() }
    }

    fn left_out(check: &'static str, said: impl Into<String>) -> Self {
        Row { check, passed: None, said: said.into() }
    }

    fn told(&self) -> String {
        let passed = match self.passed {
            Some(true) => "ok  ",
            Some(false) => "FAIL",
            None => "-   ",
        };
        format!("{passed}  {:<10}  {}", self.check, self.said).trim_end().to_owned() + "\n"
    }
}

/// The last line of `--output json`.
#[derive(Serialize)]
struct Sum<'a> {
    plugin: &'a str,
    contract: &'static str,
    passed: bool,
    size_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compile_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    look_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fuel: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<usize>,
}

/// Checks a component; exit 2 when it does not keep the contract.
pub(super) fn check(plugin: &str, verbose: bool, output: Output) -> Result<u8, Failure> {
    let bytes = bytes_of(plugin, Path::new(""))?;
    let (loaded, mut rows) = match engine()?.load(plugin, &bytes) {
        Ok(loaded) => {
            let rows = of_facts(loaded.facts());
            (Some(loaded), rows)
        }
        Err(error) => (None, of_fault(&error.fault)),
    };
    let mut measured = None;
    if let Some(loaded) = &loaded {
        measured = of_gate(loaded, &mut rows);
    }
    let passed = rows.iter().all(|row| row.passed != Some(false)) && loaded.is_some();
    let facts = loaded.as_ref().map(Loaded::facts);
    let sum = Sum {
        plugin,
        contract: CONTRACT_VERSION,
        passed,
        size_bytes: bytes.len(),
        sha256: facts.map(|it| it.digest.as_str()),
        compile_ms: facts.map(|it| it.compile_ms),
        look_ms: measured.as_ref().map(|it| it.time_ms),
        fuel: measured.as_ref().map(|it| it.most.fuel),
        memory_bytes: measured.as_ref().map(|it| it.most.memory_bytes),
    };
    say(&match output {
        Output::Json => json_lines(&rows, &sum)?,
        Output::Human => human(facts, &rows, &sum, verbose),
    })?;
    Ok(if passed { 0 } else { 2 })
}

fn json_lines(rows: &[Row], sum: &Sum<'_>) -> Result<String, Failure> {
    let mut text = String::new();
    for row in rows {
        text += &super::json_line(row)?;
    }
    Ok(text + &super::json_line(sum)?)
}

fn human(facts: Option<&Facts>, rows: &[Row], sum: &Sum<'_>, verbose: bool) -> String {
    let head = facts.map(|it| report::gate_head(&it.description, columns())).unwrap_or_default();
    let rows: String = rows.iter().map(Row::told).collect();
    let word = if sum.passed { "keeps" } else { "does not keep" };
    let mut text = format!("{head}{rows}{} {word} the contract {}\n", sum.plugin, sum.contract);
    if let (true, Some(facts)) = (verbose, facts) {
        text += &report::gate_fields(&facts.description, columns());
    }
    text
}

/// Of a component that was not loaded: everything before the fault was kept.
fn of_fault(fault: &LoadFault) -> Vec<Row> {
    let failed = match fault {
        LoadFault::TooLarge { .. }
        | LoadFault::NotAComponent { .. }
        | LoadFault::Invalid { .. } => "component",
        LoadFault::ForeignImport { .. } => "imports",
        LoadFault::NoContract { .. } | LoadFault::OtherContract { .. } => "exports",
        LoadFault::Compile { .. } | LoadFault::CompileTime { .. } => "compile",
        LoadFault::BrokenContract { .. } => "contract",
        LoadFault::Describe(_) => "describe",
    };
    let place = CHECKS.iter().position(|check| *check == failed).unwrap_or_default();
    let row = |(at, check): (usize, &&'static str)| match at.cmp(&place) {
        std::cmp::Ordering::Less => Row::passed(check, ""),
        std::cmp::Ordering::Equal => Row::failed(check, fault.to_string()),
        std::cmp::Ordering::Greater => Row::left_out(check, "not reached"),
    };
    CHECKS.iter().enumerate().map(row).collect()
}

/// What is known of a component since it was loaded.
fn of_facts(facts: &Facts) -> Vec<Row> {
    let most_mib = limits::COMPONENT_BYTES >> 20;
    let size =
        format!("{} of at most {most_mib} MiB, sha256 {}", kib(facts.size_bytes), facts.digest);
    let imports = match facts.imports.as_slice() {
        [] => "nothing".to_owned(),
        imports => format!("{}: WASI 0.2, answered by powerless stand-ins", imports.join(", ")),
    };
    let cached = if facts.from_cache { ", from the cache" } else { "" };
    let compile =
        format!("{} ms of at most {} s{cached}", facts.compile_ms, limits::COMPILE_TIME.as_secs());
    let used = facts.describe_usage;
    let GateDescription { name, version, .. } = &facts.description;
    let describe =
        format!("{name} {version}; {}", spent(used.fuel, limits::DESCRIBE_FUEL, used.memory_bytes));
    vec![
        Row::passed("component", size),
        Row::passed("imports", imports),
        Row::passed("exports", facts.exports.join(", ")),
        Row::passed("compile", compile),
        Row::passed("contract", format!("{CONTRACT_VERSION}, every function has its type")),
        Row::passed("describe", describe),
    ]
}

/// What a loaded gate says and does.
fn of_gate(loaded: &Loaded, rows: &mut Vec<Row>) -> Option<Measured> {
    let description = loaded.description();
    let offered = OfferedSchema::of(&description.configuration_schema);
    rows.push(of_schema(&offered));
    rows.push(Row::passed("wishes", wishes(description)));
    let Some(sample) = offered.sample.filter(|_| offered.faults.is_empty()) else {
        let why = "no configuration to try: give the schema `examples`, or the fields that it \
                   requires a `default` or `examples`";
        rows.push(Row::left_out("check", why));
        rows.push(Row::left_out("evaluation", "not reached"));
        return None;
    };
    rows.push(of_check(loaded, &sample));
    evaluated(loaded, &sample, rows)
}

fn of_schema(offered: &OfferedSchema) -> Row {
    if !offered.faults.is_empty() {
        let faults: Vec<String> =
            offered.faults.iter().map(|(at, why)| format!("{}: {why}", place(at))).collect();
        return Row::failed("schema", faults.join("; "));
    }
    let silent = match offered.undescribed.as_slice() {
        [] => String::new(),
        silent => format!("; without a description: {}", silent.join(", ")),
    };
    let fields = counted(offered.fields, "field");
    let said = format!("{fields}, defaults and examples fit it{silent}");
    Row::passed("schema", said)
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "the schema" } else { pointer }
}

fn wishes(description: &GateDescription) -> String {
    let wishes = &description.wishes;
    let metrics = wishes.metrics.iter().map(|namespace| format!("metrics of {namespace}"));
    let others = [(wishes.http, "HTTP requests"), (wishes.memory, "memory")];
    let others = others.iter().filter(|(wished, _)| *wished).map(|(_, what)| (*what).to_owned());
    let all: Vec<String> = metrics.chain(others).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn of_check(loaded: &Loaded, sample: &Value) -> Row {
    match loaded.check(&Budget::default(), &sample.to_string()) {
        Err(fault) => Row::failed("check", fault.to_string()),
        Ok(issues) => {
            let told: Vec<String> =
                issues.iter().map(|(at, why)| format!("{}: {why}", place(at))).collect();
            match told.is_empty() {
                true => Row::passed("check", format!("accepts {sample}")),
                false => Row::passed("check", format!("of {sample} it says {}", told.join("; "))),
            }
        }
    }
}

/// A look in the middle of a healthy rollout, with 1 for every series and an empty answer to every
/// request.
fn evaluated(loaded: &Loaded, sample: &Value, rows: &mut Vec<Row>) -> Option<Measured> {
    let situation = Situation {
        configuration: sample.to_string(),
        ..SituationPart::default().situation(SAMPLE_AT_S)
    };
    match loaded.measure(&Budget::default(), &situation) {
        Ok(measured) => {
            let limits = Limits::default();
            let spent = spent(measured.most.fuel, limits.fuel, measured.most.memory_bytes);
            let asked = format!(
                "{} and {}",
                counted(measured.rounds as usize, "round"),
                counted(measured.questions, "question")
            );
            let said = format!("a look of {asked}: {:.2} ms; {spent}", measured.time_ms);
            rows.push(Row::passed("evaluation", said));
            Some(measured)
        }
        Err(fault) => {
            rows.push(Row::failed("evaluation", fault.to_string()));
            None
        }
    }
}

fn spent(fuel: u64, of: u64, memory_bytes: usize) -> String {
    let share = fuel as f64 / of as f64 * 100.0;
    format!("{share:.2} % of its fuel, {} of memory", kib(memory_bytes))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn kib(bytes: usize) -> String {
    format!("{} KiB", bytes.div_ceil(1 << 10))
}
