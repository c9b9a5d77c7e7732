//! Gates over recorded metrics: how often they roll back when both sides are alike, when the canary
//! is worse by a factor, and as recorded.

use futures_util::future::join_all;
use report::{Cell, FalseAlarm, MetricsBacktest, Rate};
use rollout::{Decision, Verdict};
use runner::GateHost;

use crate::looking::{Said, Seat};
use crate::recording::Recording;
use crate::sides::Sides;
use crate::stage::Stage;
use crate::trials::{Drawing, Trial, alike, recorded};

/// A gate of a backtest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender {
    /// What tables call it.
    pub name: String,
    /// Its names in the host, more than one to be asked about several replays at once.
    pub seats: Vec<String>,
    /// Its configuration, as JSON text.
    pub configuration: String,
}

/// What is replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Replays {
    /// How they are drawn.
    pub drawing: Drawing,
    /// Length of an interval, in seconds of the virtual deployment.
    pub period_s: u32,
    /// By what the canary's values are multiplied, beside 1.
    pub factors: Vec<f64>,
}

/// What is done to the canary of some replays.
struct Treatment<'a> {
    /// None: as recorded.
    factor: Option<f64>,
    trials: &'a [Trial],
}

/// What came of one replay.
struct Outcome {
    recording: usize,
    /// Intervals until the roll back, if there was one.
    after: Option<u32>,
    last: Decision,
    sentence: String,
}

/// Asks the gates about every replay.
///
/// # Errors
/// When a recording is too short, or a gate asks for what recorded values cannot tell.
pub async fn over_metrics(
    host: &dyn GateHost,
    gates: &[Contender],
    recordings: &[Recording],
    replays: &Replays,
) -> Result<MetricsBacktest, String> {
    let same = alike(recordings, &replays.drawing)?;
    let as_recorded = recorded(recordings, replays.drawing.intervals);
    let factors = std::iter::once(1.0).chain(replays.factors.iter().copied());
    let mut treatments: Vec<Treatment<'_>> =
        factors.map(|factor| Treatment { factor: Some(factor), trials: &same }).collect();
    if !as_recorded.is_empty() {
        treatments.push(Treatment { factor: None, trials: &as_recorded });
    }
    let mut backtest = MetricsBacktest {
        recordings: recordings.iter().map(|it| it.name.clone()).collect(),
        gates: gates.iter().map(|gate| gate.name.clone()).collect(),
        seed: replays.drawing.seed,
        intervals: replays.drawing.intervals,
        period_s: replays.period_s,
        cells: Vec::new(),
        false_alarms: Vec::new(),
    };
    for gate in gates {
        for treatment in &treatments {
            let outcomes = outcomes(host, gate, treatment, replays.period_s).await?;
            if treatment.factor == Some(1.0) {
                backtest.false_alarms.extend(alarms(gate, treatment, recordings, &outcomes));
            }
            backtest.cells.push(cell(gate, treatment, None, &outcomes));
            if recordings.len() > 1 {
                backtest.cells.extend(recordings.iter().enumerate().filter_map(|(place, it)| {
                    let own: Vec<&Outcome> =
                        outcomes.iter().filter(|outcome| outcome.recording == place).collect();
                    (!own.is_empty()).then(|| cell(gate, treatment, Some(&it.name), own))
                }));
            }
        }
    }
    Ok(backtest)
}

/// The outcomes of all replays of a treatment, in their order, whichever seat was free.
async fn outcomes(
    host: &dyn GateHost,
    gate: &Contender,
    treatment: &Treatment<'_>,
    period_s: u32,
) -> Result<Vec<Outcome>, String> {
    let seats = gate.seats.len().max(1);
    let each = gate.seats.iter().enumerate().map(|(place, name)| async move {
        let seat = Seat { host, gate: name };
        let mut own = Vec::new();
        for trial in treatment.trials.iter().skip(place).step_by(seats) {
            own.push(outcome(seat, gate, treatment.factor, trial, period_s).await);
        }
        own
    });
    let mut by_seat: Vec<_> = join_all(each).await.into_iter().map(Vec::into_iter).collect();
    let order = (0..treatment.trials.len()).map(|number| number % seats);
    order.filter_map(|seat| by_seat.get_mut(seat)?.next()).collect()
}

async fn outcome(
    seat: Seat<'_>,
    gate: &Contender,
    factor: Option<f64>,
    trial: &Trial,
    period_s: u32,
) -> Result<Outcome, String> {
    let intervals = u32::try_from(trial.pairs.len()).unwrap_or(u32::MAX);
    let stage = Stage { period_s, intervals };
    let past = Sides { stage, pairs: &trial.pairs, factor: factor.unwrap_or(1.0) };
    let all = seat.watch(stage.looks(&gate.configuration, trial.from.0), &past).await;
    let looks = u32::try_from(all.len()).unwrap_or(u32::MAX);
    match all.into_iter().last() {
        Some((_, Said::Unanswered(why))) => Err(format!("{}: {why}", gate.name)),
        Some((_, Said::Verdict(Verdict { decision, sentence, .. }))) => Ok(Outcome {
            recording: trial.recording,
            after: (decision == Decision::Rollback).then_some(looks),
            last: decision,
            sentence,
        }),
        None => Err(format!("{}: a replay without an interval", gate.name)),
    }
}

fn alarms<'a>(
    gate: &'a Contender,
    treatment: &'a Treatment<'_>,
    recordings: &'a [Recording],
    outcomes: &'a [Outcome],
) -> impl Iterator<Item = FalseAlarm> {
    treatment.trials.iter().zip(outcomes).filter_map(|(trial, outcome)| {
        Some(FalseAlarm {
            gate: gate.name.clone(),
            recording: recordings[trial.recording].name.clone(),
            from: trial.from,
            after: outcome.after?,
            sentence: outcome.sentence.clone(),
        })
    })
}

fn cell<'a>(
    gate: &Contender,
    treatment: &Treatment<'_>,
    recording: Option<&str>,
    outcomes: impl IntoIterator<Item = &'a Outcome>,
) -> Cell {
    let outcomes: Vec<&Outcome> = outcomes.into_iter().collect();
    let mut after: Vec<u32> = outcomes.iter().filter_map(|outcome| outcome.after).collect();
    after.sort_unstable();
    let ended = |decision| outcomes.iter().filter(|it| it.last == decision).count() as u64;
    let quantile = |share: f64| {
        let place = (share * (after.len().saturating_sub(1)) as f64).round() as usize;
        after.get(place).copied()
    };
    Cell {
        gate: gate.name.clone(),
        recording: recording.map(str::to_owned),
        factor: treatment.factor,
        rolled_back: Rate::of(after.len() as u64, outcomes.len() as u64),
        promoted: ended(Decision::Promote),
        held: ended(Decision::Hold),
        no_data: ended(Decision::NoData),
        errors: ended(Decision::Error),
        after: [0.25, 0.5, 0.75].map(quantile),
    }
}
