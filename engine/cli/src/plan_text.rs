//! A plan for people: steps, gates, what each may ask for, and how long it takes at least.

use std::fmt::Write;

use report::took;
use rollout::{Ground, Mode, Plan};

/// The plan over what was found.
pub(crate) fn text(plan: &Plan, ground: &Ground) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_text(&mut text, plan, ground);
    text
}

fn write_text(text: &mut String, plan: &Plan, ground: &Ground) -> std::fmt::Result {
    let service = &plan.service;
    writeln!(text, "{} {} on {}", service.name, service.version, service.environment)?;
    match &ground.baseline {
        Some(old) => {
            let (label, tasks) = (&old.label, old.tasks);
            writeln!(text, "  over    {} behind balancer {label}, {tasks} tasks", old.version)?;
        }
        None => writeln!(text, "  over    nothing: a first release, whose one step is 100")?,
    }
    writeln!(text, "  behind  balancer {}", ground.canary_label)?;
    writeln!(text, "  names   {}", plan.names.join(", "))?;
    for name in &ground.new_names {
        writeln!(text, "  new     {name} gets records at the live side")?;
    }
    for name in &ground.gone_names {
        writeln!(text, "  gone    {name} is no longer in the file; its records stay")?;
    }
    let first = if ground.baseline.is_some() { 0 } else { plan.steps.len() - 1 };
    for step in &plan.steps[first..] {
        let weight = step.weight.percent();
        let (wait, most) = (took(step.wait_s), took(step.max_wait_s));
        let gates = match step.gates.as_slice() {
            [] => "target health alone".to_owned(),
            gates => gates.join(", "),
        };
        writeln!(text, "  step    {weight:>3} %: {wait}, at most {most}; {gates}")?;
    }
    for gate in &plan.gates {
        let mode = match gate.mode {
            Mode::Enforce => "obeyed",
            Mode::Observe => "observed",
        };
        writeln!(
            text,
            "  gate    {} ({}), every {} s, {mode}",
            gate.name, gate.plugin, gate.every_s
        )?;
        let http = gate.grants.http.iter().map(|grant| grant.origin.as_str());
        let granted: Vec<&str> =
            gate.grants.metrics.iter().map(String::as_str).chain(http).collect();
        if !granted.is_empty() {
            writeln!(text, "          may ask for {}", granted.join(", "))?;
        }
    }
    let waits: u32 = plan.steps[first..].iter().map(|step| step.wait_s).sum();
    let least = waits + plan.scale.wait_s + plan.ttl_s;
    writeln!(text, "  takes   {} at least; nothing was written", took(least))
}
