//! What a deployment would do, before a write of any kind: the difference to what is deployed, the
//! plan, and what it should come to.

use rollout::{Billed, EpochS, Ground, Mode, Plan, Standing};
use serde::Serialize;
use serde_json::Value;

use crate::clock::took;
use crate::forecast::{Forecast, Span, StepForecast};
use crate::numbers::short;
use crate::price::priced;
use crate::text::{pad, width, wrap};

/// All that a dry run found out.
#[derive(Clone, Debug, Serialize)]
pub struct DryRun {
    /// What would be done.
    pub plan: Plan,
    /// What was found.
    pub ground: Ground,
    /// What stands now: stacks, weights of each name, registry.
    pub standing: Vec<Standing>,
    /// What would be different.
    pub difference: Difference,
    /// What the forecast assumes of the traffic.
    pub traffic: Assumed,
    /// What the deployment should come to.
    pub forecast: Forecast,
    /// What CloudFormation would be given; absent where nothing is rendered (the simulated cloud).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub templates: Option<Templates>,
    /// What differs in the stack of the release, from that which serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceDifference>,
    /// The cloud's time.
    pub now: EpochS,
    /// When the credentials end, where that is known and they cannot be refreshed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_end_at: Option<EpochS>,
}

/// The two templates of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Templates {
    /// Of the new release's stack.
    pub green: Value,
    /// Of the stack of log group and records, which a first deployment makes.
    pub init: Value,
}

/// A resource of the release's stack that would be another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceDifference {
    /// Its logical id.
    pub id: String,
    /// Its type, for example `AWS::ECS::TaskDefinition`.
    pub kind: String,
    /// What becomes of it: `new`, `gone`, or each property with what it was and what it will be.
    pub said: Vec<String>,
}

/// What a deployment changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The version that serves; absent on a first deployment.
    pub version_from: Option<String>,
    /// The version that will.
    pub version_to: String,
    /// The CanaryRelease label of the balancer that serves.
    pub balancer_from: Option<String>,
    /// Of the balancer that will.
    pub balancer_to: String,
    /// Tasks that run.
    pub tasks_from: Option<u32>,
    /// Tasks that will.
    pub tasks_to: u32,
    /// Names that have no record yet.
    pub names_new: Vec<String>,
    /// Names that keep theirs; their weights move.
    pub names_kept: Vec<String>,
    /// Names with records that the file no longer has: they stay as they are.
    pub names_gone: Vec<String>,
}

/// What the rehearsals of a forecast take blue's traffic for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assumed {
    /// Requests a second.
    pub requests_per_second: f64,
    /// The share of bad responses, 0 to 1.
    pub bad_share: f64,
    /// Measured over so many minutes; absent where there was nothing to measure.
    pub measured_min: Option<u32>,
}

/// What a plan changes of what was found.
#[must_use]
pub fn difference(plan: &Plan, ground: &Ground) -> Difference {
    let old = ground.baseline.as_ref();
    let kept = plan.names.iter().filter(|name| !ground.new_names.contains(name));
    Difference {
        version_from: old.map(|it| it.version.clone()),
        version_to: plan.service.version.clone(),
        balancer_from: old.map(|it| it.label.clone()),
        balancer_to: ground.canary_label.clone(),
        tasks_from: old.map(|it| it.tasks),
        tasks_to: plan.scale.desired.max(old.map_or(0, |it| it.tasks)),
        names_new: ground.new_names.clone(),
        names_kept: kept.cloned().collect(),
        names_gone: ground.gone_names.clone(),
    }
}

/// Columns before a row's text.
const INDENT: usize = 12;

/// A dry run for people, in lines of so many columns.
#[must_use]
pub fn dry_run(run: &DryRun, columns: Option<u16>) -> String {
    let columns = usize::from(columns.unwrap_or(80).clamp(60, 120));
    let service = &run.plan.service;
    let title = format!(
        "Dry run: {} {} on {}, {}; nothing was written.",
        service.name, service.version, service.environment, service.region
    );
    let sections = [
        ("CHANGES", changes(&run.difference)),
        ("STACK", resources(run)),
        ("STANDS", run.standing.iter().map(|it| (it.what.clone(), it.state.clone())).collect()),
        ("STEPS", steps(run)),
        ("GATES", gates(&run.plan)),
        ("EXPECTED", expected(run)),
    ];
    let mut text = format!("{}\n", wrap(&title, columns, 2).join("\n"));
    for (head, rows) in sections.iter().filter(|(_, rows)| !rows.is_empty()) {
        let names = rows.iter().map(|(name, _)| width(name) + 4).max().unwrap_or(0);
        let indent = names.clamp(INDENT, columns / 2);
        text.push_str(&format!("\n{head}\n"));
        for (name, said) in rows {
            for (at, line) in wrap(said, columns - indent, 6).iter().enumerate() {
                let name = if at == 0 { format!("  {name}") } else { String::new() };
                text.push_str(format!("{}{line}", pad(&name, indent)).trim_end());
                text.push('\n');
            }
        }
    }
    text
}

type Rows = Vec<(String, String)>;

fn resources(run: &DryRun) -> Rows {
    let kind = |it: &ResourceDifference| it.kind.trim_start_matches("AWS::").to_owned();
    let said =
        |it: &ResourceDifference| row(&it.id, format!("{}: {}", kind(it), it.said.join("; ")));
    run.resources.iter().map(said).collect()
}

fn row(name: &str, said: impl Into<String>) -> (String, String) {
    (name.to_owned(), said.into())
}

fn changes(it: &Difference) -> Rows {
    let from_to = |from: &Option<String>, to: &str| match from {
        Some(from) if from == to => format!("{to}, as now"),
        Some(from) => format!("{from} -> {to}"),
        None => format!("none -> {to}"),
    };
    let mut rows = vec![
        row("version", from_to(&it.version_from, &it.version_to)),
        row(
            "tasks",
            from_to(&it.tasks_from.map(|tasks| tasks.to_string()), &it.tasks_to.to_string()),
        ),
        row("balancer", from_to(&it.balancer_from, &it.balancer_to)),
    ];
    if it.version_from.is_none() {
        rows.push(row("first", "no release stands: one step, to 100, and nothing to compare with"));
    }
    rows.extend(
        it.names_new.iter().map(|name| row("new name", format!("{name} gets its records"))),
    );
    rows.extend(it.names_kept.iter().map(|name| row("name", format!("{name}: its weights move"))));
    let gone = |name: &String| format!("{name} is no longer in the file; its records stay");
    rows.extend(it.names_gone.iter().map(|name| row("gone", gone(name))));
    rows
}

fn steps(run: &DryRun) -> Rows {
    let first = match run.ground.baseline {
        Some(_) => 0,
        None => run.plan.steps.len().saturating_sub(1),
    };
    let forecasts = run.forecast.steps.iter();
    let steps = run.plan.steps.iter().zip(forecasts).skip(first);
    steps
        .map(|(step, forecast)| {
            let gates = match step.gates.as_slice() {
                [] => "target health alone".to_owned(),
                gates => gates.join(", "),
            };
            let waits =
                format!("{} at least, {} at most", took(step.wait_s), took(step.max_wait_s));
            row(
                &format!("{:>3} %", forecast.weight),
                format!("{waits}; {gates}; {}", evidence(forecast)),
            )
        })
        .collect()
}

fn evidence(step: &StepForecast) -> String {
    let stuck = step.reached - step.passed;
    match step.evidence_s {
        _ if step.reached == 0 => "no rehearsal came so far".to_owned(),
        Some(Span { most: 0, .. }) => "needs no evidence".to_owned(),
        Some(_) if stuck > 0 => {
            format!(
                "{stuck} of {} rehearsals did not go on: {}",
                step.reached,
                step.holds.join("; ")
            )
        }
        Some(span) => format!("evidence after {}", times(span)),
        None => format!("no evidence before it ends: {}", step.holds.join("; ")),
    }
}

/// `7 min 15 s`, or with the slowest where that differs.
fn times(span: Span) -> String {
    let shown = |value: u64| took(u32::try_from(value).unwrap_or(u32::MAX));
    match span.most > span.median {
        true => format!("{}, {} at worst", shown(span.median), shown(span.most)),
        false => shown(span.median),
    }
}

fn gates(plan: &Plan) -> Rows {
    let said = |gate: &rollout::Gate| {
        let mode = match gate.mode {
            Mode::Enforce => "obeyed",
            Mode::Observe => "observed, not obeyed",
        };
        let http = gate.grants.http.iter().map(|grant| &grant.origin);
        let granted: Vec<&str> =
            gate.grants.metrics.iter().chain(http).map(String::as_str).collect();
        let beyond = match granted.as_slice() {
            [] => "nothing else".to_owned(),
            granted => granted.join(", "),
        };
        format!(
            "{}, every {} s, {mode}; may ask for this deployment's own metrics and {beyond}",
            gate.plugin, gate.every_s
        )
    };
    plan.gates.iter().map(|gate| row(&gate.name, said(gate))).collect()
}

fn expected(run: &DryRun) -> Rows {
    let (assumed, forecast) = (&run.traffic, &run.forecast);
    let rate = format!(
        "{} requests a second, {} % of them bad",
        short(assumed.requests_per_second),
        short(assumed.bad_share * 100.0)
    );
    let mut rows = vec![row(
        "traffic",
        match assumed.measured_min {
            Some(minutes) => format!("{rate}: what blue served over the last {minutes} min"),
            None => format!("{rate}: assumed, because no release is there to measure"),
        },
    )];
    let rehearsed = format!("{} rehearsals of a healthy release at that rate", forecast.rehearsals);
    let takes = match forecast.took_s {
        Some(span) => format!("{} in {rehearsed}", times(span)),
        None => format!("no end: none of {rehearsed} was promoted"),
    };
    rows.push(row("takes", takes));
    if let (Some(end), Some(span)) = (run.credentials_end_at, forecast.took_s) {
        let left_s = end.since_s(run.now);
        let is_short = u64::from(left_s) < span.most + 600;
        let said = format!("the credentials end in {}", took(left_s));
        rows.push(row(if is_short { "beware" } else { "credentials" }, said));
    }
    if let Some(why) = &forecast.otherwise {
        let failed = forecast.rehearsals - forecast.promoted;
        let said = format!("{failed} of {} would not be promoted: {why}", forecast.rehearsals);
        rows.push(row("beware", said));
    }
    if let (Some(calls), Some(metrics)) = (forecast.metric_calls, forecast.metrics_requested) {
        let (metric_calls, metrics_requested) = (calls.median, metrics.median);
        let said = priced(Billed { metric_calls, metrics_requested });
        rows.push(row("asks for", format!("about {said}")));
    }
    rows
}
