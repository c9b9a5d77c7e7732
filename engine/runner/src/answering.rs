//! Answering the questions of a round: grants first, then one metrics call for all gates, then
//! the requests.

#[cfg(test)]
mod tests;

use rollout::{Billed, EpochS, Gate};

use crate::billed;
use crate::driver::Driver;
use crate::grant;
use crate::ports::{CallErrorKind, Called, MetricQuery, Series};
use crate::question::{
    Answer, Completeness, ExpressionQuestion, Question, RequestQuestion, SeriesAnswer,
};
use crate::reach::ProbeRequest;

/// One gate's questions of a round.
pub(crate) struct Asked<'a> {
    pub(crate) gate: &'a Gate,
    pub(crate) questions: &'a [Question],
}

/// What becomes of a question.
enum Way {
    /// Its place in the metrics call.
    Metric(usize),
    Request(Box<ProbeRequest>),
    Denied(String),
}

/// The metrics call of a round, as it grows.
#[derive(Default)]
struct MetricsCall<'a>(Vec<MetricQuery<'a>>);

impl<'a> MetricsCall<'a> {
    fn add(&mut self, query: Result<MetricQuery<'a>, String>) -> Way {
        match query {
            Err(why) => Way::Denied(why),
            Ok(query) => {
                self.0.push(query);
                Way::Metric(self.0.len() - 1)
            }
        }
    }
}

/// Gates that share a metrics call: what becomes of their questions, and what the call said.
struct Measured<'a> {
    ways: Vec<Vec<Way>>,
    queries: Vec<MetricQuery<'a>>,
    metrics: Called<Vec<Series>>,
}

/// The answers to each gate's questions, in their order; what was asked is added to `billed`.
///
/// # Errors
/// Only what ends the drive; a provider's error is an answer.
pub(crate) async fn answer<'a>(
    driver: &'a Driver,
    asked: &[Asked<'a>],
    billed: &mut Billed,
) -> Called<Vec<Vec<Answer>>> {
    let calls = measure_apart(driver, asked, billed).await;
    let errors = calls.iter().filter_map(|call| call.metrics.as_ref().err());
    if let Some(error) = errors.into_iter().find(|error| error.kind.ends_the_drive()) {
        return Err(error.clone());
    }
    let now = driver.now();
    let mut all = Vec::with_capacity(asked.len());
    let mut asked = asked.iter();
    for Measured { ways, queries, mut metrics } in calls {
        for (ways, one) in ways.into_iter().zip(asked.by_ref()) {
            let mut answers = Vec::with_capacity(ways.len());
            for (question, way) in one.questions.iter().zip(ways) {
                let id = question.id().to_owned();
                answers.push(match way {
                    Way::Denied(why) => Answer::Denied { id, why },
                    Way::Metric(place) => series(id, place, &mut metrics, &queries, now),
                    Way::Request(request) => respond(driver, id, &request).await?,
                });
            }
            all.push(answers);
        }
    }
    Ok(all)
}

/// One call for all gates. If that is refused, it may be for one gate's nonsense, which is to be no
/// other's: then a call for each gate.
async fn measure_apart<'a>(
    driver: &'a Driver,
    asked: &[Asked<'a>],
    billed: &mut Billed,
) -> Vec<Measured<'a>> {
    let together = measure(driver, asked, billed).await;
    let is_measured = |ways: &&Vec<Way>| ways.iter().any(|way| matches!(way, Way::Metric(_)));
    let is_shared = together.ways.iter().filter(is_measured).count() > 1;
    match &together.metrics {
        Err(error) if error.kind == CallErrorKind::Refused && is_shared => {
            let mut apart = Vec::with_capacity(asked.len());
            for one in asked {
                apart.push(measure(driver, std::slice::from_ref(one), billed).await);
            }
            apart
        }
        _ => vec![together],
    }
}

async fn measure<'a>(driver: &'a Driver, asked: &[Asked<'a>], billed: &mut Billed) -> Measured<'a> {
    let mut call = MetricsCall::default();
    let ways: Vec<Vec<Way>> = asked.iter().map(|one| ways(driver, one, &mut call)).collect();
    let MetricsCall(queries) = call;
    let metrics = match queries.is_empty() {
        true => Ok(Vec::new()),
        false => billed::query(&*driver.context.cloud.metrics, &queries, billed).await,
    };
    Measured { ways, queries, metrics }
}

/// What becomes of a gate's questions. Metric math comes last: it names series by their places.
fn ways<'a>(driver: &'a Driver, one: &Asked<'a>, call: &mut MetricsCall<'a>) -> Vec<Way> {
    let first: Vec<Result<Way, &ExpressionQuestion>> = one
        .questions
        .iter()
        .map(|question| match question {
            Question::Metric(metric) => {
                Ok(call.add(grant::metric(one.gate, &driver.places, metric)))
            }
            Question::Request(asked) => Ok(request(driver, one.gate, asked)),
            Question::Expression(expression) => Err(expression),
        })
        .collect();
    let both = one.questions.iter().zip(&first);
    let own: Vec<(&str, usize)> = both
        .filter_map(|(question, way)| match way {
            Ok(Way::Metric(place)) => Some((question.id(), *place)),
            _ => None,
        })
        .collect();
    let place_of = |id: &str| own.iter().find(|(it, _)| *it == id).map(|(_, place)| *place);
    first
        .into_iter()
        .map(|way| way.unwrap_or_else(|it| call.add(grant::expression(it, place_of))))
        .collect()
}

fn request(driver: &Driver, gate: &Gate, asked: &RequestQuestion) -> Way {
    let first_name = driver.deployment.plan.names.first().map_or("", String::as_str);
    match grant::request(gate, &driver.places, first_name, asked) {
        Ok(request) => Way::Request(Box::new(request)),
        Err(why) => Way::Denied(why),
    }
}

fn series(
    id: String,
    place: usize,
    metrics: &mut Called<Vec<Series>>,
    queries: &[MetricQuery<'_>],
    now: EpochS,
) -> Answer {
    let answers = match metrics {
        Ok(answers) => answers,
        Err(error) => {
            let retryable = error.is_retryable();
            return Answer::Failed { id, why: error.message.clone(), retryable };
        }
    };
    let (Some(answer), Some(query)) = (answers.get_mut(place), queries.get(place)) else {
        let why = "the provider left it unanswered".to_owned();
        return Answer::Failed { id, why, retryable: true };
    };
    let mut points = std::mem::take(&mut answer.points);
    // An open period is not evidence, whatever the provider already says of it.
    points.retain(|point| point.time.plus_s(query.period_s) <= now && point.value.is_finite());
    let completeness = match answer.completeness {
        Completeness::Complete if points.is_empty() => Completeness::Empty,
        completeness => completeness,
    };
    Answer::Series(SeriesAnswer { id, points, completeness })
}

async fn respond(driver: &Driver, id: String, request: &ProbeRequest) -> Called<Answer> {
    match driver.context.cloud.probes.request(&driver.deployment, request).await {
        Ok(response) => Ok(Answer::Response(response)),
        Err(error) if error.kind.ends_the_drive() => Err(error),
        Err(error) => {
            let retryable = error.is_retryable();
            Ok(Answer::Failed { id, why: error.message, retryable })
        }
    }
}

/// The beginning of the newest period of a complete answer.
pub(crate) fn newest_complete_period(answer: &Answer) -> Option<EpochS> {
    match answer {
        Answer::Series(series) if series.completeness == Completeness::Complete => {
            series.points.last().map(|point| point.time)
        }
        _ => None,
    }
}
