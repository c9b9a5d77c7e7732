//! Queries as `GetMetricData` spells them.

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use runner::{MetricQuery, MetricSource, query_id};

/// The place that an id means.
pub(super) fn place(id: &str) -> Option<usize> {
    let place = id.strip_prefix('m')?.parse().ok()?;
    (query_id(place) == id).then_some(place)
}

/// The queries at these places; expressions call them by the same ids already.
pub(super) fn wire(queries: &[MetricQuery<'_>], places: &[usize]) -> Vec<MetricDataQuery> {
    let named = |place: &usize| Some((query_id(*place), queries.get(*place)?));
    places.iter().filter_map(named).map(|(id, query)| one(id, query)).collect()
}

/// A period is passed as it was asked for; CloudWatch says which are valid.
fn one(id: String, query: &MetricQuery<'_>) -> MetricDataQuery {
    let period_s = i32::try_from(query.period_s).unwrap_or(i32::MAX);
    let wire = MetricDataQuery::builder().id(id).return_data(true);
    match &query.what {
        MetricSource::Expression(expression) => {
            wire.expression(expression).period(period_s).build()
        }
        MetricSource::Series { namespace, name, dimensions, statistic } => {
            let dimension = |it: &runner::question::Dimension| {
                Dimension::builder().name(&it.name).value(&it.value).build()
            };
            let metric = Metric::builder()
                .namespace(*namespace)
                .metric_name(*name)
                .set_dimensions(Some(dimensions.iter().map(dimension).collect()))
                .build();
            let stat = MetricStat::builder().metric(metric).period(period_s).stat(*statistic);
            wire.metric_stat(stat.build()).build()
        }
    }
}

#[cfg(test)]
mod tests {
    use rollout::EpochS;
    use runner::question;

    use super::*;

    fn series<'a>(dimensions: &'a [question::Dimension], statistic: &'a str) -> MetricQuery<'a> {
        let (namespace, name) = ("AWS/ApplicationELB", "TargetResponseTime");
        let what = MetricSource::Series { namespace, name, dimensions, statistic };
        MetricQuery { what, period_s: 60, begin: EpochS(0), end: EpochS(60) }
    }

    #[test]
    fn queries_are_called_by_their_places_whichever_call_they_are_in() {
        let ratio = MetricSource::Expression("100*m2/FILL(m1,1)".to_owned());
        let sum = || series(&[], "Sum");
        let queries = [sum(), sum(), sum(), MetricQuery { what: ratio, ..sum() }];
        let wire = wire(&queries, &[1, 2, 3]);
        let ids: Vec<_> = wire.iter().filter_map(MetricDataQuery::id).collect();
        assert_eq!(ids, ["m1", "m2", "m3"]);
        assert_eq!(wire[2].expression(), Some("100*m2/FILL(m1,1)"));
        assert_eq!(wire[2].period(), Some(60));
        assert_eq!((place("m3"), place("m03"), place("x3")), (Some(3), None, None));
    }

    #[test]
    fn statistics_and_dimensions_are_passed_as_they_are_spelled() {
        let dimension = question::Dimension { name: "TargetGroup".into(), value: "tg/a/1".into() };
        for statistic in ["p99", "TC(0.5:)", "PR(:0.3)", "Sum"] {
            let wire = wire(&[series(std::slice::from_ref(&dimension), statistic)], &[0]);
            let stat = wire[0].metric_stat().unwrap();
            assert_eq!(stat.stat(), Some(statistic));
            assert_eq!(stat.metric().unwrap().dimensions()[0].value(), Some("tg/a/1"));
        }
    }
}
