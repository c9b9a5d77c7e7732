//! Answers for tests of gates.

use crate::{
    Answer, Completeness, DeniedAnswer, FailedAnswer, Header, Point, Question, ResponseAnswer,
    SeriesAnswer, Timings,
};

/// The id of a question.
#[must_use]
pub fn id_of(question: &Question) -> &str {
    match question {
        Question::Metric(it) => &it.id,
        Question::Expression(it) => &it.id,
        Question::Request(it) => &it.id,
    }
}

/// A series with `value(time)` at the beginning of each period that is asked for; none for a request.
pub fn series(question: &Question, value: impl Fn(u32) -> Option<f64>) -> Option<Answer> {
    let (begin, end, period_s) = match question {
        Question::Metric(it) => (it.begin, it.end, it.period_s),
        Question::Expression(it) => (it.begin, it.end, it.period_s),
        Question::Request(_) => return None,
    };
    let times = (begin..end).step_by(period_s.max(1) as usize);
    let points: Vec<_> =
        times.filter_map(|time| Some(Point { time, value: value(time)? })).collect();
    let completeness = if points.is_empty() { Completeness::Empty } else { Completeness::Complete };
    let id = id_of(question).to_owned();
    Some(Answer::Series(SeriesAnswer { id, points, completeness }))
}

/// A series of which more is to come; any other answer stays as it is.
#[must_use]
pub fn partial(answer: Answer) -> Answer {
    match answer {
        Answer::Series(series) => {
            Answer::Series(SeriesAnswer { completeness: Completeness::Partial, ..series })
        }
        other => other,
    }
}

/// A response after 120 ms.
#[must_use]
pub fn response(question: &Question, status: u32, headers: &[(&str, &str)], body: &str) -> Answer {
    let header = |(name, value): &(&str, &str)| Header {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    Answer::Response(ResponseAnswer {
        id: id_of(question).to_owned(),
        status,
        headers: headers.iter().map(header).collect(),
        body: body.as_bytes().to_vec(),
        truncated: false,
        timings: Timings {
            resolved_ms: 1.0,
            connected_ms: 5.0,
            first_byte_ms: 100.0,
            total_ms: 120.0,
        },
    })
}

/// The question is not granted.
#[must_use]
pub fn denied(question: &Question, why: &str) -> Answer {
    Answer::Denied(DeniedAnswer { id: id_of(question).to_owned(), why: why.to_owned() })
}

/// The question could not be answered; asking again makes sense.
#[must_use]
pub fn failed(question: &Question, why: &str) -> Answer {
    let id = id_of(question).to_owned();
    Answer::Failed(FailedAnswer { id, why: why.to_owned(), retryable: true })
}
