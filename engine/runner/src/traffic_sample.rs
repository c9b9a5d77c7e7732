//! What both sides served in one closed period: the requests harmed, and whether a side is drained.

use rollout::{Counts, EpochS, METRIC_PERIOD_S, Side, TrafficSample};

use crate::ports::{Called, Cloud, Deployment, MetricQuery, MetricSource};
use crate::question::{Completeness, Dimension, SeriesAnswer};

/// RequestCount, and the answered requests by class: what is missing went unanswered.
const NAMES: [&str; 5] = [
    "RequestCount",
    "HTTPCode_Target_2XX_Count",
    "HTTPCode_Target_3XX_Count",
    "HTTPCode_Target_4XX_Count",
    "HTTPCode_Target_5XX_Count",
];

/// Reads one period of both sides; none while it is only partly there.
pub(crate) async fn read(
    cloud: &Cloud,
    deployment: &Deployment,
    begin: EpochS,
) -> Called<Option<TrafficSample>> {
    let green = groups(cloud, deployment, Side::Green).await?;
    let blue = groups(cloud, deployment, Side::Blue).await?;
    let queries: Vec<MetricQuery> = green
        .iter()
        .chain(&blue)
        .enumerate()
        .flat_map(|(group, dimensions)| queries(group, dimensions, begin))
        .collect();
    let answers = cloud.metrics.query(&queries).await?;
    if answers.iter().any(|answer| answer.completeness == Completeness::Partial) {
        return Ok(None);
    }
    let (of_green, of_blue) = answers.split_at((green.len() * NAMES.len()).min(answers.len()));
    Ok(Some(TrafficSample { period_begin: begin, green: counts(of_green), blue: counts(of_blue) }))
}

async fn groups(cloud: &Cloud, deployment: &Deployment, side: Side) -> Called<Vec<Vec<Dimension>>> {
    let place = cloud.workload.place(deployment, side).await?;
    Ok(place.map(|place| place.target_groups).unwrap_or_default())
}

fn queries(
    group: usize,
    dimensions: &[Dimension],
    begin: EpochS,
) -> impl Iterator<Item = MetricQuery> {
    NAMES.iter().enumerate().map(move |(metric, name)| MetricQuery {
        id: format!("g{group}m{metric}"),
        what: MetricSource::Series {
            namespace: "AWS/ApplicationELB".to_owned(),
            name: (*name).to_owned(),
            dimensions: dimensions.to_vec(),
            statistic: "Sum".to_owned(),
        },
        period_s: METRIC_PERIOD_S,
        begin,
        end: begin.plus_s(METRIC_PERIOD_S),
    })
}

/// A missing series is a zero: the balancer publishes no zeros. Bad is a 5xx, or no answer.
fn counts(answers: &[SeriesAnswer]) -> Counts {
    let mut total = Counts::default();
    for group in answers.chunks(NAMES.len()) {
        let sum = |answer: &SeriesAnswer| {
            answer.points.iter().map(|point| point.value).sum::<f64>().max(0.0).round() as u64
        };
        let [requests, answered @ ..] = group else { continue };
        let requests = sum(requests);
        let answered_count = answered.iter().map(sum).sum::<u64>();
        let failed = answered.last().map_or(0, sum);
        total.requests += requests;
        total.bad += failed + requests.saturating_sub(answered_count);
    }
    total
}
