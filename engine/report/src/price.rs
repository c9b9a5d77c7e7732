//! What CloudWatch bills for the metrics of a run, in words and in dollars.

use rollout::Billed;

use crate::numbers::counted;

/// `GetMetricData` costs $0.01 per 1,000 metrics requested
/// (<https://aws.amazon.com/cloudwatch/pricing/>, "Metrics"; most regions). Up to five statistics
/// of one metric count as one there and are several here, so this is the most it can be.
const METRICS_A_DOLLAR: f64 = 100_000.0;

/// What so many metrics cost, in US dollars.
pub(crate) fn dollars(metrics: u64) -> f64 {
    metrics as f64 / METRICS_A_DOLLAR
}

/// `1240 metrics of CloudWatch in 62 calls: about $0.01`.
pub(crate) fn priced(billed: Billed) -> String {
    let metrics = counted(billed.metrics_requested, "metric");
    let calls = counted(billed.metric_calls, "call");
    let price = match dollars(billed.metrics_requested) {
        dollars if dollars < 0.01 => "less than $0.01".to_owned(),
        dollars => format!("about ${dollars:.2}"),
    };
    format!("{metrics} of CloudWatch in {calls}: {price}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_says_how_many_of_what_and_is_never_nothing() {
        let told = [(1, 1), (999, 50), (1_240, 62), (150_000, 12_345)].map(
            |(metrics_requested, metric_calls)| priced(Billed { metric_calls, metrics_requested }),
        );
        let wanted = [
            "1 metric of CloudWatch in 1 call: less than $0.01",
            "999 metrics of CloudWatch in 50 calls: less than $0.01",
            "1240 metrics of CloudWatch in 62 calls: about $0.01",
            "150,000 metrics of CloudWatch in 12,345 calls: about $1.50",
        ];
        assert_eq!(told, wanted);
    }
}
