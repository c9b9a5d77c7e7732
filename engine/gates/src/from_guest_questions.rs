//! What a gate asks: converted, and refused where it breaks the contract.

use std::collections::BTreeSet;

use rollout::{EpochS, Side};
use runner::GateFault;
use runner::question::{
    Dimension, ExpressionQuestion, Header, MetricQuestion, Part, Question, RequestQuestion, Subject,
};

use crate::bindings::wit;
use crate::fault::{fault, over};
use crate::from_guest::{at_most, text_fits};
use crate::limits::{
    BODY_BYTES, DIMENSIONS, EXPRESSION_CHARS, HEADER_BYTES, HEADERS, METRIC_CHARS, NAME_CHARS,
    PERIODS, QUESTIONS, REQUEST_MS, URL_CHARS,
};
use crate::text::printable;

/// The questions of a round.
pub(crate) fn questions(from: Vec<wit::Question>) -> Result<Vec<Question>, GateFault> {
    if from.len() > QUESTIONS {
        return Err(over("too-many-questions", "questions in one round", from.len(), QUESTIONS));
    }
    let questions = from.into_iter().map(question).collect::<Result<Vec<_>, _>>()?;
    let mut ids = BTreeSet::new();
    for question in &questions {
        text_fits("question's id", question.id(), NAME_CHARS)?;
        if !ids.insert(question.id()) {
            let id = printable(question.id(), NAME_CHARS);
            return Err(fault("same-id", format!("two questions of one round have the id `{id}`")));
        }
    }
    Ok(questions)
}

fn question(from: wit::Question) -> Result<Question, GateFault> {
    match from {
        wit::Question::Metric(from) => metric(from).map(Question::Metric),
        wit::Question::Expression(from) => expression(from).map(Question::Expression),
        wit::Question::Request(from) => request(from).map(Question::Request),
    }
}

fn metric(from: wit::MetricQuestion) -> Result<MetricQuestion, GateFault> {
    text_fits("namespace", &from.namespace, METRIC_CHARS)?;
    text_fits("metric's name", &from.name, METRIC_CHARS)?;
    text_fits("statistic", &from.statistic, NAME_CHARS)?;
    window_fits(&from.id, from.period_s, from.begin, from.end)?;
    Ok(MetricQuestion {
        id: from.id,
        namespace: from.namespace,
        name: from.name,
        subject: subject(from.subject)?,
        statistic: from.statistic,
        period_s: from.period_s,
        begin: EpochS(from.begin),
        end: EpochS(from.end),
    })
}

fn subject(from: wit::Subject) -> Result<Subject, GateFault> {
    match from {
        wit::Subject::Of(own) => Ok(Subject::Of(side(own.side), part(own.part))),
        wit::Subject::Dimensions(from) => {
            at_most("too-many-dimensions", "dimensions of a series", from.len(), DIMENSIONS)?;
            from.into_iter()
                .map(|dimension| {
                    text_fits("dimension's name", &dimension.name, METRIC_CHARS)?;
                    text_fits("dimension's value", &dimension.value, METRIC_CHARS)?;
                    Ok(Dimension { name: dimension.name, value: dimension.value })
                })
                .collect::<Result<_, _>>()
                .map(Subject::Dimensions)
        }
    }
}

fn side(from: wit::Side) -> Side {
    match from {
        wit::Side::Canary => Side::Green,
        wit::Side::Baseline => Side::Blue,
    }
}

fn part(from: wit::Part) -> Part {
    match from {
        wit::Part::LoadBalancer => Part::LoadBalancer,
        wit::Part::TargetGroup(place) => Part::TargetGroup(place),
        wit::Part::Service => Part::Service,
    }
}

fn expression(from: wit::ExpressionQuestion) -> Result<ExpressionQuestion, GateFault> {
    text_fits("metric-math expression", &from.expression, EXPRESSION_CHARS)?;
    window_fits(&from.id, from.period_s, from.begin, from.end)?;
    Ok(ExpressionQuestion {
        id: from.id,
        expression: from.expression,
        period_s: from.period_s,
        begin: EpochS(from.begin),
        end: EpochS(from.end),
    })
}

/// Whole periods of a length CloudWatch knows, and not too many of them.
fn window_fits(id: &str, period_s: u32, begin: u32, end: u32) -> Result<(), GateFault> {
    let id = printable(id, NAME_CHARS);
    let refuse = |why: String| Err(fault("invalid-window", format!("question `{id}`: {why}")));
    if !(matches!(period_s, 1 | 5 | 10 | 30) || period_s > 0 && period_s.is_multiple_of(60)) {
        return refuse(format!(
            "a period of {period_s} s is neither 1, 5, 10, 30 nor whole minutes"
        ));
    }
    if !(begin.is_multiple_of(period_s) && end.is_multiple_of(period_s) && begin < end) {
        return refuse(format!("from {begin} to {end} is not one or more periods of {period_s} s"));
    }
    let periods = (end - begin) / period_s;
    if periods > PERIODS {
        return refuse(format!("it spans {periods} periods; the limit is {PERIODS}"));
    }
    Ok(())
}

fn request(from: wit::RequestQuestion) -> Result<RequestQuestion, GateFault> {
    let id = printable(&from.id, NAME_CHARS);
    let refuse = |why: String| Err(fault("invalid-request", format!("question `{id}`: {why}")));
    if !is_method(&from.method) {
        let method = printable(&from.method, NAME_CHARS);
        return refuse(format!("`{method}` is no HTTP method"));
    }
    text_fits("URL", &from.url, URL_CHARS)?;
    if from.url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("its URL holds a blank or a control character".to_owned());
    }
    at_most("body-too-large", "bytes in a request's body", from.body.len(), BODY_BYTES)?;
    at_most("too-many-headers", "headers in a request", from.headers.len(), HEADERS)?;
    if let Some(bad) = from.headers.iter().find(|header| !is_header(header)) {
        return refuse(format!("its header `{}` is not valid", printable(&bad.name, NAME_CHARS)));
    }
    if !(1..=REQUEST_MS).contains(&from.timeout_ms) {
        let timeout_ms = from.timeout_ms;
        return refuse(format!("its time-out of {timeout_ms} ms is not within 1 to {REQUEST_MS}"));
    }
    Ok(RequestQuestion {
        id: from.id,
        method: from.method,
        url: from.url,
        headers: from
            .headers
            .into_iter()
            .map(|header| Header { name: header.name, value: header.value })
            .collect(),
        body: from.body,
        timeout_ms: from.timeout_ms,
        follow_redirects: from.follow_redirects,
    })
}

/// A token of upper-case letters; `CONNECT` would open a tunnel.
fn is_method(method: &str) -> bool {
    (1..=16).contains(&method.len())
        && method.bytes().all(|b| b.is_ascii_uppercase())
        && method != "CONNECT"
}

/// A token (RFC 9110, 5.6.2) and a value without control characters, so that one header is one.
fn is_header(header: &wit::Header) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=256).contains(&header.name.len())
        && header.name.bytes().all(token)
        && header.value.len() <= HEADER_BYTES
        && header.value.chars().all(|c| c == '\t' || !c.is_control())
}
