//! What `GetMetricData` answered, page by page, and what is made of it.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{MessageData, MetricDataResult, StatusCode};
use rollout::EpochS;
use runner::question::{Completeness, Point};
use runner::{CallError, CallErrorKind, Called, MetricQuery, MetricSource, Series};

use super::wire::place;

/// An expression divided by zero or the like: those values are left out, and were none.
const NO_NUMBER: &str = "ArithmeticError";

/// The results of all queries so far, by their places.
#[derive(Debug, Default)]
pub(super) struct Heard(BTreeMap<usize, Results>);

#[derive(Debug, Default)]
struct Results {
    points: BTreeMap<EpochS, f64>,
    /// The latest: a page says `PartialData` of what goes on in the next (API reference,
    /// "MetricDataResult", StatusCode).
    is_complete: bool,
    /// A message says that something is amiss.
    is_flawed: bool,
}

impl Heard {
    /// Takes in a page.
    ///
    /// # Errors
    /// A message about the whole call, a series that may not be read, an expression of several.
    pub(super) fn page(
        &mut self,
        messages: &[MessageData],
        results: &[MetricDataResult],
        queries: &[MetricQuery<'_>],
    ) -> Called<()> {
        if !messages.is_empty() {
            return Err(refused(told(messages)));
        }
        let mut seen = Vec::new();
        for result in results {
            let Some(at) = result.id().and_then(place) else { continue };
            let id = queries.get(at).map_or("", name);
            if seen.contains(&at) {
                return Err(refused(format!(
                    "{id}: the expression yields several series, not one"
                )));
            }
            if result.status_code() == Some(&StatusCode::Forbidden) {
                return Err(refused(format!("{id}: Forbidden: {}", told(result.messages()))));
            }
            seen.push(at);
            self.0.entry(at).or_default().result(id, result);
        }
        Ok(())
    }

    /// The answer to the query at a place: its own interval, closed periods, finite values.
    pub(super) fn answer(&self, at: usize, query: &MetricQuery<'_>, now: EpochS) -> Series {
        let period_s = query.period_s.max(1);
        let begin = query.begin.period_begin(period_s);
        let series = self.0.get(&at);
        let points = series.into_iter().flat_map(|series| series.points.range(begin..query.end));
        let points = points.map(|(time, value)| Point { time: *time, value: *value });
        let is_over = |point: &Point| point.time.plus_s(period_s) <= now;
        let points: Vec<Point> =
            points.filter(|point| is_over(point) && point.value.is_finite()).collect();
        let completeness = match series {
            Some(series) if !series.is_complete || series.is_flawed => Completeness::Partial,
            _ if points.is_empty() => Completeness::Empty,
            _ => Completeness::Complete,
        };
        Series { points, completeness }
    }
}

impl Results {
    fn result(&mut self, id: &str, result: &MetricDataResult) {
        let times = result.timestamps().iter().filter_map(|time| u32::try_from(time.secs()).ok());
        self.points.extend(times.map(EpochS).zip(result.values().iter().copied()));
        let grave = |message: &&MessageData| message.code() != Some(NO_NUMBER);
        let messages: Vec<MessageData> = result.messages().iter().filter(grave).cloned().collect();
        if !messages.is_empty() {
            tracing::warn!(id, messages = told(&messages), "CloudWatch says of a series");
            self.is_flawed = true;
        }
        self.is_complete = result.status_code() == Some(&StatusCode::Complete);
    }
}

/// What a query asks for, for people: the name of a metric, or the expression.
fn name<'a>(query: &'a MetricQuery<'_>) -> &'a str {
    match &query.what {
        MetricSource::Series { name, .. } => name,
        MetricSource::Expression(expression) => expression,
    }
}

fn told(messages: &[MessageData]) -> String {
    let one = |message: &MessageData| {
        format!("{}: {}", message.code().unwrap_or("?"), message.value().unwrap_or("?"))
    };
    messages.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn refused(why: String) -> CallError {
    CallError::new(CallErrorKind::Refused, format!("GetMetricData: {why}"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::primitives::DateTime;

    use super::*;

    fn query(begin: u32, end: u32) -> MetricQuery<'static> {
        let what = MetricSource::Expression("mine / m1".to_owned());
        let (begin, end) = (EpochS(begin), EpochS(end));
        MetricQuery { what, period_s: 60, begin, end }
    }

    fn result(status: StatusCode, points: &[(i64, f64)]) -> MetricDataResult {
        let times = points.iter().map(|(time, _)| DateTime::from_secs(*time)).collect();
        let values = points.iter().map(|(_, value)| *value).collect();
        MetricDataResult::builder()
            .id("m0")
            .status_code(status)
            .set_timestamps(Some(times))
            .set_values(Some(values))
            .build()
    }

    fn message(code: &str) -> MessageData {
        MessageData::builder().code(code).value("because").build()
    }

    fn answer(pages: &[&[MetricDataResult]], query: &MetricQuery<'_>, now: u32) -> Series {
        let mut heard = Heard::default();
        for page in pages {
            heard.page(&[], page, std::slice::from_ref(query)).expect("it is taken");
        }
        heard.answer(0, query, EpochS(now))
    }

    #[test]
    fn pages_are_put_together_and_the_last_status_counts() {
        let first = result(StatusCode::PartialData, &[(600, 1.0), (660, 2.0)]);
        let second = result(StatusCode::Complete, &[(720, 3.0)]);
        let pages: [&[MetricDataResult]; 2] = [&[first], &[second]];
        let whole = answer(&pages, &query(600, 780), 2_000);
        assert_eq!(whole.completeness, Completeness::Complete);
        assert_eq!(whole.points.iter().map(|it| it.value).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
        let cut = answer(&pages[..1], &query(600, 780), 2_000);
        assert_eq!((cut.points.len(), cut.completeness), (2, Completeness::Partial));
    }

    #[test]
    fn an_internal_error_is_partial_and_nothing_at_all_is_empty() {
        let internal = result(StatusCode::InternalError, &[]);
        let partial = answer(&[&[internal]], &query(600, 780), 2_000);
        assert_eq!(partial.completeness, Completeness::Partial);
        let nothing = result(StatusCode::Complete, &[]);
        let empty = answer(&[&[nothing]], &query(600, 780), 2_000);
        assert_eq!(empty.completeness, Completeness::Empty);
        assert_eq!(answer(&[], &query(600, 780), 2_000).completeness, Completeness::Empty);
    }

    #[test]
    fn an_answer_keeps_to_its_own_interval_and_to_periods_that_are_over() {
        let points = [(540, 1.0), (600, f64::NAN), (660, 2.0), (720, 3.0), (780, 4.0)];
        let result = result(StatusCode::Complete, &points);
        let page: &[&[MetricDataResult]] = &[&[result]];
        let times = |query: &MetricQuery<'_>, now| {
            answer(page, query, now).points.iter().map(|it| it.time.0).collect::<Vec<_>>()
        };
        assert_eq!(times(&query(610, 780), 2_000), [660, 720]);
        assert_eq!(times(&query(600, 840), 779), [660]);
    }

    #[test]
    fn messages_are_errors_or_make_a_series_partial_but_no_number_is_none() {
        let mut heard = Heard::default();
        let error = heard.page(&[message("MaxMetricsExceeded")], &[], &[]).unwrap_err();
        assert!(error.message.contains("MaxMetricsExceeded: because"), "{error}");
        let with = |code| {
            let mut result = result(StatusCode::Complete, &[(600, 1.0)]);
            result.messages = Some(vec![message(code)]);
            answer(&[&[result]], &query(600, 660), 2_000).completeness
        };
        assert_eq!(with("ArithmeticError"), Completeness::Complete);
        assert_eq!(with("Something"), Completeness::Partial);
    }

    #[test]
    fn what_may_not_be_read_and_what_is_several_series_are_refused() {
        let query = [query(600, 660)];
        let forbidden = result(StatusCode::Forbidden, &[]);
        assert!(Heard::default().page(&[], &[forbidden], &query).is_err());
        let two = [result(StatusCode::Complete, &[]), result(StatusCode::Complete, &[])];
        let error = Heard::default().page(&[], &two, &query).unwrap_err();
        assert!(error.message.contains("mine") && error.message.contains("several"), "{error}");
    }
}
