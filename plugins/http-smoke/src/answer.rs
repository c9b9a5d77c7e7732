//! An answer against what it must be.

use crate::configuration::{Expect, HeaderRule, JsonRule, Request};
use crate::pattern::pattern;
use gate_sdk::{Header, Question, RequestQuestion, ResponseAnswer};
use serde_json::Value;

/// So much of a text of the answer's is shown.
const SHOWN_CHARS: usize = 60;

/// The question of a request.
pub(crate) fn question(id: String, request: &Request) -> Question {
    let headers = request.headers.iter();
    Question::Request(RequestQuestion {
        id,
        method: request.method.clone(),
        url: request.url.clone(),
        headers: headers
            .map(|(name, value)| Header { name: name.clone(), value: value.clone() })
            .collect(),
        body: request.body.clone().into_bytes(),
        timeout_ms: request.timeout_ms,
        follow_redirects: request.follow_redirects,
    })
}

/// Holds an answer against what it must be.
///
/// # Errors
/// The first thing that is not as it must be: what it is, and what it should be.
pub(crate) fn hold_against(expect: &Expect, answer: &ResponseAnswer) -> Result<(), String> {
    if !expect.status.takes(answer.status) {
        return Err(format!("status {}, expected {}", answer.status, expect.status));
    }
    expect.headers.iter().try_for_each(|rule| header(rule, answer))?;
    let body = String::from_utf8_lossy(&answer.body);
    if let Some(text) = &expect.body_matches
        && !pattern(text)?.is_match(&body)
    {
        let cut = if answer.truncated { " in its first 256 KiB" } else { "" };
        return Err(format!("the body is {}: {text:?} is not found{cut}", shown(&body)));
    }
    if !expect.json.is_empty() {
        let value =
            serde_json::from_slice(&answer.body).map_err(|error| match answer.truncated {
                true => "the body is over 256 KiB: too long to be read as JSON".to_owned(),
                false => format!("the body is no JSON: {error}"),
            })?;
        expect.json.iter().try_for_each(|rule| place(rule, &value))?;
    }
    let total_ms = answer.timings.total_ms;
    match expect.max_ms.filter(|most| total_ms > *most) {
        Some(most) => Err(format!("{total_ms:.0} ms, expected at most {most}")),
        None => Ok(()),
    }
}

fn header(rule: &HeaderRule, answer: &ResponseAnswer) -> Result<(), String> {
    let name = &rule.name;
    let named = answer.headers.iter().filter(|it| it.name.eq_ignore_ascii_case(name));
    let values: Vec<&str> = named.map(|it| it.value.trim()).collect();
    match (values.as_slice(), rule.present) {
        ([], true) => return Err(format!("there is no header {name}")),
        ([value, ..], false) => {
            return Err(format!("header {name} is {}, expected none", shown(value)));
        }
        _ => {}
    }
    if let Some(wanted) = &rule.equals
        && !values.contains(&wanted.as_str())
    {
        return Err(format!("header {name} is {}, expected {wanted:?}", shown(&values.join(", "))));
    }
    if let Some(text) = &rule.matches {
        let wanted = pattern(text)?;
        if !values.iter().any(|value| wanted.is_match(value)) {
            let values = shown(&values.join(", "));
            return Err(format!("header {name} is {values}, expected a match of {text:?}"));
        }
    }
    Ok(())
}

fn place(rule: &JsonRule, body: &Value) -> Result<(), String> {
    let pointer = if rule.pointer.is_empty() { "the whole body" } else { &rule.pointer };
    let value = match (body.pointer(&rule.pointer), rule.exists) {
        (None, true) => return Err(format!("{pointer} is not in the body")),
        (Some(value), false) => {
            return Err(format!("{pointer} is {}, expected none", shown_value(value)));
        }
        (None, false) => return Ok(()),
        (Some(value), true) => value,
    };
    if let Some(wanted) = &rule.equals
        && !same(value, wanted)
    {
        let (value, wanted) = (shown_value(value), shown_value(wanted));
        return Err(format!("{pointer} is {value}, expected {wanted}"));
    }
    if let Some(text) = &rule.matches {
        let of_value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if !pattern(text)?.is_match(&of_value) {
            return Err(format!(
                "{pointer} is {}, expected a match of {text:?}",
                shown_value(value)
            ));
        }
    }
    Ok(())
}

/// JSON knows one kind of number: 1 is 1.0.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let like =
                |(name, value): (&String, &Value)| b.get(name).is_some_and(|it| same(value, it));
            a.len() == b.len() && a.iter().all(like)
        }
        _ => one == other,
    }
}

fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => cut(&other.to_string()),
    }
}

/// A text in quotes, control characters escaped.
fn shown(text: &str) -> String {
    format!("{:?}", cut(text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
