//! What the judge says of a window of periods.

use crate::classification::{Class, Classified, classify};
use crate::configuration::{Configuration, Metric};
use crate::sample::sample;
use crate::score::{Score, score};
use gate_sdk::series::{Gap, Series};
use gate_sdk::window::Window;
use gate_sdk::{Answer, Question, Side, Situation};

/// A judged window.
#[derive(Clone, Debug)]
pub(crate) struct Judgement<'a> {
    /// The metrics in the order of the file, each with the canary's newest values.
    pub(crate) metrics: Vec<Judged<'a>>,
    pub(crate) score: Score,
}

/// A judged metric.
#[derive(Clone, Debug)]
pub(crate) struct Judged<'a> {
    pub(crate) metric: &'a Metric,
    pub(crate) classified: Classified,
    pub(crate) canary: Vec<f64>,
}

fn id(index: usize) -> String {
    format!("metric_{index}")
}

/// The questions about all metrics, of both sides.
pub(crate) fn questions(
    situation: &Situation,
    configuration: &Configuration,
    window: Window,
) -> Vec<Question> {
    let ask = |(index, metric): (usize, &Metric)| {
        [Side::Canary, Side::Baseline].map(|side| {
            let step_secs = configuration.step_secs;
            metric.query().questions(&id(index), situation, side, (step_secs, window))
        })
    };
    configuration.metrics.iter().enumerate().flat_map(ask).flatten().collect()
}

/// Judges their answers.
///
/// # Errors
/// When one of them cannot be judged.
pub(crate) fn judgement<'a>(
    answers: &[Answer],
    configuration: &'a Configuration,
    window: Window,
) -> Result<Judgement<'a>, Gap> {
    let metrics = configuration
        .metrics
        .iter()
        .enumerate()
        .map(|(index, metric)| {
            let canary = metric.query().values(&id(index), answers, Side::Canary)?;
            let baseline = metric.query().values(&id(index), answers, Side::Baseline)?;
            let of = |series: &Series| -> Vec<Option<f64>> {
                let periods = window.periods_of(configuration.step_secs);
                periods.map(|begin_s| series.get(&begin_s).copied()).collect()
            };
            Ok(judged(metric, &of(&canary), &of(&baseline)))
        })
        .collect::<Result<Vec<_>, Gap>>()?;
    let classes: Vec<(&Metric, Class)> =
        metrics.iter().map(|it| (it.metric, it.classified.class)).collect();
    let score = score(&classes, &configuration.group_weights);
    Ok(Judgement { metrics, score })
}

fn judged<'a>(metric: &'a Metric, canary: &[Option<f64>], baseline: &[Option<f64>]) -> Judged<'a> {
    let take = |periods, may_be_silent| {
        sample(periods, metric.nan_strategy, may_be_silent, metric.outliers)
    };
    // A baseline without values is 0 beside a canary that has some: errors that only the canary has.
    let (experiment, control) = (take(canary, false), take(baseline, true));
    let classified = classify(&experiment, &control, metric.direction, metric.effect_size);
    Judged { metric, classified, canary: canary.iter().copied().flatten().collect() }
}
