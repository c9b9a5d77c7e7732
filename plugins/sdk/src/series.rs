//! From answers to numbers by the minute. Partial data is not data, and a missing count is zero
//! only when the requests of the same period are there.

use crate::window::{PERIOD_S, Window};
use crate::{
    Answer, Completeness, MetricQuestion, OwnSeries, Part, Question, Release, Side, Subject,
};
use std::collections::BTreeMap;

/// The namespace of the balancers' metrics.
pub const BALANCER_NAMESPACE: &str = "AWS/ApplicationELB";

/// One series: value by the beginning of its period.
pub type Series = BTreeMap<u32, f64>;

/// Why the answers of a round cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The provider said that more is to come.
    Partial,
    /// A question was refused or could not be answered; the reason.
    Unanswered(String),
}

/// The answers of one round, by the question's id.
#[derive(Clone, Debug, Default)]
pub struct Answers(BTreeMap<String, Series>);

impl Answers {
    /// Reads metric answers.
    ///
    /// # Errors
    /// The first answer that is partial, denied, failed or not a series.
    pub fn read(answers: &[Answer]) -> Result<Self, Gap> {
        match answers {
            // One reason for all of them: the provider is away.
            [Answer::Failed(first), _, ..]
                if answers.iter().all(|it| failed_so(it, &first.why)) =>
            {
                Err(Gap::Unanswered(format!("no metric can be read: {}", first.why)))
            }
            _ => answers.iter().map(read).collect::<Result<_, _>>().map(Self),
        }
    }

    /// The series with this id.
    ///
    /// # Errors
    /// When the round did not answer it.
    pub fn series(&self, id: &str) -> Result<&Series, Gap> {
        self.0
            .get(id)
            .ok_or_else(|| Gap::Unanswered(format!("there is no answer about {}", in_words(id))))
    }
}

fn read(answer: &Answer) -> Result<(String, Series), Gap> {
    match answer {
        Answer::Series(s) if s.completeness == Completeness::Partial => Err(Gap::Partial),
        Answer::Series(s) => {
            let finite = s.points.iter().filter(|p| p.value.is_finite());
            Ok((s.id.clone(), finite.map(|p| (p.time, p.value)).collect()))
        }
        Answer::Denied(d) => Err(gap("may not be asked for", &d.id, &d.why)),
        Answer::Failed(f) => Err(gap("cannot be read", &f.id, &f.why)),
        Answer::Response(r) => Err(gap("cannot be read", &r.id, "the answer is not a series")),
    }
}

fn failed_so(answer: &Answer, why: &str) -> bool {
    matches!(answer, Answer::Failed(failed) if failed.why == why)
}

fn gap(what: &str, id: &str, why: &str) -> Gap {
    Gap::Unanswered(format!("{} {what}: {why}", in_words(id)))
}

/// What the question of that id asks for, for people: `the canary's requests`. Ids that
/// [`question_id`] did not make stay as they are.
fn in_words(id: &str) -> String {
    let mut parts = id.splitn(3, '_');
    let (Some(side @ ("canary" | "baseline")), Some(part), Some(what)) =
        (parts.next(), parts.next(), parts.next())
    else {
        return id.to_owned();
    };
    let place = match part.parse::<u32>() {
        Ok(0) => String::new(),
        Ok(group) => format!(" in target group {}", group.saturating_add(1)),
        Err(_) => format!(" of the {part}"),
    };
    format!("the {side}'s {what}{place}")
}

/// The id of the question that an answer is to.
#[must_use]
pub fn id_of(answer: &Answer) -> &str {
    match answer {
        Answer::Series(it) => &it.id,
        Answer::Response(it) => &it.id,
        Answer::Denied(it) => &it.id,
        Answer::Failed(it) => &it.id,
    }
}

/// The value at the period that begins at `time_s`, never below 0; 0 when it is missing.
#[must_use]
pub fn count_at(series: &Series, time_s: u32) -> f64 {
    series.get(&time_s).map_or(0.0, |value| value.max(0.0))
}

/// The parts of a release that carry request metrics: its target groups (an ECS service has five
/// at most), or its balancer where the host names none.
#[must_use]
pub fn request_parts(release: &Release) -> Vec<Part> {
    if release.target_groups.is_empty() {
        return vec![Part::LoadBalancer];
    }
    (0..release.target_groups.len())
        .filter_map(|i| u32::try_from(i).ok())
        .map(Part::TargetGroup)
        .collect()
}

/// The id of a question about one part of one side, for example `canary_0_requests`.
#[must_use]
pub fn question_id(side: Side, part: Part, what: &str) -> String {
    let side = match side {
        Side::Canary => "canary",
        Side::Baseline => "baseline",
    };
    match part {
        Part::TargetGroup(i) => format!("{side}_{i}_{what}"),
        Part::LoadBalancer => format!("{side}_balancer_{what}"),
        Part::Service => format!("{side}_service_{what}"),
    }
}

/// A question about one of this deployment's own balancer series.
#[must_use]
pub fn own_question(
    side: Side,
    part: Part,
    what: &str,
    (name, statistic): (&str, &str),
    window: Window,
) -> Question {
    Question::Metric(MetricQuestion {
        id: question_id(side, part, what),
        namespace: BALANCER_NAMESPACE.to_owned(),
        name: name.to_owned(),
        subject: Subject::Of(OwnSeries { side, part }),
        statistic: statistic.to_owned(),
        period_s: PERIOD_S,
        begin: window.begin_s,
        end: window.end_s,
    })
}

#[cfg(test)]
mod tests {
    use super::{Answers, Gap, question_id};
    use crate::{
        Answer, Completeness, DeniedAnswer, FailedAnswer, Part, Point, SeriesAnswer, Side,
    };

    fn series(id: &str, completeness: Completeness, values: &[f64]) -> Answer {
        let points = values.iter().zip(0..).map(|(&value, i)| Point { time: i * 60, value });
        Answer::Series(SeriesAnswer { id: id.into(), points: points.collect(), completeness })
    }

    #[test]
    fn partial_data_is_not_data() {
        let answers = [series("a", Completeness::Partial, &[1.0])];
        assert_eq!(Answers::read(&answers).unwrap_err(), Gap::Partial);
    }

    fn failed(id: &str, why: &str) -> Answer {
        Answer::Failed(FailedAnswer { id: id.into(), why: why.into(), retryable: true })
    }

    #[test]
    fn a_gap_says_in_words_what_was_asked_and_why_there_is_no_answer() {
        let id = |part| question_id(Side::Canary, part, "requests");
        let denied =
            |id: &str| Answer::Denied(DeniedAnswer { id: id.into(), why: "no grant".into() });
        let some = series("b", Completeness::Complete, &[1.0]);
        for (answers, sentence) in [
            (vec![denied("a")], "a may not be asked for: no grant"),
            (
                vec![failed(&id(Part::TargetGroup(0)), "away"), some.clone()],
                "the canary's requests cannot be read: away",
            ),
            (
                vec![failed(&id(Part::TargetGroup(1)), "away"), some.clone()],
                "the canary's requests in target group 2 cannot be read: away",
            ),
            (
                vec![failed(&id(Part::LoadBalancer), "away"), some],
                "the canary's requests of the balancer cannot be read: away",
            ),
            (vec![failed("a", "away"), failed("b", "away")], "no metric can be read: away"),
            (vec![failed("a", "away"), failed("b", "late")], "a cannot be read: away"),
        ] {
            assert_eq!(Answers::read(&answers).unwrap_err(), Gap::Unanswered(sentence.into()));
        }
    }

    #[test]
    fn numbers_that_are_none_are_left_out() {
        let answers = [series("a", Completeness::Complete, &[1.0, f64::NAN, f64::INFINITY])];
        assert_eq!(Answers::read(&answers).unwrap().series("a").unwrap().len(), 1);
    }

    #[test]
    fn a_question_without_an_answer_is_a_gap() {
        assert!(Answers::read(&[]).unwrap().series("a").is_err());
    }
}
