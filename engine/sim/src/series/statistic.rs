//! Statistics as CloudWatch spells them, over the minutes of a period.

use super::Minute;

/// What is asked of a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Statistic {
    Sum,
    SampleCount,
    Average,
    Minimum,
    Maximum,
    /// A share below: `p99` is 0.99.
    Percentile(f64),
    /// How many lie above the first and not above the second: `TC(a:b)`.
    TrimmedCount(f64, f64),
    /// What percentage does: `PR(a:b)`.
    PercentileRank(f64, f64),
}

impl Statistic {
    /// Reads CloudWatch's spelling.
    ///
    /// # Errors
    /// A sentence with what would be right.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let plain = match text {
            "Sum" => Some(Statistic::Sum),
            "SampleCount" => Some(Statistic::SampleCount),
            "Average" => Some(Statistic::Average),
            "Minimum" => Some(Statistic::Minimum),
            "Maximum" => Some(Statistic::Maximum),
            _ => None,
        };
        plain
            .or_else(|| Self::percentile(text.strip_prefix('p')?))
            .or_else(|| Self::range(text, "TC", Statistic::TrimmedCount))
            .or_else(|| Self::range(text, "PR", Statistic::PercentileRank))
            .ok_or_else(|| {
                format!(
                    "the simulated CloudWatch knows no statistic {text}: it knows Sum, \
                     SampleCount, Average, Minimum, Maximum, p0 to p100, TC(a:b) and PR(a:b)"
                )
            })
    }

    fn percentile(digits: &str) -> Option<Self> {
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let percent: f64 = digits.parse().ok().filter(|_| is_plain)?;
        (0.0..=100.0).contains(&percent).then_some(Statistic::Percentile(percent / 100.0))
    }

    fn range(text: &str, name: &str, make: fn(f64, f64) -> Self) -> Option<Self> {
        let inner = text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')?;
        let (low, high) = inner.split_once(':')?;
        let bound = |text: &str, open: f64| match text {
            "" => Some(open),
            text => text.parse().ok().filter(|value: &f64| value.is_finite()),
        };
        let (low, high) = (bound(low, f64::NEG_INFINITY)?, bound(high, f64::INFINITY)?);
        (low < high).then(|| make(low, high))
    }

    /// Of a counter that publishes 1 for each event: no events, no data.
    pub(crate) fn of_count(self, events: u64) -> Option<f64> {
        let events = events as f64;
        (events > 0.0).then_some(match self {
            Statistic::Sum | Statistic::SampleCount => events,
            Statistic::Average
            | Statistic::Minimum
            | Statistic::Maximum
            | Statistic::Percentile(_) => 1.0,
            Statistic::TrimmedCount(low, high) => {
                if low < 1.0 && 1.0 <= high {
                    events
                } else {
                    0.0
                }
            }
            Statistic::PercentileRank(low, high) => {
                if low < 1.0 && 1.0 <= high {
                    100.0
                } else {
                    0.0
                }
            }
        })
    }

    /// Of a gauge that publishes once a minute.
    pub(crate) fn of_gauge(self, values: &[f64]) -> Option<f64> {
        let count = values.len() as f64;
        let sum: f64 = values.iter().sum();
        let within = |low: f64, high: f64| {
            values.iter().filter(|value| low < **value && **value <= high).count() as f64
        };
        (count > 0.0).then(|| match self {
            Statistic::Sum => sum,
            Statistic::SampleCount => count,
            Statistic::Average => sum / count,
            Statistic::Minimum => values.iter().copied().fold(f64::INFINITY, f64::min),
            Statistic::Maximum => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Statistic::Percentile(share) => {
                let mut sorted = values.to_vec();
                sorted.sort_by(f64::total_cmp);
                sorted[((count - 1.0) * share).round() as usize]
            }
            Statistic::TrimmedCount(low, high) => within(low, high),
            Statistic::PercentileRank(low, high) => 100.0 * within(low, high) / count,
        })
    }

    /// Of the latencies of a period's minutes, in seconds. Percentiles of several minutes are
    /// weighted by their responses.
    pub(crate) fn of_latency(self, minutes: &[Minute]) -> Option<f64> {
        let latencies = || minutes.iter().map(|it| it.latency).filter(|it| it.responses > 0);
        let count = latencies().map(|it| it.responses).sum::<u64>() as f64;
        let weighted = |value: &dyn Fn(&super::Latency) -> f64| {
            latencies().map(|it| value(&it) * it.responses as f64).sum::<f64>()
        };
        let within = |low: f64, high: f64| {
            let one = |it: super::Latency| it.slower(low).saturating_sub(it.slower(high));
            latencies().map(one).sum::<u64>() as f64
        };
        (count > 0.0).then(|| match self {
            Statistic::Sum => weighted(&super::Latency::mean),
            Statistic::SampleCount => count,
            Statistic::Average => weighted(&super::Latency::mean) / count,
            Statistic::Minimum => {
                latencies().map(|it| it.quantile(0.0)).fold(f64::INFINITY, f64::min)
            }
            Statistic::Maximum => latencies().map(|it| it.quantile(1.0)).fold(0.0, f64::max),
            Statistic::Percentile(share) => weighted(&|it| it.quantile(share)) / count,
            Statistic::TrimmedCount(low, high) => within(low, high),
            Statistic::PercentileRank(low, high) => 100.0 * within(low, high) / count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Statistic;

    #[test]
    fn spellings_of_cloudwatch_are_read_and_others_refused_with_a_list() {
        assert_eq!(Statistic::parse("p99"), Ok(Statistic::Percentile(0.99)));
        assert_eq!(Statistic::parse("TC(0.5:)"), Ok(Statistic::TrimmedCount(0.5, f64::INFINITY)));
        assert_eq!(
            Statistic::parse("PR(:2)"),
            Ok(Statistic::PercentileRank(f64::NEG_INFINITY, 2.0))
        );
        for bad in ["", "p", "p101", "p-1", "pNaN", "TC", "TC(1)", "TC(2:1)", "TC(x:)", "median"] {
            let error = Statistic::parse(bad).unwrap_err();
            assert!(error.contains("SampleCount"), "{bad}: {error}");
        }
    }

    #[test]
    fn no_events_are_no_data() {
        assert_eq!(Statistic::Sum.of_count(0), None);
        assert_eq!(Statistic::Sum.of_count(7), Some(7.0));
        assert_eq!(Statistic::Average.of_count(7), Some(1.0));
        assert_eq!(Statistic::TrimmedCount(0.5, 1.0).of_count(7), Some(7.0));
    }

    #[test]
    fn a_gauge_is_summed_up_by_its_values() {
        let values = [2.0, 1.0, 4.0];
        assert_eq!(Statistic::Minimum.of_gauge(&values), Some(1.0));
        assert_eq!(Statistic::Maximum.of_gauge(&values), Some(4.0));
        assert_eq!(Statistic::Percentile(0.5).of_gauge(&values), Some(2.0));
        assert_eq!(Statistic::TrimmedCount(1.0, 4.0).of_gauge(&values), Some(2.0));
        assert_eq!(Statistic::Average.of_gauge(&[]), None);
    }
}
