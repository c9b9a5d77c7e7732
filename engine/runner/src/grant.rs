//! Grants: what a gate may ask for, on one screen (S13).
//!
//! Series of its own deployment are always granted. Everything else must be named in the file.
//! Addresses are checked by the probes, after resolution.

use rollout::{Gate, Side};
use url::Url;

use crate::look::Places;
use crate::ports::{MetricQuery, MetricSource};
use crate::question::{
    Dimension, ExpressionQuestion, MetricQuestion, Part, Place, RequestQuestion, Subject,
};

/// Functions of metric math that reach series the questions of the round do not name.
const REACHING: [&str; 5] = ["SEARCH", "METRICS", "SELECT", "INSIGHT_RULE_METRIC", "LAMBDA"];

/// The query a metric question becomes.
///
/// # Errors
/// What would have had to be granted, or what does not exist.
pub(crate) fn metric(
    gate: &Gate,
    places: &Places,
    question: &MetricQuestion,
) -> Result<MetricQuery, String> {
    if question.period_s == 0 || question.begin >= question.end {
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
            dimensions.clone()
        }
    };
    let what = MetricSource::Series {
        namespace: question.namespace.clone(),
        name: question.name.clone(),
        dimensions,
        statistic: question.statistic.clone(),
    };
    let MetricQuestion { id, period_s, begin, end, .. } = question.clone();
    Ok(MetricQuery { id, what, period_s, begin, end })
}

/// The query a question in metric math becomes.
///
/// # Errors
/// What would have had to be granted.
pub(crate) fn expression(question: &ExpressionQuestion) -> Result<MetricQuery, String> {
    let upper = question.expression.to_uppercase();
    if let Some(function) = REACHING.iter().find(|function| upper.contains(**function)) {
        return Err(format!("{function} reaches series that no question names: ask for them"));
    }
    let ExpressionQuestion { id, expression, period_s, begin, end } = question.clone();
    Ok(MetricQuery { id, what: MetricSource::Expression(expression), period_s, begin, end })
}

/// The request a question becomes, with the addresses its names stand for.
///
/// # Errors
/// What would have had to be granted, or what is wrong with the address.
pub(crate) fn request(
    gate: &Gate,
    places: &Places,
    first_name: &str,
    question: &RequestQuestion,
) -> Result<RequestQuestion, String> {
    let symbolic = question.url.replace("{green}", "green").replace("{blue}", "blue");
    let url = symbolic.replace("{fqdn}", first_name);
    let parsed = Url::parse(&url).map_err(|error| format!("{}: {error}", question.url))?;
    let granted = gate.grants.http.iter().any(|grant| {
        Url::parse(&grant.origin).is_ok_and(|origin| origin.origin() == parsed.origin())
    });
    if !granted || !matches!(parsed.scheme(), "http" | "https") {
        let origin = parsed.origin().ascii_serialization();
        return Err(format!(
            "requests to {origin} are not granted to {}: add `http: [\"{origin}\"]` to its grants",
            gate.name
        ));
    }
    let mut request = question.clone();
    request.url = filled(parsed, places)?;
    Ok(request)
}

/// `green` and `blue` as hosts stand for the two balancers' addresses.
fn filled(mut url: Url, places: &Places) -> Result<String, String> {
    let side = match url.host_str() {
        Some("green") => Some(Side::Green),
        Some("blue") => Some(Side::Blue),
        _ => None,
    };
    if let Some(side) = side {
        let place = places.of(side).ok_or("there is no blue on a first release")?;
        url.set_host(Some(&place.address)).map_err(|error| error.to_string())?;
    }
    Ok(url.into())
}

fn own_dimensions(places: &Places, side: Side, part: Part) -> Result<Vec<Dimension>, String> {
    let place: &Place = places.of(side).ok_or("there is no baseline on a first release")?;
    match part {
        Part::LoadBalancer => Ok(place.load_balancer.clone()),
        Part::Service => Ok(place.service.clone()),
        Part::TargetGroup(index) => {
            let group = place.target_groups.get(index as usize);
            group.cloned().ok_or_else(|| format!("there is no target group {index}"))
        }
    }
}
