//! Lints of `canary`: steps that prove nothing, holds that never end.

use crate::diagnostic::Diagnostic;
use crate::file::{Mode, OnInconclusive, Phase};
use crate::parse::Parsed;

const DAY_S: u32 = 86_400;
/// The predecessor raised shorter waits to this without a word.
const RAISED_S: u32 = 40;
/// A period of the balancer's metrics, the lag they come with, and room for a second period.
const EVIDENCE_S: u32 = 60 + 60 + 120;

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut said = rising(parsed);
    said.extend(dwell(parsed));
    said.extend(endless(parsed));
    said.extend(bake(parsed));
    said
}

fn rising(parsed: &Parsed) -> Vec<Diagnostic> {
    let steps = &parsed.file.canary.strategy;
    let pairs = steps.iter().zip(steps.iter().skip(1)).enumerate();
    pairs
        .filter(|(_, (earlier, later))| later.weight <= earlier.weight)
        .map(|(index, (earlier, later))| {
            let pointer = format!("/canary/strategy/{}/weight", index + 1);
            let (earlier, later) = (earlier.weight.get(), later.weight.get());
            let title = format!("weight {later} does not rise above the {earlier} before it");
            parsed
                .warning("weights-do-not-rise", &pointer, title)
                .help("steps are taken in rising weight, whatever their order in the file")
        })
        .collect()
}

/// Below the TTL resolvers still serve the former weight when the step is decided.
fn dwell(parsed: &Parsed) -> Vec<Diagnostic> {
    let canary = &parsed.file.canary;
    let ttl_s = canary.ttl.get();
    let steps = canary.strategy.iter().enumerate().filter_map(|(index, step)| {
        Some((format!("/canary/strategy/{index}/wait"), step.wait?.get()))
    });
    let implied = canary
        .strategy
        .iter()
        .enumerate()
        .filter(|(_, step)| step.wait.is_none() && (!step.is_full() || canary.bake.is_none()))
        .map(|(index, _)| (format!("/canary/strategy/{index}"), 60));
    steps
        .chain(implied)
        .chain(canary.bake.map(|bake| ("/canary/bake".to_owned(), bake.get())))
        .filter(|(_, wait_s)| *wait_s < ttl_s)
        .map(|(pointer, wait_s)| {
            let title =
                format!("{wait_s} s at a weight is less than the records' TTL of {ttl_s} s");
            let warning = parsed
                .warning("dwell-below-ttl", &pointer, title)
                .help("until the TTL is over resolvers serve the former weight");
            match wait_s < RAISED_S {
                true => warning.help(
                    "ecs-crd-cli raised waits below 40 to 40; here they are taken as written",
                ),
                false => warning,
            }
        })
        .collect()
}

fn endless(parsed: &Parsed) -> Vec<Diagnostic> {
    let canary = &parsed.file.canary;
    let mut holds = vec![
        ("/canary/scale/max_wait".to_owned(), canary.scale.max_wait.get()),
        ("/canary/preflight/max_wait".to_owned(), canary.preflight.max_wait.get()),
    ];
    holds.extend(canary.strategy.iter().enumerate().filter_map(|(index, step)| {
        Some((format!("/canary/strategy/{index}/max_wait"), step.max_wait?.get()))
    }));
    let mut said: Vec<Diagnostic> = holds
        .into_iter()
        .filter(|(_, max_wait_s)| *max_wait_s > DAY_S)
        .map(|(pointer, max_wait_s)| {
            let title = format!("a hold of up to {} hours", max_wait_s / 3600);
            parsed
                .warning("endless-hold", &pointer, title)
                .help("nobody deploys this service meanwhile; a day is plenty")
        })
        .collect();
    if canary.on_inconclusive == OnInconclusive::Pause {
        let title = "a hold without a decision waits for a person, up to 24 hours";
        said.push(
            parsed
                .warning("endless-hold", "/canary/on_inconclusive", title)
                .help("`rollback` ends it at max_wait"),
        );
    }
    said
}

/// Evidence about weight 100 must have the time to come in before the old release is retired.
fn bake(parsed: &Parsed) -> Option<Diagnostic> {
    let canary = &parsed.file.canary;
    let guards =
        |gate: &crate::file::Gate| gate.mode == Mode::Enforce && gate.phases.contains(&Phase::Bake);
    if !canary.gates.iter().any(guards) {
        return None;
    }
    let of_step = canary.strategy.iter().enumerate().find_map(|(index, step)| {
        let wait = step.wait.filter(|_| step.is_full())?;
        Some((parsed.span(&format!("/canary/strategy/{index}/wait")), wait.get()))
    });
    let of_bake = canary.bake.map(|bake| (parsed.span("/canary/bake"), bake.get()));
    let (span, bake_s) =
        of_bake.or(of_step).unwrap_or_else(|| (parsed.key_span("/canary/gates"), 60));
    let needed_s = canary.ttl.get() + EVIDENCE_S;
    (bake_s < needed_s).then(|| {
        let title = format!("gates guard the bake, and {bake_s} s are too short for evidence");
        Diagnostic::warning("bake-too-short", span, title)
            .help(format!(
                "TTL, two periods and the metrics' lag take {needed_s} s: `bake: {needed_s}`"
            ))
            .help("a shorter bake does not end earlier: it holds until there is evidence")
    })
}
