//! Appendix A of the statistics, measured: simulated deployments against the goals.
//!
//! `cargo bench -p error-rate` prints the tables of `plugins/README.md`. Every number is a function
//! of the seed; the deployments run the code of the gates, its freshness rule (S01, TTL 60 s)
//! included, but without the lag of CloudWatch. The bench of the same name in `engine/gates` runs
//! them through the components.

mod cells;
mod goals;
mod goals_table;
mod native;
mod rivals;
mod rollout;
mod tables;
mod traffic;

use cells::{Cells, DEPLOYMENTS, Experiment, Measure, Rule, SEED};
use goals::{COMPARED, FALSE_ROLL_BACKS, LEARNED, REGRESSIONS, RELEASES};
use goals_table::goals_table;
use native::Native;
use rivals::{Ranks, Strikes};
use rollout::{End, Judge};
use tables::{rules_table, table};
use traffic::{Fault, Profile};

/// The rules that are compared, and what they are called.
const RULES: [(&str, Rule); 6] = [
    ("built in", Rule::Gate),
    ("threshold, 5 strikes (Flagger)", Rule::Strikes(5)),
    ("threshold, 4 strikes (Argo)", Rule::Strikes(4)),
    ("Kayenta, each interval", Rule::RanksEachInterval(5)),
    ("Kayenta, from the third on", Rule::RanksEachInterval(3)),
    ("Kayenta, at the end", Rule::RanksAtEnd),
];

/// How much a gate may have been taught.
const TEACHING: [(&str, Rule); 2] =
    [("new", Rule::Gate), ("taught by 3 releases", Rule::Taught(3))];

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut cells = Cells::new(judge);
    println!("{} deployments a cell, seed {SEED}\n", *DEPLOYMENTS);
    goals_table(&mut cells, 0);
    let rolled_back = Measure::Ended(End::RolledBack);
    table("False roll backs, fixed plan, %", &mut cells, &FALSE_ROLL_BACKS, &[rolled_back]);
    let ends = [rolled_back, Measure::Ended(End::Inconclusive)];
    table("Rolled back + inconclusive, evidence-paced, %", &mut cells, &REGRESSIONS, &ends);
    let promoted = [Measure::Ended(End::Promoted), Measure::Minutes];
    table("Promoted, % / median minutes, evidence-paced", &mut cells, &RELEASES, &promoted);
    table("Excess bad requests, evidence-paced", &mut cells, &REGRESSIONS, &[Measure::Excess]);
    rules_table(
        "Rolled back, fixed plan, mid, %",
        &mut cells,
        &by_each(&RULES, &COMPARED),
        rolled_back,
    );
    let regressions = by_each(&RULES, &COMPARED[FALSE_ROLL_BACKS.len()..]);
    rules_table("Excess bad requests, fixed plan, mid", &mut cells, &regressions, Measure::Excess);
    let learned = by_each(&TEACHING, &LEARNED);
    rules_table("Rolled back, evidence-paced, mid, %", &mut cells, &learned, rolled_back);
}

fn by_each(
    rules: &[(&'static str, Rule)],
    experiments: &[Experiment],
) -> Vec<(&'static str, Experiment)> {
    let with = |&experiment: &Experiment| {
        rules.iter().map(move |&(name, rule)| (name, Experiment { rule, ..experiment }))
    };
    experiments.iter().flat_map(with).collect()
}

fn judge(rule: Rule, profile: Profile, fault: Fault) -> Box<dyn Judge> {
    match rule {
        Rule::Gate | Rule::Taught(_) => Box::new(Native::new(profile, fault)),
        Rule::Strikes(strikes) => Box::new(Strikes::new(profile, fault, strikes)),
        Rule::RanksEachInterval(least) => Box::new(Ranks::each_interval(profile, least)),
        Rule::RanksAtEnd => Box::new(Ranks::at_end(profile)),
    }
}
