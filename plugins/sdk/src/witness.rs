//! The canary's requests beside whatever a file names: they tell that CloudWatch delivers and that
//! the canary serves, where a metric of its own is silent.

use crate::progress::Progress;
use crate::series::{Answers, Gap, count_at, id_of, own_question, question_id, request_parts};
use crate::window::{LAG_S, PERIOD_S};
use crate::{Answer, Question, Side, Situation};

/// What the canary's request counts are called among the questions.
const REQUESTS: &str = "requests";

impl Progress {
    /// The questions about the canary's requests that are new since the last look.
    #[must_use]
    pub fn request_questions(&self, situation: &Situation) -> Vec<Question> {
        let Some(window) = self.window(situation, LAG_S) else { return Vec::new() };
        let metric = ("RequestCount", "Sum");
        request_parts(&situation.canary)
            .into_iter()
            .map(|part| own_question(Side::Canary, part, REQUESTS, metric, window))
            .collect()
    }

    /// Takes in their answers.
    ///
    /// # Errors
    /// When they cannot be judged; nothing was consumed then.
    pub fn take_requests(&mut self, situation: &Situation, answers: &[Answer]) -> Result<(), Gap> {
        let Some(window) = self.window(situation, LAG_S) else { return Ok(()) };
        let ids: Vec<String> = request_parts(&situation.canary)
            .into_iter()
            .map(|part| question_id(Side::Canary, part, REQUESTS))
            .collect();
        let own = answers.iter().filter(|answer| ids.iter().any(|id| id == id_of(answer)));
        let own = Answers::read(&own.cloned().collect::<Vec<_>>())?;
        let series = ids.iter().map(|id| own.series(id)).collect::<Result<Vec<_>, _>>()?;
        for begin_s in window.periods() {
            let requests: f64 = series.iter().map(|series| count_at(series, begin_s)).sum();
            self.advance(begin_s.saturating_add(PERIOD_S), requests);
        }
        Ok(())
    }
}
