//! Scripted answers, and what each makes of a question.

use std::collections::BTreeMap;

use rollout::EpochS;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::question::{
    Answer, Completeness, Header, Point, Question, ResponseAnswer, SeriesAnswer, Timings,
};

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Answered {
    /// This value in every period that is asked for.
    Always(f64),
    /// A series, a response, or why there is none.
    Scripted(Box<Scripted>),
}

/// The answer to a question: one of `values`, `response`, `denied`, `failed`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Scripted {
    /// A series: a value a period, null for a period without data. Of it the question gets what it
    /// asks for and what is past by then.
    pub values: Option<Vec<Option<f64>>>,
    /// Seconds from the deployment's start to the first value; 0 where left out.
    #[schemars(range(min = -31_536_000, max = 31_536_000))]
    pub from: Option<i64>,
    /// Seconds between two values; the question's period where left out.
    #[schemars(range(min = 1, max = 86_400))]
    pub every: Option<u32>,
    /// Whether the provider says that more of the series is to come.
    pub partial: bool,
    /// The response to a request.
    pub response: Option<Response>,
    /// The question is not granted: what would have had to be.
    pub denied: Option<String>,
    /// The question could not be answered: why.
    pub failed: Option<String>,
    /// Whether asking again makes sense after `failed`; true where left out.
    pub retryable: Option<bool>,
}

/// The response to a request.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Response {
    /// HTTP status.
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
    /// Its body, as text.
    pub body: Option<String>,
    /// Its body, as JSON.
    pub json: Option<Value>,
    /// Whether the host cut the body.
    pub truncated: bool,
    /// Milliseconds until the body was read.
    #[schemars(range(min = 0, max = 30_000))]
    pub total_ms: f64,
}

impl Default for Response {
    fn default() -> Self {
        Response {
            status: 200,
            headers: BTreeMap::new(),
            body: None,
            json: None,
            truncated: false,
            total_ms: 10.0,
        }
    }
}

/// An answer to any question, where nothing is known: 1 in every period, an empty 200 to a request.
#[must_use]
pub fn sample_answer(question: &Question, now: EpochS) -> Answer {
    let id = question.id().to_owned();
    match times(question, now) {
        Ok(times) => series(id, times.map(|(time, _)| (time, Some(1.0))), false),
        Err(_) => Answer::Response(Response::default().to(id)),
    }
}

impl Answered {
    /// The answer to a question asked at `now` in a case whose second 0 is `zero`.
    ///
    /// # Errors
    /// Why this cannot answer that.
    pub(super) fn to(
        &self,
        question: &Question,
        zero: EpochS,
        now: EpochS,
    ) -> Result<Answer, String> {
        let id = question.id().to_owned();
        match self {
            Answered::Always(value) => {
                let points = times(question, now)?.map(|(time, _)| (time, Some(*value)));
                Ok(series(id, points, false))
            }
            Answered::Scripted(it) => match (&it.values, &it.response, &it.denied, &it.failed) {
                (_, _, Some(why), _) => Ok(Answer::Denied { id, why: why.clone() }),
                (_, _, _, Some(why)) => {
                    let retryable = it.retryable.unwrap_or(true);
                    Ok(Answer::Failed { id, why: why.clone(), retryable })
                }
                (_, Some(response), ..) => match question {
                    Question::Request(_) => Ok(Answer::Response(response.to(id))),
                    _ => Err("a response does not answer a question for a series".to_owned()),
                },
                _ => it.series(question, zero, now),
            },
        }
    }
}

impl Scripted {
    fn series(&self, question: &Question, zero: EpochS, now: EpochS) -> Result<Answer, String> {
        let values = self.values.as_deref().unwrap_or_default();
        let first = i64::from(zero.0) + self.from.unwrap_or(0);
        let points = times(question, now)?.map(|(time, period_s)| {
            let every_s = i64::from(self.every.unwrap_or(period_s));
            if every_s != i64::from(period_s) {
                let why =
                    format!("a value every {every_s} s is no series of {period_s} s a period");
                return Err(why);
            }
            let since_s = i64::from(time.0) - first;
            let place = usize::try_from(since_s.div_euclid(every_s)).ok();
            let value = place.and_then(|place| *values.get(place)?);
            Ok((time, value.filter(|_| since_s.rem_euclid(every_s) == 0)))
        });
        let points: Vec<_> = points.collect::<Result<_, String>>()?;
        Ok(series(question.id().to_owned(), points.into_iter(), self.partial))
    }
}

/// The beginnings of the periods that a question asks for, as far as they have begun, and their
/// length.
fn times(
    question: &Question,
    now: EpochS,
) -> Result<impl Iterator<Item = (EpochS, u32)> + use<>, String> {
    let (period_s, begin, end) = match question {
        Question::Metric(it) => (it.period_s, it.begin, it.end),
        Question::Expression(it) => (it.period_s, it.begin, it.end),
        Question::Request(_) => return Err("a series does not answer a request".to_owned()),
    };
    let times = (begin.0..end.min(now).0).step_by(period_s.max(1) as usize);
    Ok(times.map(move |time| (EpochS(time), period_s)))
}

fn series(
    id: String,
    points: impl Iterator<Item = (EpochS, Option<f64>)>,
    partial: bool,
) -> Answer {
    let points: Vec<_> =
        points.filter_map(|(time, value)| Some(Point { time, value: value? })).collect();
    let completeness = match (partial, points.is_empty()) {
        (true, _) => Completeness::Partial,
        (false, true) => Completeness::Empty,
        (false, false) => Completeness::Complete,
    };
    Answer::Series(SeriesAnswer { id, points, completeness })
}

impl Response {
    fn to(&self, id: String) -> ResponseAnswer {
        let body = match (&self.json, &self.body) {
            (Some(json), _) => json.to_string(),
            (None, Some(body)) => body.clone(),
            (None, None) => String::new(),
        };
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.clone(), value: value.clone() });
        let half_ms = self.total_ms / 2.0;
        ResponseAnswer {
            id,
            status: self.status,
            headers: headers.collect(),
            body: body.into_bytes(),
            truncated: self.truncated,
            timings: Timings {
                resolved_ms: 0.0,
                connected_ms: half_ms / 2.0,
                first_byte_ms: half_ms,
                total_ms: self.total_ms,
            },
        }
    }
}
