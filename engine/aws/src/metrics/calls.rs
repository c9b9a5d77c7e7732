//! Which queries share a call: all, unless they are too many, too long, or of periods that no one
//! beginning fits.

use std::collections::BTreeMap;

use rollout::EpochS;
use runner::{MetricQuery, MetricSource};

use super::mentioned::mentioned;

/// Queries of one `GetMetricData` call (API reference, "GetMetricData").
const MOST_QUERIES: usize = 500;
/// Points of one page (API reference, "GetMetricData", MaxDatapoints).
const MOST_POINTS: u64 = 100_800;

/// A call: queries by their places, and the interval all of them are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// In rising order.
    pub(super) members: Vec<usize>,
    /// Inclusive; a multiple of every period.
    pub(super) begin: EpochS,
    /// Exclusive; closed periods only.
    pub(super) end: EpochS,
    /// The longest; the others divide it.
    period_s: u32,
}

/// The calls that answer these queries. What has no closed period yet is in none of them, unless
/// an expression that has one is made of it.
pub(super) fn calls(queries: &[MetricQuery<'_>], now: EpochS) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for family in families(queries) {
        let members = family.iter().filter_map(|place| Some((*place, queries.get(*place)?)));
        let each = members.map(|(place, query)| Call::of(place, query, now));
        let Some(call) = each.reduce(Call::with) else { continue };
        if call.begin >= call.end {
            continue;
        }
        let joined = calls.last().and_then(|last| last.clone().joined(&call, queries));
        if joined.is_some() {
            calls.pop();
        }
        calls.push(joined.unwrap_or(call));
    }
    calls
}

impl Call {
    fn of(place: usize, query: &MetricQuery<'_>, now: EpochS) -> Self {
        let period_s = query.period_s.max(1);
        Call {
            members: vec![place],
            begin: query.begin.period_begin(period_s),
            end: query.end.next_period(period_s).min(now.period_begin(period_s)),
            period_s,
        }
    }

    /// Both calls in one, whatever that means for its size.
    fn with(mut self, other: Call) -> Self {
        self.members.extend(other.members);
        self.members.sort_unstable();
        self.period_s = self.period_s.max(other.period_s);
        self.begin = self.begin.min(other.begin).period_begin(self.period_s);
        self.end = self.end.max(other.end);
        self
    }

    /// Both calls in one, if that is a call CloudWatch takes and answers in a page: points lie at
    /// multiples of their period from the beginning, so one beginning must suit all periods.
    fn joined(self, other: &Call, queries: &[MetricQuery<'_>]) -> Option<Self> {
        let (long_s, short_s) =
            (self.period_s.max(other.period_s), self.period_s.min(other.period_s));
        let joined = self.with(other.clone());
        let fits = long_s.is_multiple_of(short_s)
            && joined.members.len() <= MOST_QUERIES
            && joined.points(queries) <= MOST_POINTS;
        fits.then_some(joined)
    }

    fn points(&self, queries: &[MetricQuery<'_>]) -> u64 {
        let span_s = self.end.since_s(self.begin);
        let periods = self.members.iter().filter_map(|place| queries.get(*place));
        periods.map(|query| u64::from(span_s / query.period_s.max(1)) + 1).sum()
    }
}

/// The queries by the expressions that need them in their call; each family in rising order.
fn families(queries: &[MetricQuery<'_>]) -> Vec<Vec<usize>> {
    let mut heads: Vec<usize> = (0..queries.len()).collect();
    for (place, query) in queries.iter().enumerate() {
        let MetricSource::Expression(expression) = &query.what else { continue };
        for other in mentioned(expression).filter(|other| *other < queries.len()) {
            let (one, other) = (heads[place], heads[other]);
            let (first, second) = (one.min(other), one.max(other));
            heads.iter_mut().filter(|head| **head == second).for_each(|head| *head = first);
        }
    }
    let mut families: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, head) in heads.into_iter().enumerate() {
        families.entry(head).or_default().push(place);
    }
    families.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: EpochS = EpochS(1_000_000_020);

    fn series(period_s: u32, begin: u32, end: u32) -> MetricQuery<'static> {
        let (namespace, name, statistic) = ("AWS/ApplicationELB", "RequestCount", "Sum");
        let what = MetricSource::Series { namespace, name, dimensions: &[], statistic };
        MetricQuery { what, period_s, begin: NOW.minus_s(begin), end: NOW.minus_s(end) }
    }

    fn math(expression: &str) -> MetricQuery<'static> {
        let what = MetricSource::Expression(expression.to_owned());
        MetricQuery { what, ..series(60, 600, 120) }
    }

    #[test]
    fn queries_of_different_intervals_are_one_call_over_both_in_whole_periods() {
        let queries = [series(60, 610, 310), series(300, 1_000, 0)];
        let calls = calls(&queries, NOW);
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].members, [0, 1]);
        assert_eq!((calls[0].begin.0 % 300, calls[0].end.0 % 60), (0, 0));
        assert!(calls[0].begin <= queries[1].begin && calls[0].end <= NOW);
    }

    #[test]
    fn more_than_500_are_split_and_none_is_lost() {
        let queries: Vec<_> = (0..1_201).map(|_| series(60, 600, 0)).collect();
        let calls = calls(&queries, NOW);
        let sizes: Vec<usize> = calls.iter().map(|call| call.members.len()).collect();
        assert_eq!(sizes, [500, 500, 201]);
        let all: Vec<usize> = calls.into_iter().flat_map(|call| call.members).collect();
        assert_eq!(all, (0..1_201).collect::<Vec<_>>());
    }

    #[test]
    fn an_expression_and_what_it_is_made_of_stay_together() {
        let mut queries: Vec<_> = (0..499).map(|_| series(60, 600, 0)).collect();
        queries.push(math("m500 / m501"));
        queries.extend([(); 2].map(|()| series(60, 600, 0)));
        let calls = calls(&queries, NOW);
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[1].members, [499, 500, 501]);
    }

    #[test]
    fn an_interval_without_a_closed_period_is_not_asked_for() {
        for period_s in [60, 300] {
            let begin = NOW.period_begin(period_s);
            let end = begin.plus_s(period_s);
            let open = [MetricQuery { begin, end, ..series(period_s, 0, 0) }];
            assert_eq!(calls(&open, end.minus_s(1)), []);
            assert_eq!(calls(&open, end).len(), 1);
        }
    }

    #[test]
    fn a_long_interval_does_not_make_the_others_long() {
        let queries = [series(60, 86_400 * 60, 0), series(60, 600, 0)];
        let calls = calls(&queries, NOW);
        assert_eq!(calls.len(), 2);
        assert!(calls[1].end.since_s(calls[1].begin) <= 660);
    }

    #[test]
    fn periods_that_do_not_divide_each_other_are_apart() {
        assert_eq!(calls(&[series(120, 900, 0), series(180, 900, 0)], NOW).len(), 2);
    }
}
