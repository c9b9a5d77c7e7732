//! CloudWatch: closed periods past their lag, in the order asked, nothing made up.

use rollout::{EpochS, METRIC_LAG_S, METRIC_PERIOD_S, Side, Split, Weight};

use super::{Stage, green_serves, pass};
use crate::question::{Completeness, Dimension};
use crate::{Called, Cloud, Deployment, MetricQuery, MetricSource};

async fn group(cloud: &Cloud, deployment: &Deployment, side: Side) -> Called<Vec<Dimension>> {
    let place = cloud.workload.place(deployment, side).await?;
    Ok(place.and_then(|place| place.target_groups.first().cloned()).unwrap_or_default())
}

fn requests(dimensions: &[Dimension], begin: EpochS, end: EpochS) -> MetricQuery<'_> {
    MetricQuery {
        what: MetricSource::Series {
            namespace: "AWS/ApplicationELB",
            name: "RequestCount",
            dimensions,
            statistic: "Sum",
        },
        period_s: METRIC_PERIOD_S,
        begin,
        end,
    }
}

/// No period is answered before its end, and none twice; once past the lag it is there.
///
/// # Errors
/// What the cloud answered instead.
pub async fn closed_periods_alone_are_answered(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let blue = group(&cloud, &deployment, Side::Blue).await?;
    let begin = cloud.clock.now().next_period(METRIC_PERIOD_S);
    let query = [requests(&blue, begin, begin.plus_s(10 * METRIC_PERIOD_S))];
    loop {
        let now = cloud.clock.now();
        let answers = cloud.metrics.query(&query).await?;
        let times: Vec<EpochS> = answers[0].points.iter().map(|point| point.time).collect();
        assert!(times.is_sorted_by(|one, next| one < next), "{times:?}");
        for time in &times {
            assert!(time.plus_s(METRIC_PERIOD_S) <= now, "{time:?} is not over at {now:?}");
            assert_eq!(time.0 % METRIC_PERIOD_S, 0);
        }
        if now >= begin.plus_s(METRIC_PERIOD_S + METRIC_LAG_S) {
            assert!(times.contains(&begin), "the first period is past its lag");
            return Ok(());
        }
        pass(&cloud, 15).await?;
    }
}

/// One answer for each query, in its order.
///
/// # Errors
/// What the cloud answered instead.
pub async fn answers_have_the_order_of_their_queries(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let blue = group(&cloud, &deployment, Side::Blue).await?;
    pass(&cloud, 3 * METRIC_PERIOD_S + METRIC_LAG_S).await?;
    let end = cloud.clock.now().minus_s(METRIC_LAG_S).period_begin(METRIC_PERIOD_S);
    let begins = [1, 2, 1].map(|periods| end.minus_s(periods * METRIC_PERIOD_S));
    let queries = begins.map(|begin| requests(&blue, begin, begin.plus_s(METRIC_PERIOD_S)));
    let answers = cloud.metrics.query(&queries).await?;
    let times: Vec<EpochS> =
        answers.iter().flat_map(|answer| &answer.points).map(|point| point.time).collect();
    assert_eq!(times, begins);
    assert_eq!(answers[0], answers[2], "the same question, the same answer");
    assert_eq!(cloud.metrics.query(&[]).await?, []);
    Ok(())
}

/// Nobody's series is no error and no zero.
///
/// # Errors
/// What the cloud answered instead.
pub async fn a_series_nobody_publishes_is_empty(stage: &impl Stage) -> Called<()> {
    let cloud = stage.cloud();
    pass(&cloud, 2 * METRIC_PERIOD_S + METRIC_LAG_S).await?;
    let nobody = [Dimension { name: "TargetGroup".into(), value: "targetgroup/none/0".into() }];
    let end = cloud.clock.now();
    let answers = cloud.metrics.query(&[requests(&nobody, end.minus_s(300), end)]).await?;
    assert_eq!((answers[0].points.len(), answers[0].completeness), (0, Completeness::Empty));
    Ok(())
}

/// A canary at 50 gets about as many requests as the baseline, at 0 none.
///
/// # Errors
/// What the cloud answered instead.
pub async fn requests_follow_the_weights(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    green_serves(stage, 2).await?;
    let half = Split::green_at(Weight::new(50).unwrap_or(Weight::ZERO));
    let before = cloud.clock.now();
    pass(&cloud, 3 * METRIC_PERIOD_S).await?;
    cloud.traffic.write(&deployment, Split::ALL_BLUE, half, false).await?;
    let written = cloud.clock.now();
    pass(&cloud, 900 + METRIC_LAG_S).await?;
    let after = written.plus_s(300).next_period(METRIC_PERIOD_S);
    let green = group(&cloud, &deployment, Side::Green).await?;
    let blue = group(&cloud, &deployment, Side::Blue).await?;
    let queries = [
        requests(&green, before.next_period(METRIC_PERIOD_S), before.plus_s(120)),
        requests(&green, after, after.plus_s(300)),
        requests(&blue, after, after.plus_s(300)),
    ];
    let answers = cloud.metrics.query(&queries).await?;
    let sums: Vec<f64> =
        answers.iter().map(|it| it.points.iter().map(|point| point.value).sum()).collect();
    assert_eq!(sums[0], 0.0, "green had no weight");
    assert!(sums[1] > 0.8 * sums[2] && sums[1] < 1.25 * sums[2], "{sums:?}");
    Ok(())
}
