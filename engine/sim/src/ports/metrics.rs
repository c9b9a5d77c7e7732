//! CloudWatch.

use async_trait::async_trait;
use runner::{CallError, CallErrorKind, Called, MetricQuery, Metrics, Series};

use crate::cloud::Sim;
use crate::scenario::{Call, OutageKind};
use crate::series::answers;

#[async_trait]
impl Metrics for Sim {
    async fn query(&self, queries: &[MetricQuery<'_>]) -> Called<Vec<Series>> {
        self.measure(Call::Metrics, |world, minutes| {
            if world.outage() == Some(OutageKind::Error) {
                let message = "cloudwatch:GetMetricData: InternalFailure: the service is down";
                return Err(CallError::new(CallErrorKind::Retryable, message));
            }
            answers(world, minutes, queries)
        })
    }
}
