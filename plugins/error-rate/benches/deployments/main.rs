//! Appendix A of the statistics, measured: simulated deployments against the goals.
//!
//! `cargo bench -p error-rate` prints the tables of `plugins/README.md`. Every number is a function
//! of the seed; the deployments run the code of the gates, its freshness rule (S01, TTL 60 s)
//! included, but without the lag of CloudWatch.

mod cells;
mod goals;
mod rollout;
mod traffic;

use cells::{Cells, DEPLOYMENTS, Experiment, Measure, SEED};
use goals::{Bound, FALSE_ROLL_BACKS, GOALS, Goal, REGRESSIONS, RELEASES};
use rollout::End;
use traffic::{FAMILIES, PROFILES};

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut cells = Cells::default();
    println!("{DEPLOYMENTS} deployments a cell, seed {SEED}\n");
    goals_table(&mut cells);
    let rolled_back = Measure::Ended(End::RolledBack);
    table("False roll backs, fixed plan, %", &mut cells, &FALSE_ROLL_BACKS, &[rolled_back]);
    let ends = [rolled_back, Measure::Ended(End::Inconclusive)];
    table("Rolled back + inconclusive, evidence-paced, %", &mut cells, &REGRESSIONS, &ends);
    let promoted = [Measure::Ended(End::Promoted), Measure::Minutes];
    table("Promoted, % / median minutes, evidence-paced", &mut cells, &RELEASES, &promoted);
    table("Excess bad requests, evidence-paced", &mut cells, &REGRESSIONS, &[Measure::Excess]);
}

fn goals_table(cells: &mut Cells) {
    println!("| goal | | worst cell | measured | |\n| --- | --- | --- | --- | --- |");
    for goal in GOALS {
        let (worst, place) = worst(cells, goal);
        let (bound, met, gap) = match goal.bound {
            Bound::AtMost(limit) => (format!("≤ {limit}"), worst <= limit, worst - limit),
            Bound::AtLeast(limit) => (format!("≥ {limit}"), worst >= limit, limit - worst),
        };
        let said = if met { "met".to_owned() } else { format!("gap {gap:.1}") };
        let (what, experiment) = (goal.what, goal.experiment.name);
        println!(
            "| {what}, {experiment}, {:?} | {bound} | {place} | {worst:.1} | {said} |",
            goal.experiment.pace
        );
    }
}

/// The cell of a goal that is nearest to breaking it.
fn worst(cells: &mut Cells, goal: Goal) -> (f64, String) {
    let mut worst: Option<(f64, String)> = None;
    for &profile in goal.profiles {
        for &family in goal.families {
            let value = cells.measure(goal.experiment, (profile, family), goal.measure);
            let worse = worst.as_ref().is_none_or(|(known, _)| match goal.bound {
                Bound::AtMost(_) => value > *known,
                Bound::AtLeast(_) => value < *known,
            });
            if worse {
                let place = format!("{}, {}", PROFILES[profile].name, FAMILIES[family].name);
                worst = Some((value, place));
            }
        }
    }
    worst.unwrap_or((f64::NAN, String::new()))
}

fn table(title: &str, cells: &mut Cells, experiments: &[Experiment], measures: &[Measure]) {
    let families = FAMILIES.map(|f| f.name).join(" | ");
    println!("\n{title}\n\n| | | {families} |\n| --- | --- {}|", "| ---: ".repeat(FAMILIES.len()));
    for &experiment in experiments {
        for (profile, described) in PROFILES.iter().enumerate() {
            print!("| {} | {} |", experiment.name, described.name);
            for family in 0..FAMILIES.len() {
                let values = measures.iter().map(|&measure| {
                    format!("{:.1}", cells.measure(experiment, (profile, family), measure))
                });
                print!(" {} |", values.collect::<Vec<_>>().join(" / "));
            }
            println!();
        }
    }
}
