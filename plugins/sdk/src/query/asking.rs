//! From series to questions, and from answers to values by the period.

use super::Metric;
use super::expression::renamed;
use crate::series::{Gap, Series, id_of};
use crate::window::Window;
use crate::{Answer, Completeness, ExpressionQuestion, MetricQuestion, Question, Side, Situation};
use std::collections::BTreeMap;

/// The name of an expression's own value among those of its series, which begin with a letter.
const MATH: &str = "_math";
/// The name of a single series.
const SINGLE: &str = "value";

/// The id of a question about a side: `check_0_canary_value`.
fn question_id(id: &str, side: Side, what: &str) -> String {
    let side = match side {
        Side::Canary => "canary",
        Side::Baseline => "baseline",
    };
    format!("{id}_{side}_{what}")
}

/// One series, or math over several, as one entry of a configuration names them.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// What people call the entry.
    pub name: &'a str,
    /// One series.
    pub single: Option<&'a Metric>,
    /// Series by the names that the expression gives them.
    pub several: &'a BTreeMap<String, Metric>,
    /// Metric math over `several`.
    pub expression: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// Its series, each with the name that math gives it; that of a single one is `value`.
    pub fn series(&self) -> impl Iterator<Item = (&'a str, &'a Metric)> + use<'a> {
        let single = self.single.into_iter().map(|metric| (SINGLE, metric));
        single.chain(self.several.iter().map(|(name, metric)| (name.as_str(), metric)))
    }

    /// How many questions it is for one side.
    #[must_use]
    pub fn questions_a_side(&self) -> usize {
        self.series().count() + usize::from(self.expression.is_some())
    }

    /// The questions about one side; their ids begin with the entry's own word, such as
    /// `check_0`. The window is in periods of so many seconds.
    #[must_use]
    pub fn questions(
        &self,
        id: &str,
        situation: &Situation,
        side: Side,
        (period_s, window): (u32, Window),
    ) -> Vec<Question> {
        let release = match (side, &situation.baseline) {
            (Side::Baseline, Some(baseline)) => baseline,
            _ => &situation.canary,
        };
        let series = self.series().map(|(name, metric)| {
            Question::Metric(MetricQuestion {
                id: question_id(id, side, name),
                namespace: metric.namespace.clone(),
                name: metric.name.clone(),
                subject: metric.subject(side, release),
                statistic: metric.statistic.clone(),
                period_s,
                begin: window.begin_s,
                end: window.end_s,
            })
        });
        let math = self.expression.map(|expression| {
            let id_of =
                |name: &str| self.several.contains_key(name).then(|| question_id(id, side, name));
            Question::Expression(ExpressionQuestion {
                id: question_id(id, side, MATH),
                expression: renamed(expression, id_of),
                period_s,
                begin: window.begin_s,
                end: window.end_s,
            })
        });
        series.chain(math).collect()
    }

    /// Its values about one side, by the beginning of their periods.
    ///
    /// # Errors
    /// When one of its questions has no answer, or a partial one: nothing of it can be judged then.
    pub fn values(&self, id: &str, answers: &[Answer], side: Side) -> Result<Series, Gap> {
        let math = self.expression.map(|_| MATH);
        let mut values = Err(self.unanswered("the metric", "has no answer"));
        for what in self.series().map(|(name, _)| name).chain(math) {
            values = self.answered(&question_id(id, side, what), answers, what);
            if values.is_err() {
                break;
            }
        }
        values
    }

    fn answered(&self, id: &str, answers: &[Answer], what: &str) -> Result<Series, Gap> {
        let called = match what {
            MATH => "the expression".to_owned(),
            SINGLE if self.single.is_some() => "the metric".to_owned(),
            name => format!("`{name}`"),
        };
        match answers.iter().find(|answer| id_of(answer) == id) {
            Some(Answer::Series(series)) if series.completeness == Completeness::Partial => {
                Err(Gap::Partial)
            }
            Some(Answer::Series(series)) => {
                let finite = series.points.iter().filter(|point| point.value.is_finite());
                Ok(finite.map(|point| (point.time, point.value)).collect())
            }
            Some(Answer::Denied(denied)) => {
                Err(self.unanswered(&called, &format!("may not be asked for: {}", denied.why)))
            }
            Some(Answer::Failed(failed)) => {
                Err(self.unanswered(&called, &format!("cannot be read: {}", failed.why)))
            }
            Some(Answer::Response(_)) | None => Err(self.unanswered(&called, "has no answer")),
        }
    }

    fn unanswered(&self, what: &str, why: &str) -> Gap {
        Gap::Unanswered(format!("{}: {what} {why}", self.name))
    }
}
