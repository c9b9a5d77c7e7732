//! `canary`: balancers and steps that contradict themselves.

use crate::diagnostic::Diagnostic;
use crate::parse::Parsed;

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut problems = Vec::from_iter(same_label(parsed));
    problems.extend(last_step(parsed));
    problems.extend(ends_before_it_begins(parsed));
    problems
}

fn same_label(parsed: &Parsed) -> Option<Diagnostic> {
    let releases = &parsed.file.canary.releases;
    (releases.blue == releases.green).then(|| {
        let title = format!("both balancers have the label `{}`", releases.green.0);
        parsed
            .error("same-label", "/canary/releases/green", title)
            .related(parsed.span("/canary/releases/blue"), "the first")
            .help("each of the two has a CanaryRelease tag of its own")
    })
}

/// The wait at 100 is the bake: it is given once, and there is one such step.
fn last_step(parsed: &Parsed) -> Vec<Diagnostic> {
    let canary = &parsed.file.canary;
    let full: Vec<usize> = canary
        .strategy
        .iter()
        .enumerate()
        .filter(|(_, step)| step.is_full())
        .map(|(index, _)| index)
        .collect();
    let mut problems = Vec::new();
    for &index in full.iter().skip(1) {
        let pointer = format!("/canary/strategy/{index}");
        let title = "weight 100 is reached twice";
        problems.push(parsed.error("repeated-100", &pointer, title));
    }
    for &index in &full {
        if canary.bake.is_some() && canary.strategy[index].wait.is_some() {
            let pointer = format!("/canary/strategy/{index}/wait");
            let title = "the wait at weight 100 is given twice";
            problems.push(
                parsed
                    .error("bake-twice", &pointer, title)
                    .related(parsed.span("/canary/bake"), "`bake` is the wait at weight 100")
                    .help("keep one of the two"),
            );
        }
    }
    problems
}

/// A hold that ends before the wait does can only end inconclusive.
fn ends_before_it_begins(parsed: &Parsed) -> Vec<Diagnostic> {
    let canary = &parsed.file.canary;
    let mut waits = vec![("/canary/scale".to_owned(), canary.scale.wait.get(), {
        canary.scale.max_wait.get()
    })];
    for (index, step) in canary.strategy.iter().enumerate() {
        let wait = canary.wait_of(step).map_or(60, crate::Seconds::get);
        if let Some(max_wait) = step.max_wait {
            waits.push((format!("/canary/strategy/{index}"), wait, max_wait.get()));
        }
    }
    waits
        .into_iter()
        .filter(|(_, wait, max_wait)| max_wait < wait)
        .map(|(pointer, wait, max_wait)| {
            let title = format!("max_wait ({max_wait} s) ends before wait ({wait} s) does");
            parsed
                .error("max-wait-below-wait", &format!("{pointer}/max_wait"), title)
                .help("max_wait counts from the same instant as wait: make it longer")
        })
        .collect()
}
