//! What both sides served in one closed period: the requests harmed, and whether a side is drained;
//! and what the old release served lately, from which a dry run tells how long evidence takes.

use rollout::{Counts, EpochS, METRIC_LAG_S, METRIC_PERIOD_S, Side, TrafficSample};

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

/// What the old release served lately.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecentTraffic {
    /// Over so many closed minutes.
    pub minutes: u32,
    /// In all of them.
    pub counts: Counts,
    /// The median and the 95th percentile of the time to the first byte, in seconds: the means
    /// of the minutes of all target groups. None where nothing was answered.
    pub latency_s: Option<[f64; 2]>,
}

/// Reads what the old release served in its last closed minutes, as its target groups measured;
/// none when there is no old release, or while the provider has only a part of it.
///
/// # Errors
/// What the provider answers.
pub async fn recent_traffic(
    cloud: &Cloud,
    deployment: &Deployment,
    minutes: u32,
) -> Called<Option<RecentTraffic>> {
    let groups = groups(cloud, deployment, Side::Blue).await?;
    let end = cloud.clock.now().minus_s(METRIC_LAG_S).period_begin(METRIC_PERIOD_S);
    let begin = end.minus_s(minutes.saturating_mul(METRIC_PERIOD_S));
    let indexed = || groups.iter().enumerate();
    let sums = indexed().flat_map(|(group, it)| queries(group, it, begin, end));
    let percentiles = indexed().flat_map(|(group, it)| latencies(group, it, begin, end));
    let queries: Vec<MetricQuery> = sums.chain(percentiles).collect();
    if queries.is_empty() {
        return Ok(None);
    }
    let answers = cloud.metrics.query(&queries).await?;
    if answers.iter().any(|answer| answer.completeness == Completeness::Partial) {
        return Ok(None);
    }
    let (sums, percentiles) = answers.split_at((groups.len() * NAMES.len()).min(answers.len()));
    let latency_s = match [0, 1].map(|which| mean(percentiles, which)) {
        [Some(median), Some(p95)] => Some([median, p95]),
        _ => None,
    };
    Ok(Some(RecentTraffic { minutes, counts: counts(sums), latency_s }))
}

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
        .flat_map(|(group, it)| queries(group, it, begin, begin.plus_s(METRIC_PERIOD_S)))
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
    end: EpochS,
) -> impl Iterator<Item = MetricQuery> {
    let sum = move |(metric, name): (usize, &&str)| {
        query(format!("g{group}m{metric}"), (name, "Sum"), dimensions, begin, end)
    };
    NAMES.iter().enumerate().map(sum)
}

fn latencies(
    group: usize,
    dimensions: &[Dimension],
    begin: EpochS,
    end: EpochS,
) -> impl Iterator<Item = MetricQuery> {
    ["p50", "p95"].into_iter().map(move |percentile| {
        let metric = ("TargetResponseTime", percentile);
        query(format!("g{group}{percentile}"), metric, dimensions, begin, end)
    })
}

fn query(
    id: String,
    (name, statistic): (&str, &str),
    dimensions: &[Dimension],
    begin: EpochS,
    end: EpochS,
) -> MetricQuery {
    MetricQuery {
        id,
        what: MetricSource::Series {
            namespace: "AWS/ApplicationELB".to_owned(),
            name: name.to_owned(),
            dimensions: dimensions.to_vec(),
            statistic: statistic.to_owned(),
        },
        period_s: METRIC_PERIOD_S,
        begin,
        end,
    }
}

/// The mean of every second answer's points, from the first or from the second on.
fn mean(percentiles: &[SeriesAnswer], which: usize) -> Option<f64> {
    let points = percentiles.iter().skip(which).step_by(2).flat_map(|answer| &answer.points);
    let (count, sum) = points.fold((0.0, 0.0), |(n, sum), point| (n + 1.0, sum + point.value));
    (count > 0.0).then_some(sum / count)
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
