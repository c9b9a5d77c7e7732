//! Tables of all cells, as `plugins/README.md` shows them.

use crate::cells::{Cells, Experiment, Measure};
use crate::traffic::{FAMILIES, PROFILES};

pub(crate) fn table(
    title: &str,
    cells: &mut Cells,
    experiments: &[Experiment],
    measures: &[Measure],
) {
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

/// Rules side by side, at mid traffic by the minute.
pub(crate) fn rules_table(
    title: &str,
    cells: &mut Cells,
    rows: &[(&str, Experiment)],
    measure: Measure,
) {
    let mid = 1;
    let families = FAMILIES.map(|f| f.name).join(" | ");
    println!("\n{title}\n\n| | | {families} |\n| --- | --- {}|", "| ---: ".repeat(FAMILIES.len()));
    for (rule, experiment) in rows {
        print!("| {} | {rule} |", experiment.name);
        for family in 0..FAMILIES.len() {
            print!(" {:.1} |", cells.measure(*experiment, (mid, family), measure));
        }
        println!();
    }
}
