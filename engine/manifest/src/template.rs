//! `{{templates}}`: names in texts that stand for values of the deployment.
//!
//! Strict and small on purpose: no expressions, no conditions, nothing a file could run. An
//! unknown name is an error at its place. `\{{` is two braces as such, and `{{.` is left alone,
//! because Docker's log drivers have templates of their own that begin so.

use crate::diagnostic::Diagnostic;
use crate::nearest::{listed, nearest};
use crate::source::Span;
use crate::yaml::{Node, Scalar, Value};

/// What a template may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// The AWS account that is deployed to.
    AccountId,
    /// For example `stage`.
    Environment,
    /// For example `eu-west-3`.
    Region,
    /// `service.project`.
    Project,
    /// `service.name`.
    Name,
    /// `service.version`.
    Version,
    /// The address this machine has on the internet. Finding it out asks a third party, so it is
    /// done only if a file uses it.
    ExternalIp,
    /// One of `service.fqdn`, counted from 0.
    Fqdn(usize),
}

const NAMES: [(&str, Variable); 8] = [
    ("account_id", Variable::AccountId),
    ("environment", Variable::Environment),
    ("region", Variable::Region),
    ("project", Variable::Project),
    ("name", Variable::Name),
    ("version", Variable::Version),
    ("external_ip", Variable::ExternalIp),
    ("fqdn", Variable::Fqdn(0)),
];

impl Variable {
    /// `fqdn` and `fqdn[2]`, and the names without an index.
    fn parse(text: &str) -> Option<Variable> {
        if let Some(index) = text.strip_prefix("fqdn[").and_then(|rest| rest.strip_suffix(']')) {
            let digits = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
            return digits.then(|| index.parse().ok().map(Variable::Fqdn)).flatten();
        }
        NAMES.iter().find(|(name, _)| *name == text).map(|(_, variable)| *variable)
    }
}

impl std::fmt::Display for Variable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = NAMES.iter().find(|(_, variable)| variable == self).map(|(name, _)| *name);
        match (name, self) {
            (Some(name), _) => write!(f, "{{{{{name}}}}}"),
            (None, Variable::Fqdn(index)) => write!(f, "{{{{fqdn[{index}]}}}}"),
            (None, _) => Ok(()),
        }
    }
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    /// As it stands.
    Literal(&'a str),
    /// `{{name}}`, from its first brace, and what it names.
    Template(usize, &'a str, Option<Variable>),
}

/// Cuts a text at its templates.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest, mut at) = (Vec::new(), text, 0);
    while let Some(open) = rest.find("{{") {
        let (before, braces) = rest.split_at(open);
        if let Some(before) = before.strip_suffix('\\') {
            pieces.extend([Piece::Literal(before), Piece::Literal("{{")]);
            (rest, at) = (&braces[2..], at + open + 2);
            continue;
        }
        if braces[2..].starts_with('{') {
            pieces.push(Piece::Literal(&rest[..=open]));
            (rest, at) = (&braces[1..], at + open + 1);
            continue;
        }
        let Some(close) = braces.find("}}").filter(|_| !braces[2..].trim_start().starts_with('.'))
        else {
            pieces.push(Piece::Literal(&rest[..open + 2]));
            (rest, at) = (&braces[2..], at + open + 2);
            continue;
        };
        let name = &braces[2..close];
        pieces.push(Piece::Literal(before));
        pieces.push(Piece::Template(at + open, name, Variable::parse(name)));
        (rest, at) = (&braces[close + 2..], at + open + close + 2);
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// Every template of a file that names nothing.
pub(crate) fn check(tree: &Node) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    each_text(tree, &mut |node, scalar| {
        for piece in pieces(&scalar.text) {
            if let Piece::Template(at, name, None) = piece {
                problems.push(unknown(&span_in(node, scalar, at, name.len() + 4), name));
            }
        }
    });
    problems
}

/// Every variable that a file uses, and where.
pub(crate) fn used(tree: &Node) -> Vec<(Variable, Span)> {
    let mut used = Vec::new();
    each_text(tree, &mut |node, scalar| {
        for piece in pieces(&scalar.text) {
            if let Piece::Template(at, name, Some(variable)) = piece {
                used.push((variable, span_in(node, scalar, at, name.len() + 4)));
            }
        }
    });
    used
}

/// A text with its templates filled in; the variable that has no value otherwise.
pub(crate) fn fill(
    text: &str,
    value: &dyn Fn(Variable) -> Option<String>,
) -> Result<String, Variable> {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Literal(words) => filled.push_str(words),
            Piece::Template(_, _, Some(variable)) => {
                filled.push_str(&value(variable).ok_or(variable)?);
            }
            Piece::Template(_, name, None) => filled.push_str(name),
        }
    }
    Ok(filled)
}

/// The whole tree with its templates filled in.
pub(crate) fn fill_tree(
    node: &Node,
    value: &dyn Fn(Variable) -> Option<String>,
    problems: &mut Vec<Diagnostic>,
) -> Node {
    let filled = match &node.value {
        Value::Scalar(scalar) => match fill(&scalar.text, value) {
            Ok(text) => Value::Scalar(Scalar { text, ..scalar.clone() }),
            Err(variable) => {
                problems.push(without_value(node.span.clone(), variable));
                node.value.clone()
            }
        },
        Value::Sequence(items) => {
            Value::Sequence(items.iter().map(|item| fill_tree(item, value, problems)).collect())
        }
        Value::Mapping(entries) => Value::Mapping(
            entries
                .iter()
                .map(|entry| crate::yaml::Entry {
                    value: fill_tree(&entry.value, value, problems),
                    ..entry.clone()
                })
                .collect(),
        ),
    };
    Node { span: node.span.clone(), value: filled }
}

pub(crate) fn without_value(span: Span, variable: Variable) -> Diagnostic {
    Diagnostic::error("no-value", span, format!("{variable} has no value here"))
}

fn unknown(span: &Span, name: &str) -> Diagnostic {
    let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    let title = format!("unknown variable `{{{{{name}}}}}`");
    let diagnostic = Diagnostic::error("unknown-variable", span.clone(), title);
    let diagnostic = match nearest(name.trim(), known.iter().copied()) {
        Some(name) => diagnostic.label(format!("did you mean `{{{{{name}}}}}`?")),
        None => diagnostic,
    };
    diagnostic
        .help(format!("known: {}, `fqdn[N]`", listed(known)))
        .help("for the braces themselves write `\\{{`")
}

/// A part of a scalar; the whole of it where it is not written as it reads.
fn span_in(node: &Node, scalar: &Scalar, at: usize, length: usize) -> Span {
    let quotes = usize::from(!scalar.plain);
    if node.span.len() == scalar.text.len() + 2 * quotes {
        let start = node.span.start + quotes + at;
        return start..start + length;
    }
    node.span.clone()
}

fn each_text<'a>(node: &'a Node, visit: &mut impl FnMut(&'a Node, &'a Scalar)) {
    match &node.value {
        Value::Scalar(scalar) => visit(node, scalar),
        Value::Sequence(items) => items.iter().for_each(|item| each_text(item, visit)),
        Value::Mapping(entries) => {
            entries.iter().for_each(|entry| each_text(&entry.value, visit));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, Variable> {
        fill(text, &|variable| match variable {
            Variable::Name => Some("webapi".to_owned()),
            Variable::Fqdn(1) => Some("www.example.com".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn names_are_filled_in_and_everything_else_stays() {
        assert_eq!(filled("{{name}}-{{fqdn[1]}}").unwrap(), "webapi-www.example.com");
        assert_eq!(filled("{{.Name}} {{ .ID }}").unwrap(), "{{.Name}} {{ .ID }}");
        assert_eq!(filled(r"\{{name}}").unwrap(), "{{name}}");
        assert_eq!(filled("{{name").unwrap(), "{{name");
        assert_eq!(filled("{{{name}}}").unwrap(), "{webapi}");
        assert_eq!(filled("#{path} {} }} {{{").unwrap(), "#{path} {} }} {{{");
    }

    #[test]
    fn a_name_without_a_value_is_said() {
        assert_eq!(filled("{{region}}"), Err(Variable::Region));
        assert_eq!(filled("{{fqdn}}"), Err(Variable::Fqdn(0)));
    }

    #[test]
    fn variables_are_named_strictly() {
        for text in ["fqdn[]", "fqdn[-1]", "fqdn[+1]", "fqdn[1", " name", "Name", ""] {
            assert_eq!(Variable::parse(text), None, "{text}");
        }
        for (name, variable) in NAMES {
            assert_eq!(variable.to_string(), format!("{{{{{name}}}}}"));
        }
        assert_eq!(Variable::Fqdn(3).to_string(), "{{fqdn[3]}}");
    }
}
