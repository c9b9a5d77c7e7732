//! Secrets of a file are kept out of everything that shows its text: errors, journal, reports.
//!
//! Covered are the values of `client_secret`; a masked text has the same places and is still the
//! same deployment.

use crate::source::Span;
use crate::yaml::{Node, Value};

const FIELD: &str = "client_secret";

/// The text without the values of its secrets.
pub(crate) fn masked(text: &str, tree: &Node) -> String {
    let mut spans = Vec::new();
    find(tree, false, &mut spans);
    let mut masked = text.to_owned();
    for span in spans {
        if let Some(value) = text.get(span.clone()) {
            masked.replace_range(span, &mask(value));
        }
    }
    masked
}

/// The text without what follows the name of a secret on its line: all that can be said of a text
/// that is no YAML.
pub(crate) fn masked_lines(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.find(FIELD) {
        Some(at) => line[..at + FIELD.len()].to_owned() + &mask(&line[at + FIELD.len()..]),
        None => line.to_owned(),
    });
    lines.collect()
}

fn find(node: &Node, secret: bool, spans: &mut Vec<Span>) {
    match &node.value {
        Value::Scalar(_) if secret => spans.push(node.span.clone()),
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| find(item, secret, spans)),
        Value::Mapping(entries) => {
            entries.iter().for_each(|it| find(&it.value, secret || it.key == FIELD, spans));
        }
    }
}

/// An x for every byte (a star would be an alias); what holds a scalar together stays.
fn mask(value: &str) -> String {
    let header = match value.starts_with(['|', '>']) {
        true => value.find('\n').unwrap_or(value.len()),
        false => 0,
    };
    let covered = value[header..].chars().map(|letter| match letter {
        '"' | '\'' | ':' => letter.to_string(),
        _ if letter.is_whitespace() => letter.to_string(),
        _ => "x".repeat(letter.len_utf8()),
    });
    value[..header].to_owned() + &covered.collect::<String>()
}
