//! Questions held against those expected in a round.

use std::collections::BTreeMap;

use rollout::{EpochS, Side};

use super::compare::listed;
use super::play::Difference;
use super::situation::since;
use super::words::question_words;
use super::{
    ExpectedExpression, ExpectedMetric, ExpectedPart, ExpectedQuestion, ExpectedRequest,
    ExpectedSide,
};
use crate::question::{
    ExpressionQuestion, MetricQuestion, Part, Question, RequestQuestion, Subject,
};

/// The differences of a round's questions: each expected one must be another of those asked. What
/// nobody expected is told once.
pub(super) fn compare(
    at: &str,
    expected: &[ExpectedQuestion],
    asked: &[Question],
    zero: EpochS,
    found: &mut Vec<Difference>,
) {
    let mut left: Vec<&Question> = asked.iter().collect();
    let words = |questions: &[&Question]| {
        let words: Vec<String> = questions.iter().map(|it| question_words(it, zero)).collect();
        listed(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut missing = Vec::new();
    for (place, question) in expected.iter().enumerate() {
        match left.iter().position(|asked| question.fits(&ExpectedQuestion::of(asked, zero))) {
            Some(at) => {
                left.remove(at);
            }
            None => missing.push((place, question)),
        }
    }
    let mut told = false;
    for (place, question) in missing {
        // The one meant is most likely the one of that name.
        let of_that_id = left.iter().position(|it| question.id.as_deref() == Some(it.id()));
        let got = match of_that_id.map(|at| left.remove(at)) {
            Some(asked) => question_words(asked, zero),
            None if told => "none of those".to_owned(),
            None => {
                told = true;
                words(&left)
            }
        };
        found.push(Difference {
            pointer: format!("{at}/asks/{place}"),
            what: "a question".to_owned(),
            expected: question.words(),
            got,
        });
    }
    if !left.is_empty() && !told {
        found.push(Difference {
            pointer: format!("{at}/asks"),
            what: "a question that is not expected".to_owned(),
            expected: "none".to_owned(),
            got: words(&left),
        });
    }
}

/// Whether nothing was stated, or just this.
fn is<T: PartialEq>(stated: &Option<T>, got: &Option<T>) -> bool {
    stated.is_none() || stated == got
}

/// The same of a part of a question.
fn has<T>(stated: &Option<T>, got: &Option<T>, fits: fn(&T, &T) -> bool) -> bool {
    match (stated, got) {
        (None, _) => true,
        (Some(stated), Some(got)) => fits(stated, got),
        (Some(_), None) => false,
    }
}

impl ExpectedQuestion {
    /// A question with all that can be stated of it.
    pub(super) fn of(question: &Question, zero: EpochS) -> Self {
        let id = Some(question.id().to_owned());
        let whole = ExpectedQuestion { id, ..ExpectedQuestion::default() };
        match question {
            Question::Metric(it) => {
                ExpectedQuestion { metric: Some(ExpectedMetric::of(it, zero)), ..whole }
            }
            Question::Expression(it) => {
                ExpectedQuestion { expression: Some(ExpectedExpression::of(it, zero)), ..whole }
            }
            Question::Request(it) => {
                ExpectedQuestion { request: Some(ExpectedRequest::of(it)), ..whole }
            }
        }
    }

    fn fits(&self, asked: &Self) -> bool {
        is(&self.id, &asked.id)
            && has(&self.metric, &asked.metric, ExpectedMetric::fits)
            && has(&self.expression, &asked.expression, ExpectedExpression::fits)
            && has(&self.request, &asked.request, ExpectedRequest::fits)
    }
}

impl ExpectedMetric {
    fn of(asked: &MetricQuestion, zero: EpochS) -> Self {
        let whole = ExpectedMetric {
            namespace: Some(asked.namespace.clone()),
            name: Some(asked.name.clone()),
            statistic: Some(asked.statistic.clone()),
            period: Some(asked.period_s),
            begin: Some(since(zero, asked.begin)),
            end: Some(since(zero, asked.end)),
            ..ExpectedMetric::default()
        };
        match &asked.subject {
            Subject::Of(side, part) => {
                let (part, target_group) = match part {
                    Part::LoadBalancer => (ExpectedPart::LoadBalancer, None),
                    Part::TargetGroup(index) => (ExpectedPart::TargetGroup, Some(*index)),
                    Part::Service => (ExpectedPart::Service, None),
                };
                let side = match side {
                    Side::Green => ExpectedSide::Canary,
                    Side::Blue => ExpectedSide::Baseline,
                };
                ExpectedMetric { of: Some(side), part: Some(part), target_group, ..whole }
            }
            Subject::Dimensions(all) => {
                let all = all.iter().map(|it| (it.name.clone(), it.value.clone()));
                ExpectedMetric { dimensions: Some(all.collect()), ..whole }
            }
        }
    }

    fn fits(&self, asked: &Self) -> bool {
        is(&self.namespace, &asked.namespace)
            && is(&self.name, &asked.name)
            && is(&self.statistic, &asked.statistic)
            && is(&self.of, &asked.of)
            && is(&self.part, &asked.part)
            && is(&self.target_group, &asked.target_group)
            && is(&self.dimensions, &asked.dimensions)
            && is(&self.period, &asked.period)
            && is(&self.begin, &asked.begin)
            && is(&self.end, &asked.end)
    }
}

impl ExpectedExpression {
    fn of(asked: &ExpressionQuestion, zero: EpochS) -> Self {
        ExpectedExpression {
            expression: Some(asked.expression.clone()),
            period: Some(asked.period_s),
            begin: Some(since(zero, asked.begin)),
            end: Some(since(zero, asked.end)),
        }
    }

    fn fits(&self, asked: &Self) -> bool {
        is(&self.expression, &asked.expression)
            && is(&self.period, &asked.period)
            && is(&self.begin, &asked.begin)
            && is(&self.end, &asked.end)
    }
}

impl ExpectedRequest {
    fn of(asked: &RequestQuestion) -> Self {
        let headers = asked.headers.iter().map(|it| (it.name.clone(), it.value.clone()));
        ExpectedRequest {
            method: Some(asked.method.clone()),
            url: Some(asked.url.clone()),
            headers: headers.collect(),
            body: Some(String::from_utf8_lossy(&asked.body).into_owned()),
            timeout_ms: Some(asked.timeout_ms),
            follow_redirects: Some(asked.follow_redirects),
        }
    }

    fn fits(&self, asked: &Self) -> bool {
        let among = |(name, value): (&String, &String)| has_header(&asked.headers, name, value);
        is(&self.method, &asked.method)
            && is(&self.url, &asked.url)
            && self.headers.iter().all(among)
            && is(&self.body, &asked.body)
            && is(&self.timeout_ms, &asked.timeout_ms)
            && is(&self.follow_redirects, &asked.follow_redirects)
    }
}

fn has_header(headers: &BTreeMap<String, String>, name: &str, value: &str) -> bool {
    headers.iter().any(|(known, it)| known.eq_ignore_ascii_case(name) && it == value)
}
