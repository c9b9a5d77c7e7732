//! Asking for metrics, with what that is billed.

use rollout::Billed;

use crate::ports::{Called, MetricQuery, MetricSource, Metrics, Series};

/// Makes a call and adds it to what is billed, whatever comes of it.
pub(crate) async fn query(
    metrics: &dyn Metrics,
    queries: &[MetricQuery<'_>],
    billed: &mut Billed,
) -> Called<Vec<Series>> {
    let series = queries.iter().filter(|it| matches!(it.what, MetricSource::Series { .. }));
    *billed += Billed {
        metric_calls: u64::from(!queries.is_empty()),
        metrics_requested: series.count() as u64,
    };
    metrics.query(queries).await
}
