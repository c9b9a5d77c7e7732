//! Gates over past deployments: what each would have said, when, against what was decided.

use std::collections::BTreeSet;

use report::{HistoryBacktest, PastRun, Would};
use rollout::{Decision, EpochS, Phase};
use runner::question::Situation;
use runner::{Evaluation, GateHost};

use crate::looking::{Said, Seat};
use crate::over_metrics::Contender;
use crate::recorded::Recorded;

/// A past deployment: what was decided, and all its looks.
pub struct Past<'a> {
    /// What became of it; `would` is filled in.
    pub run: PastRun,
    /// In the order in which they were made.
    pub looks: Vec<&'a Evaluation>,
}

/// Asks the gates about every deployment, at the instants at which its own were asked.
pub async fn over_history(
    host: &dyn GateHost,
    gates: &[Contender],
    past: Vec<Past<'_>>,
) -> HistoryBacktest {
    let mut runs = Vec::new();
    for Past { mut run, looks } in past {
        let recorded = Recorded::of(looks.iter().copied());
        for gate in gates {
            let Some(name) = gate.seats.first() else { continue };
            let seat = Seat { host, gate: name };
            let all = seat.watch(situations(&looks, gate), &recorded).await;
            run.would.push(would(gate, run.began, &looks, &all));
        }
        runs.push(run);
    }
    HistoryBacktest { gates: gates.iter().map(|gate| gate.name.clone()).collect(), runs }
}

/// The looks a gate of shift and bake would have had: one at each instant of any gate's.
fn situations<'a>(
    looks: &'a [&Evaluation],
    gate: &'a Contender,
) -> impl Iterator<Item = Situation> + 'a {
    let mut seen = BTreeSet::new();
    let first = looks
        .iter()
        .map(|look| &look.situation)
        .filter(move |situation| situation.phase != Phase::Preflight && seen.insert(situation.now));
    first.zip(0..).map(|(situation, evaluation)| Situation {
        evaluation,
        configuration: gate.configuration.clone(),
        // What is in the ledger was learnt later.
        memory: Vec::new(),
        ..situation.clone()
    })
}

fn would(gate: &Contender, began: EpochS, looks: &[&Evaluation], all: &[(EpochS, Said)]) -> Would {
    let unanswered = all.iter().filter_map(|(_, said)| match said {
        Said::Unanswered(why) => Some(why),
        Said::Verdict(_) => None,
    });
    let unanswered: Vec<&String> = unanswered.collect();
    let last = all.last();
    let (code, sentence) = match last {
        None => ("no-look".to_owned(), "no look at a gate is recorded".to_owned()),
        Some((_, Said::Verdict(verdict))) => (verdict.code.clone(), verdict.sentence.clone()),
        Some((_, Said::Unanswered(why))) => ("not-recorded".to_owned(), why.clone()),
    };
    let at = last.map_or(began, |(at, _)| *at);
    let situation = looks.iter().map(|look| &look.situation).find(|it| it.now == at);
    let mut course: Vec<(EpochS, Decision)> = Vec::new();
    for (at, said) in all {
        if course.last().is_none_or(|(_, before)| *before != said.decision()) {
            course.push((*at, said.decision()));
        }
    }
    Would {
        gate: gate.name.clone(),
        decision: last.map_or(Decision::NoData, |(_, said)| said.decision()),
        at,
        weight: situation.map_or(0, |it| it.weight),
        code,
        sentence,
        looks: u32::try_from(all.len()).unwrap_or(u32::MAX),
        not_recorded: u32::try_from(unanswered.len()).unwrap_or(u32::MAX),
        why_not_recorded: unanswered.last().map(|why| (*why).clone()),
        course,
    }
}
