//! Grants: what a gate may ask for, on one screen (S13).
//!
//! Series of its own deployment are always granted. Everything else must be named in the file.
//! Whom an HTTP request means is said by `Reach`; addresses are checked by the probes, after
//! resolution.

#[cfg(test)]
mod tests;

use rollout::{Gate, Side};

use crate::look::Places;
use crate::ports::{MetricQuery, MetricSource, query_id};
use crate::question::{
    Dimension, ExpressionQuestion, MetricQuestion, Part, RequestQuestion, Subject,
};
use crate::reach::{ProbeRequest, Reach};

/// Functions of metric math that reach series the questions of the round do not name.
const REACHING: [&str; 6] =
    ["SEARCH", "METRICS", "SELECT", "INSIGHT_RULE_METRIC", "DB_PERF_INSIGHTS", "LAMBDA"];

/// The query a metric question becomes.
///
/// # Errors
/// What would have had to be granted, or what does not exist.
pub(crate) fn metric<'a>(
    gate: &Gate,
    places: &'a Places,
    question: &'a MetricQuestion,
) -> Result<MetricQuery<'a>, String> {
    let MetricQuestion { period_s, begin, end, .. } = *question;
    if period_s == 0 || begin >= end {
        return Err(format!("{}: the period or the interval is empty", question.id));
    }
    let dimensions = match &question.subject {
        Subject::Of(side, part) => own_dimensions(places, *side, *part)?,
        Subject::Dimensions(dimensions) => {
            let granted = gate.grants.metrics.contains(&question.namespace);
            if !granted && !places.own(dimensions) {
                return Err(format!(
                    "metrics of {} are not granted to {}: add `metrics: [\"{}\"]` to its grants",
                    question.namespace, gate.name, question.namespace
                ));
            }
            dimensions
        }
    };
    let what = MetricSource::Series {
        namespace: &question.namespace,
        name: &question.name,
        dimensions,
        statistic: &question.statistic,
    };
    Ok(MetricQuery { what, period_s, begin, end })
}

/// The query a question in metric math becomes. `place_of` finds the place in the call of the
/// gate's own series of this round, by the question's id; nothing else can be named.
///
/// # Errors
/// What would have had to be granted.
pub(crate) fn expression(
    question: &ExpressionQuestion,
    place_of: impl Fn(&str) -> Option<usize>,
) -> Result<MetricQuery<'static>, String> {
    let mut resolved = String::with_capacity(question.expression.len());
    for token in tokens(&question.expression) {
        if REACHING.contains(&token.to_ascii_uppercase().as_str()) {
            return Err(format!("{token} reaches series that no question names: ask for them"));
        }
        match place_of(token) {
            Some(place) => resolved.push_str(&query_id(place)),
            None if token.starts_with(|first: char| first.is_ascii_lowercase()) => {
                return Err(format!("{token} is no series that this gate asks for in this round"));
            }
            None => resolved.push_str(token),
        }
    }
    let what = MetricSource::Expression(resolved);
    let ExpressionQuestion { period_s, begin, end, .. } = *question;
    Ok(MetricQuery { what, period_s, begin, end })
}

/// Words (names and numbers) and what stands between them, in order.
fn tokens(expression: &str) -> impl Iterator<Item = &str> {
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = expression;
    std::iter::from_fn(move || {
        let in_word = is_of_word(rest.chars().next()?);
        let end = rest.find(|letter| is_of_word(letter) != in_word).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

/// The request a question becomes.
///
/// # Errors
/// What would have had to be granted, or what is wrong with the address.
pub(crate) fn request(
    gate: &Gate,
    places: &Places,
    first_name: &str,
    question: &RequestQuestion,
) -> Result<ProbeRequest, String> {
    let address = |side| places.of(side).map(|place| place.address.clone());
    let reach = Reach {
        gate: gate.name.clone(),
        grants: gate.grants.http.clone(),
        green: address(Side::Green),
        blue: address(Side::Blue),
        first_name: first_name.to_owned(),
    };
    ProbeRequest::granted(reach, question.clone())
}

fn own_dimensions(places: &Places, side: Side, part: Part) -> Result<&[Dimension], String> {
    let place = places.of(side).ok_or("there is no baseline on a first release")?;
    match part {
        Part::LoadBalancer => Ok(&place.load_balancer),
        Part::Service => Ok(&place.service),
        Part::TargetGroup(index) => {
            let group = place.target_groups.get(index as usize);
            group.map(Vec::as_slice).ok_or_else(|| format!("there is no target group {index}"))
        }
    }
}
