//! The port: calls one after another, pages to their end.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::ScanBy;
use rollout::EpochS;
use runner::{Called, MetricQuery, MetricSource, Metrics, Series};

use super::calls::{Call, calls};
use super::heard::Heard;
use super::wire::wire;
use crate::aws::Aws;
use crate::deadline::in_time;
use crate::error::call_error;

/// What CloudWatch will bill: it charges `GetMetricData` by the metric requested (Amazon CloudWatch
/// pricing, "API requests"), here each series of each page. It counts up to five statistics of one
/// metric as one, so this is the most it can be.
#[derive(Debug, Default)]
pub(crate) struct Price(AtomicU64);

impl Price {
    fn add(&self, metrics: usize) {
        self.0.fetch_add(u64::try_from(metrics).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Aws {
    /// How many metrics were requested so far, for the price.
    #[must_use]
    pub fn metrics_requested(&self) -> u64 {
        self.price().0.load(Ordering::Relaxed)
    }

    async fn ask(&self, call: &Call, queries: &[MetricQuery<'_>], heard: &mut Heard) -> Called<()> {
        let series = call.members.iter().filter_map(|place| queries.get(*place));
        let series = series.filter(|query| matches!(query.what, MetricSource::Series { .. }));
        let series = series.count();
        let mut request = self
            .clients()
            .cloudwatch
            .get_metric_data()
            .set_metric_data_queries(Some(wire(queries, &call.members)))
            .start_time(time(call.begin))
            .end_time(time(call.end))
            .scan_by(ScanBy::TimestampAscending);
        loop {
            self.price().add(series);
            let page = request.clone().send().await;
            let page = page.map_err(|error| {
                call_error(&format!("GetMetricData of {} queries", call.members.len()), error)
            })?;
            heard.page(page.messages(), page.metric_data_results(), queries)?;
            match page.next_token() {
                Some(token) => request = request.next_token(token),
                None => return Ok(()),
            }
        }
    }
}

#[async_trait]
impl Metrics for Aws {
    async fn query(&self, queries: &[MetricQuery<'_>]) -> Called<Vec<Series>> {
        let now = self.connection().clock.now();
        let mut heard = Heard::default();
        in_time("asking CloudWatch", async {
            for call in calls(queries, now) {
                self.ask(&call, queries, &mut heard).await?;
            }
            Ok(())
        })
        .await?;
        let answer = |(at, query)| heard.answer(at, query, now);
        Ok(queries.iter().enumerate().map(answer).collect())
    }
}

fn time(at: EpochS) -> DateTime {
    DateTime::from_secs(i64::from(at.0))
}
