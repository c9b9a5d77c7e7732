//! The table of goals, as `plugins/README.md` shows them.

use crate::cells::Cells;
use crate::goals::{Bound, GOALS, Goal};
use crate::traffic::{FAMILIES, PROFILES};

/// The goals over profiles whose metrics come by at least so many seconds.
pub(crate) fn goals_table(cells: &mut Cells, least_period_s: u32) {
    println!("| goal | | worst cell | measured | |\n| --- | --- | --- | --- | --- |");
    for goal in GOALS {
        let (worst, place) = worst(cells, goal, least_period_s);
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
fn worst(cells: &mut Cells, goal: Goal, least_period_s: u32) -> (f64, String) {
    let mut worst: Option<(f64, String)> = None;
    let known = |profile: &&usize| PROFILES[**profile].period_s >= least_period_s;
    for &profile in goal.profiles.iter().filter(known) {
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
