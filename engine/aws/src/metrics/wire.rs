//! Queries as `GetMetricData` spells them.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use runner::{MetricQuery, MetricSource, metric_math};

/// A query's id on the wire: CloudWatch wants a small letter first, then letters, digits and
/// underscores (API reference, "MetricDataQuery", Id), and gates name theirs as they like.
pub(super) fn id(place: usize) -> String {
    format!("q{place}")
}

/// The place that an id on the wire means.
pub(super) fn place(id: &str) -> Option<usize> {
    id.strip_prefix('q')?.parse().ok()
}

/// The queries at these places, expressions and what they mention under their ids on the wire.
pub(super) fn wire(queries: &[MetricQuery], places: &[usize]) -> Vec<MetricDataQuery> {
    let ids: BTreeMap<&str, String> = places
        .iter()
        .filter_map(|place| Some((queries.get(*place)?.id.as_str(), id(*place))))
        .collect();
    let named = |place: &usize| Some((id(*place), queries.get(*place)?));
    places.iter().filter_map(named).map(|(id, query)| one(id, query, &ids)).collect()
}

/// A period is passed as it was asked for; CloudWatch says which are valid.
fn one(id: String, query: &MetricQuery, ids: &BTreeMap<&str, String>) -> MetricDataQuery {
    let period_s = i32::try_from(query.period_s).unwrap_or(i32::MAX);
    let wire = MetricDataQuery::builder().id(id).return_data(true);
    match &query.what {
        MetricSource::Expression(expression) => {
            let expression = metric_math::renamed(expression, |id| ids.get(id).cloned());
            wire.expression(expression).period(period_s).build()
        }
        MetricSource::Series { namespace, name, dimensions, statistic } => {
            let dimension = |it: &runner::question::Dimension| {
                Dimension::builder().name(&it.name).value(&it.value).build()
            };
            let metric = Metric::builder()
                .namespace(namespace)
                .metric_name(name)
                .set_dimensions(Some(dimensions.iter().map(dimension).collect()))
                .build();
            let stat = MetricStat::builder().metric(metric).period(period_s).stat(statistic);
            wire.metric_stat(stat.build()).build()
        }
    }
}

#[cfg(test)]
mod tests {
    use rollout::EpochS;
    use runner::question;

    use super::*;

    fn query(id: &str, what: MetricSource) -> MetricQuery {
        MetricQuery { id: id.to_owned(), what, period_s: 60, begin: EpochS(0), end: EpochS(60) }
    }

    fn series(id: &str, statistic: &str) -> MetricQuery {
        let dimension =
            question::Dimension { name: "TargetGroup".into(), value: "targetgroup/a/1".into() };
        let what = MetricSource::Series {
            namespace: "AWS/ApplicationELB".to_owned(),
            name: "TargetResponseTime".to_owned(),
            dimensions: vec![dimension],
            statistic: statistic.to_owned(),
        };
        query(id, what)
    }

    #[test]
    fn ids_become_valid_and_references_follow_them() {
        let ratio = MetricSource::Expression("100*G0_Bad/FILL(G0_All,1)".to_owned());
        let queries = [
            series("other", "Sum"),
            series("G0_All", "Sum"),
            series("G0_Bad", "Sum"),
            query("Ratio", ratio),
        ];
        let wire = wire(&queries, &[1, 2, 3]);
        let ids: Vec<_> = wire.iter().filter_map(MetricDataQuery::id).collect();
        assert_eq!(ids, ["q1", "q2", "q3"]);
        assert_eq!(wire[2].expression(), Some("100*q2/FILL(q1,1)"));
        assert_eq!(wire[2].period(), Some(60));
        assert_eq!(place("q3"), Some(3));
    }

    #[test]
    fn statistics_and_dimensions_are_passed_as_they_are_spelled() {
        for statistic in ["p99", "TC(0.5:)", "PR(:0.3)", "Sum"] {
            let wire = wire(&[series("a", statistic)], &[0]);
            let stat = wire[0].metric_stat().unwrap();
            assert_eq!(stat.stat(), Some(statistic));
            let dimension = &stat.metric().unwrap().dimensions()[0];
            assert_eq!(dimension.value(), Some("targetgroup/a/1"));
        }
    }
}
