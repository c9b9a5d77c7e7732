//! The port: calls one after another, pages to their end.

use async_trait::async_trait;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::ScanBy;
use rollout::EpochS;
use runner::{Called, MetricQuery, Metrics, Series};

use super::calls::{Call, calls};
use super::heard::Heard;
use super::wire::wire;
use crate::aws::Aws;
use crate::deadline::in_time;
use crate::error::call_error;

impl Aws {
    async fn ask(&self, call: &Call, queries: &[MetricQuery<'_>], heard: &mut Heard) -> Called<()> {
        let mut request = self
            .clients()
            .cloudwatch
            .get_metric_data()
            .set_metric_data_queries(Some(wire(queries, &call.members)))
            .start_time(time(call.begin))
            .end_time(time(call.end))
            .scan_by(ScanBy::TimestampAscending);
        loop {
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
