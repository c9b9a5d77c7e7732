//! What the looks of a run were answered, all gates' together, as a past that other gates can ask.

use std::collections::BTreeMap;

use rollout::{EpochS, Side};
use runner::Evaluation;
use runner::question::{
    Answer, Completeness, Dimension, MetricQuestion, Part, Point, Question, RequestQuestion,
    ResponseAnswer, SeriesAnswer, Situation, Subject,
};

use crate::looking::Past;

/// A CloudWatch series, whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    namespace: String,
    name: String,
    dimensions: Vec<Dimension>,
    statistic: String,
    period_s: u32,
}

/// Metric math and the series it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct MathKey {
    expression: String,
    period_s: u32,
    series: Vec<(String, Key)>,
}

/// Values by the beginning of their periods; none where CloudWatch had no value.
type Known = BTreeMap<EpochS, Option<f64>>;

/// All that is known of a run.
#[derive(Default)]
pub(crate) struct Recorded {
    series: BTreeMap<Key, Known>,
    math: BTreeMap<MathKey, Known>,
    /// Responses by the look's instant and the request without its id.
    responses: BTreeMap<(EpochS, String), ResponseAnswer>,
}

impl Recorded {
    /// Takes in the answers of these looks; what the provider left open is not known.
    pub(crate) fn of<'a>(looks: impl IntoIterator<Item = &'a Evaluation>) -> Self {
        let mut recorded = Recorded::default();
        for look in looks {
            for round in &look.rounds {
                for (question, answer) in round.questions.iter().zip(&round.answers) {
                    recorded.take(&look.situation, &round.questions, question, answer);
                }
            }
        }
        recorded
    }

    fn take(
        &mut self,
        situation: &Situation,
        round: &[Question],
        question: &Question,
        answer: &Answer,
    ) {
        let now = situation.now;
        match (question, answer) {
            (Question::Metric(metric), Answer::Series(series)) if is_whole(series) => {
                let Ok(key) = key(metric, situation) else { return };
                let asked = periods(metric.begin, metric.end.min(now), metric.period_s);
                know(self.series.entry(key).or_default(), asked, &series.points);
            }
            (Question::Expression(math), Answer::Series(series)) if is_whole(series) => {
                let asked = periods(math.begin, math.end.min(now), math.period_s);
                let key = math_key(&math.expression, math.period_s, round, situation);
                know(self.math.entry(key).or_default(), asked, &series.points);
            }
            (Question::Request(request), Answer::Response(response)) => {
                self.responses.insert((now, request_key(request)), response.clone());
            }
            _ => {}
        }
    }
}

fn is_whole(series: &SeriesAnswer) -> bool {
    series.completeness != Completeness::Partial
}

/// The periods that are over by `end`.
fn periods(begin: EpochS, end: EpochS, period_s: u32) -> impl Iterator<Item = EpochS> {
    let count = end.since_s(begin) / period_s.max(1);
    (0..count).map(move |period| begin.plus_s(period * period_s))
}

/// A value that came later replaces none.
fn know(known: &mut Known, asked: impl Iterator<Item = EpochS>, points: &[Point]) {
    for time in asked {
        known.entry(time).or_default();
    }
    known.extend(points.iter().map(|point| (point.time, Some(point.value))));
}

fn key(metric: &MetricQuestion, situation: &Situation) -> Result<Key, String> {
    let mut dimensions = match &metric.subject {
        Subject::Dimensions(dimensions) => dimensions.clone(),
        Subject::Of(side, part) => own(*side, *part, situation)?.to_vec(),
    };
    dimensions.sort();
    Ok(Key {
        namespace: metric.namespace.clone(),
        name: metric.name.clone(),
        dimensions,
        statistic: metric.statistic.clone(),
        period_s: metric.period_s,
    })
}

fn own(side: Side, part: Part, situation: &Situation) -> Result<&[Dimension], String> {
    let release = match side {
        Side::Green => &situation.canary,
        Side::Blue => situation.baseline.as_ref().ok_or("there was no baseline")?,
    };
    let place = &release.place;
    match part {
        Part::LoadBalancer => Ok(&place.load_balancer),
        Part::Service => Ok(&place.service),
        Part::TargetGroup(index) => {
            let group = place.target_groups.get(index as usize);
            group.map(Vec::as_slice).ok_or_else(|| format!("there was no target group {index}"))
        }
    }
}

fn math_key(expression: &str, period_s: u32, round: &[Question], situation: &Situation) -> MathKey {
    let metrics = round.iter().filter_map(|question| match question {
        Question::Metric(metric) if expression.contains(&metric.id) => {
            Some((metric.id.clone(), key(metric, situation).ok()?))
        }
        _ => None,
    });
    MathKey { expression: expression.to_owned(), period_s, series: metrics.collect() }
}

fn request_key(request: &RequestQuestion) -> String {
    let RequestQuestion { method, url, headers, body, follow_redirects, .. } = request;
    format!("{method} {url} {headers:?} {body:?} {follow_redirects}")
}

impl Past for Recorded {
    fn answer(
        &self,
        situation: &Situation,
        round: &[Question],
        question: &Question,
    ) -> Result<Answer, String> {
        let id = question.id().to_owned();
        match question {
            Question::Metric(metric) => {
                let known = self.series.get(&key(metric, situation)?);
                let asked = (metric.begin, metric.end, metric.period_s);
                answered(id, known, asked, situation, || in_words(metric))
            }
            Question::Expression(math) => {
                let key = math_key(&math.expression, math.period_s, round, situation);
                let asked = (math.begin, math.end, math.period_s);
                let words = || format!("metric math {}", math.expression);
                answered(id, self.math.get(&key), asked, situation, words)
            }
            Question::Request(request) => {
                match self.responses.get(&(situation.now, request_key(request))) {
                    Some(response) => {
                        Ok(Answer::Response(ResponseAnswer { id, ..response.clone() }))
                    }
                    None => Err(format!(
                        "no answer to {} {} is recorded of this look",
                        request.method, request.url
                    )),
                }
            }
        }
    }
}

/// The series of what was asked, if every closed period of it is known.
fn answered(
    id: String,
    known: Option<&Known>,
    (begin, end, period_s): (EpochS, EpochS, u32),
    situation: &Situation,
    words: impl Fn() -> String,
) -> Result<Answer, String> {
    let known = known.ok_or_else(|| format!("{} was asked for by no gate", words()))?;
    let mut points = Vec::new();
    for time in periods(begin, end.min(situation.now), period_s) {
        match known.get(&time) {
            None => {
                let at = report::date_time(time);
                return Err(format!("{} was asked for by no gate at {at}", words()));
            }
            Some(None) => {}
            Some(Some(value)) => points.push(Point { time, value: *value }),
        }
    }
    let completeness = match points.is_empty() {
        true => Completeness::Empty,
        false => Completeness::Complete,
    };
    Ok(Answer::Series(SeriesAnswer { id, points, completeness }))
}

/// `p95 of TargetResponseTime of the canary`
fn in_words(metric: &MetricQuestion) -> String {
    let MetricQuestion { statistic, name, period_s, .. } = metric;
    let whose = match &metric.subject {
        Subject::Of(Side::Green, _) => "the canary".to_owned(),
        Subject::Of(Side::Blue, _) => "the baseline".to_owned(),
        Subject::Dimensions(dimensions) => {
            let all = dimensions.iter().map(|it| format!("{}={}", it.name, it.value));
            all.collect::<Vec<_>>().join(", ")
        }
    };
    format!("{statistic} of {name} of {whose} by {period_s} s")
}

#[cfg(test)]
mod tests {
    use super::Recorded;
    use crate::looking::Past;
    use crate::stage::{BEGIN, Stage};
    use rollout::{Decision, EpochS, Evidence, Side, Verdict};
    use runner::question::{
        Answer, Completeness, MetricQuestion, Part, Point, Question, SeriesAnswer, Situation,
        Subject,
    };
    use runner::{Evaluation, Round};

    const AT: EpochS = BEGIN;

    fn situation() -> Situation {
        let stage = Stage { period_s: 60, intervals: 10 };
        stage.looks("{}", 1).last().unwrap()
    }

    /// A question about the canary's CPU in these minutes.
    fn asked(id: &str, minutes: std::ops::Range<u32>) -> Question {
        Question::Metric(MetricQuestion {
            id: id.to_owned(),
            namespace: "AWS/ECS".to_owned(),
            name: "CPUUtilization".to_owned(),
            subject: Subject::Of(Side::Green, Part::Service),
            statistic: "Average".to_owned(),
            period_s: 60,
            begin: AT.plus_s(60 * minutes.start),
            end: AT.plus_s(60 * minutes.end),
        })
    }

    fn series(id: &str, completeness: Completeness, values: &[(u32, f64)]) -> Answer {
        let point =
            |(minute, value): &(u32, f64)| Point { time: AT.plus_s(60 * minute), value: *value };
        let points = values.iter().map(point).collect();
        Answer::Series(SeriesAnswer { id: id.to_owned(), points, completeness })
    }

    fn look(gate: &str, rounds: Vec<(Question, Answer)>) -> Evaluation {
        Evaluation {
            gate: gate.to_owned(),
            number: 0,
            situation: situation(),
            state_before: Vec::new(),
            rounds: rounds
                .into_iter()
                .map(|(question, answer)| Round {
                    questions: vec![question],
                    answers: vec![answer],
                    turn: None,
                })
                .collect(),
            verdict: Verdict::plain(Decision::Hold, "hold", "it holds"),
            evidence: Evidence::Missing,
            state_after: Vec::new(),
        }
    }

    fn ask(recorded: &Recorded, question: &Question) -> Result<Answer, String> {
        recorded.answer(&situation(), std::slice::from_ref(question), question)
    }

    #[test]
    fn what_several_gates_were_answered_answers_a_third_under_its_own_id() {
        let first = series("cpu", Completeness::Complete, &[(0, 1.0), (2, 3.0)]);
        let second = series("load", Completeness::Complete, &[(3, 4.0)]);
        let looks = [
            look("a", vec![(asked("cpu", 0..3), first)]),
            look("b", vec![(asked("load", 2..4), second)]),
        ];
        let recorded = Recorded::of(&looks);
        // Minute 1 is known to have no value.
        let expected = series("mine", Completeness::Complete, &[(0, 1.0), (2, 3.0), (3, 4.0)]);
        assert_eq!(ask(&recorded, &asked("mine", 0..4)), Ok(expected));
        let empty = series("mine", Completeness::Empty, &[]);
        assert_eq!(ask(&recorded, &asked("mine", 1..2)), Ok(empty));
    }

    #[test]
    fn what_nobody_asked_for_is_not_guessed() {
        let whole = series("cpu", Completeness::Complete, &[(0, 1.0)]);
        let partial = series("cpu", Completeness::Partial, &[(1, 2.0)]);
        let looks = [look("a", vec![(asked("cpu", 0..1), whole), (asked("cpu", 1..2), partial)])];
        let recorded = Recorded::of(&looks);
        let what = "Average of CPUUtilization of the canary by 60 s was asked for by no gate";
        let why = ask(&recorded, &asked("mine", 0..2)).unwrap_err();
        assert_eq!(why, format!("{what} at 2026-01-01 00:01:00"));
        let Question::Metric(mut other) = asked("mine", 0..1) else { unreachable!() };
        other.period_s = 300;
        let why = ask(&recorded, &Question::Metric(other)).unwrap_err();
        assert_eq!(why, what.replace("60 s", "300 s"));
    }
}
