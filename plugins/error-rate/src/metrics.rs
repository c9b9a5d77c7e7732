//! Which balancer metrics the gate asks for, and what it makes of them by the minute.

use crate::configuration::Unanswered;
use gate_sdk::series::{Answers, Gap, count_at, own_question, question_id, request_parts};
use gate_sdk::statistics::Counts;
use gate_sdk::window::Window;
use gate_sdk::{Part, Question, Release, Side, Situation};
use serde::{Deserialize, Serialize};

/// What is asked about every target group: a short name, the metric, the statistic.
const METRICS: [(&str, &str); 6] = [
    ("requests", "RequestCount"),
    ("2xx", "HTTPCode_Target_2XX_Count"),
    ("3xx", "HTTPCode_Target_3XX_Count"),
    ("4xx", "HTTPCode_Target_4XX_Count"),
    ("5xx", "HTTPCode_Target_5XX_Count"),
    ("refused", "TargetConnectionErrorCount"),
];
/// A look asks 100 questions at most: six a target group and side.
const MOST_PARTS: usize = 8;

/// One side in one minute, summed over its target groups.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Minute {
    /// Requests that a target was chosen for.
    pub(crate) requests: f64,
    /// Responses of any status.
    pub(crate) responses: f64,
    /// Responses with status 500 to 599.
    pub(crate) errors: f64,
    /// Connections that the targets refused or let time out.
    pub(crate) refused: f64,
}

/// The questions about both sides.
pub(crate) fn questions(situation: &Situation, window: Window) -> Vec<Question> {
    sides(situation)
        .flat_map(|(side, release)| parts(release).map(move |part| (side, part)))
        .flat_map(|(side, part)| {
            METRICS.map(|(what, name)| own_question(side, part, what, (name, "Sum"), window))
        })
        .collect()
}

/// One side's minute that begins at `time_s`.
///
/// # Errors
/// When the round did not answer one of the questions.
pub(crate) fn minute(
    answers: &Answers,
    release: &Release,
    side: Side,
    time_s: u32,
) -> Result<Minute, Gap> {
    let mut sum = Minute::default();
    for part in parts(release) {
        let at = |what: &str| {
            answers.series(&question_id(side, part, what)).map(|s| count_at(s, time_s))
        };
        let requests = at("requests")?;
        if requests > 0.0 {
            sum.requests += requests;
            sum.responses += at("2xx")? + at("3xx")? + at("4xx")? + at("5xx")?;
            sum.errors += at("5xx")?;
        }
        sum.refused += at("refused")?;
    }
    Ok(sum)
}

fn sides(situation: &Situation) -> impl Iterator<Item = (Side, &Release)> {
    let baseline = situation.baseline.as_ref().map(|b| (Side::Baseline, b));
    [(Side::Canary, &situation.canary)].into_iter().chain(baseline)
}

fn parts(release: &Release) -> impl Iterator<Item = Part> + use<> {
    request_parts(release).into_iter().take(MOST_PARTS)
}

/// Requests without a response, over a step: a response may fall into the minute after its
/// request, so the difference is taken of sums, and each request is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    requests: f64,
    responses: f64,
    counted: f64,
}

impl Ledger {
    /// Adds a minute and says how many of its requests were bad.
    pub(crate) fn count(&mut self, minute: Minute, unanswered: Unanswered) -> Counts {
        self.requests += minute.requests;
        self.responses += minute.responses;
        let missing = (self.requests - self.responses - self.counted).max(0.0);
        let new = if unanswered == Unanswered::Count { missing } else { 0.0 };
        self.counted += new;
        Counts { requests: minute.requests, bad: (minute.errors + new).min(minute.requests) }
    }

    /// How many requests of the step got no response.
    pub(crate) fn unanswered(self) -> f64 {
        self.counted
    }
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Minute, Unanswered};

    fn minute(requests: f64, responses: f64, errors: f64) -> Minute {
        Minute { requests, responses, errors, refused: 0.0 }
    }

    #[test]
    fn a_response_in_the_next_minute_is_counted_once() {
        let mut ledger = Ledger::default();
        let counts =
            [minute(100.0, 97.0, 1.0), minute(100.0, 103.0, 0.0), minute(100.0, 97.0, 0.0)]
                .map(|m| ledger.count(m, Unanswered::Count).bad);
        assert_eq!(
            counts,
            [4.0, 0.0, 0.0],
            "three in flight at the end of the first, again at the last"
        );
        assert_eq!(ledger.count(minute(100.0, 95.0, 0.0), Unanswered::Count).bad, 5.0);
        assert_eq!(ledger.unanswered(), 8.0);
    }

    #[test]
    fn bad_never_exceeds_requests_and_late_responses_are_not_negative() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.count(minute(10.0, 0.0, 10.0), Unanswered::Count).bad, 10.0);
        assert_eq!(ledger.count(minute(10.0, 30.0, 0.0), Unanswered::Count).bad, 0.0);
    }

    #[test]
    fn ignored_they_are_good() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.count(minute(10.0, 1.0, 1.0), Unanswered::Ignore).bad, 1.0);
        assert_eq!(ledger.unanswered(), 0.0);
    }
}
