//! What both sides served in one closed period: the requests harmed, and whether a side is drained;
//! and what the old release served lately, from which a dry run tells how long evidence takes.

#[cfg(test)]
mod tests;

use rollout::{Billed, Counts, EpochS, METRIC_LAG_S, METRIC_PERIOD_S, Side, TrafficSample};

use crate::billed;
use crate::ports::{Called, Cloud, Deployment, MetricQuery, MetricSource, Series};
use crate::question::{Completeness, Dimension, Place};

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
    let blue = cloud.workload.place(deployment, Side::Blue).await?;
    let groups = groups(blue.as_deref());
    let end = cloud.clock.now().minus_s(METRIC_LAG_S).period_begin(METRIC_PERIOD_S);
    let begin = end.minus_s(minutes.saturating_mul(METRIC_PERIOD_S));
    let sums = groups.iter().flat_map(|group| sums(group, begin, end));
    let percentiles = groups.iter().flat_map(|group| latencies(group, begin, end));
    let queries: Vec<MetricQuery<'_>> = sums.chain(percentiles).collect();
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
    billed: &mut Billed,
) -> Called<Option<TrafficSample>> {
    let green = cloud.workload.place(deployment, Side::Green).await?;
    let blue = cloud.workload.place(deployment, Side::Blue).await?;
    let (green, blue) = (groups(green.as_deref()), groups(blue.as_deref()));
    let end = begin.plus_s(METRIC_PERIOD_S);
    let mut queries = Vec::with_capacity((green.len() + blue.len()) * NAMES.len());
    queries.extend(green.iter().chain(blue).flat_map(|group| sums(group, begin, end)));
    let answers = billed::query(&*cloud.metrics, &queries, billed).await?;
    let partial = answers.iter().any(|answer| answer.completeness == Completeness::Partial);
    if partial || answers.len() != queries.len() {
        return Ok(None);
    }
    let (of_green, of_blue) = answers.split_at(green.len() * NAMES.len());
    Ok(Some(TrafficSample { period_begin: begin, green: counts(of_green), blue: counts(of_blue) }))
}

fn groups(place: Option<&Place>) -> &[Vec<Dimension>] {
    place.map_or(&[], |place| &place.target_groups)
}

fn sums(
    dimensions: &[Dimension],
    begin: EpochS,
    end: EpochS,
) -> impl Iterator<Item = MetricQuery<'_>> {
    NAMES.iter().map(move |name| query((name, "Sum"), dimensions, begin, end))
}

fn latencies(
    dimensions: &[Dimension],
    begin: EpochS,
    end: EpochS,
) -> impl Iterator<Item = MetricQuery<'_>> {
    ["p50", "p95"]
        .into_iter()
        .map(move |percentile| query(("TargetResponseTime", percentile), dimensions, begin, end))
}

fn query<'a>(
    (name, statistic): (&'a str, &'a str),
    dimensions: &'a [Dimension],
    begin: EpochS,
    end: EpochS,
) -> MetricQuery<'a> {
    MetricQuery {
        what: MetricSource::Series { namespace: "AWS/ApplicationELB", name, dimensions, statistic },
        period_s: METRIC_PERIOD_S,
        begin,
        end,
    }
}

/// The mean of every second answer's points, from the first or from the second on.
fn mean(percentiles: &[Series], which: usize) -> Option<f64> {
    let points = percentiles.iter().skip(which).step_by(2).flat_map(|answer| &answer.points);
    let (count, sum) = points.fold((0.0, 0.0), |(n, sum), point| (n + 1.0, sum + point.value));
    (count > 0.0).then_some(sum / count)
}

/// A missing series is a zero: the balancer publishes no zeros. Bad is a 5xx, or no answer.
fn counts(answers: &[Series]) -> Counts {
    let mut total = Counts::default();
    for group in answers.chunks(NAMES.len()) {
        let sum = |answer: &Series| {
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
