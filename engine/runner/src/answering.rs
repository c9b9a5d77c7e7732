//! Answering the questions of a round: grants first, then one metrics call for all gates, then
//! the requests.

use rollout::{EpochS, Gate};

use crate::driver::Driver;
use crate::grant;
use crate::ports::{CallError, Called, MetricQuery};
use crate::question::{Answer, Completeness, Question, RequestQuestion, SeriesAnswer};

/// One gate's questions of a round.
pub(crate) struct Asked<'a> {
    pub(crate) gate: &'a Gate,
    pub(crate) questions: &'a [Question],
}

/// What becomes of a question.
enum Way {
    /// Its place in the metrics call.
    Metric(usize),
    Request(RequestQuestion),
    Denied(String),
}

/// The answers to each gate's questions, in their order.
///
/// # Errors
/// Only what ends the drive; a provider's error is an answer.
pub(crate) async fn answer(driver: &Driver, asked: &[Asked<'_>]) -> Called<Vec<Vec<Answer>>> {
    let mut queries = Vec::new();
    let ways: Vec<Vec<Way>> = asked
        .iter()
        .enumerate()
        .map(|(index, one)| {
            let way = |question| way(driver, one.gate, index, question, &mut queries);
            one.questions.iter().map(way).collect()
        })
        .collect();
    let metrics = match queries.is_empty() {
        true => Ok(Vec::new()),
        false => driver.context.cloud.metrics.query(&queries).await,
    };
    if let Err(error) = &metrics
        && error.kind.ends_the_drive()
    {
        return Err(error.clone());
    }
    let now = driver.now();
    let mut all = Vec::with_capacity(asked.len());
    for (one, ways) in asked.iter().zip(ways) {
        let mut answers = Vec::with_capacity(ways.len());
        for (question, way) in one.questions.iter().zip(ways) {
            let id = question.id().to_owned();
            answers.push(match way {
                Way::Denied(why) => Answer::Denied { id, why },
                Way::Metric(place) => series(id, place, &metrics, &queries, now),
                Way::Request(request) => respond(driver, id, &request).await?,
            });
        }
        all.push(answers);
    }
    Ok(all)
}

fn way(
    driver: &Driver,
    gate: &Gate,
    index: usize,
    question: &Question,
    queries: &mut Vec<MetricQuery>,
) -> Way {
    let query = match question {
        Question::Metric(metric) => grant::metric(gate, &driver.places, metric),
        Question::Expression(expression) => grant::expression(expression),
        Question::Request(request) => {
            let names = &driver.deployment.plan.names;
            let first = names.first().map_or("", String::as_str);
            return match grant::request(gate, &driver.places, first, request) {
                Ok(request) => Way::Request(request),
                Err(why) => Way::Denied(why),
            };
        }
    };
    match query {
        Err(why) => Way::Denied(why),
        Ok(mut query) => {
            // Ids are unique in a gate's round; several gates share one call.
            query.id = format!("g{index}_{}", query.id);
            queries.push(query);
            Way::Metric(queries.len() - 1)
        }
    }
}

fn series(
    id: String,
    place: usize,
    metrics: &Result<Vec<SeriesAnswer>, CallError>,
    queries: &[MetricQuery],
    now: EpochS,
) -> Answer {
    let answers = match metrics {
        Ok(answers) => answers,
        Err(error) => {
            let retryable = error.is_retryable();
            return Answer::Failed { id, why: error.message.clone(), retryable };
        }
    };
    let Some(answer) = answers.get(place) else {
        let why = "the provider left it unanswered".to_owned();
        return Answer::Failed { id, why, retryable: true };
    };
    let period_s = queries.get(place).map_or(0, |query| query.period_s);
    let mut answer = SeriesAnswer { id, ..answer.clone() };
    // An open period is not evidence, whatever the provider already says of it.
    answer.points.retain(|point| point.time.plus_s(period_s) <= now && point.value.is_finite());
    if answer.points.is_empty() && answer.completeness == Completeness::Complete {
        answer.completeness = Completeness::Empty;
    }
    Answer::Series(answer)
}

async fn respond(driver: &Driver, id: String, request: &RequestQuestion) -> Called<Answer> {
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
