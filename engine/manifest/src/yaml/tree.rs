//! The tree: values, where they stand, and their words as written.

use serde_json::{Map, Number};

use super::scalar::Kind;
use crate::source::Span;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A leaf, as written and as meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// Written without quotes.
    pub(crate) plain: bool,
}

/// A field of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl Node {
    /// How many nodes there are in it, itself included.
    pub(crate) fn size(&self) -> usize {
        1 + self.children().map(Node::size).sum::<usize>()
    }

    fn children(&self) -> impl Iterator<Item = &Node> {
        let (items, entries): (&[Node], &[Entry]) = match &self.value {
            Value::Scalar(_) => (&[], &[]),
            Value::Sequence(items) => (items, &[]),
            Value::Mapping(entries) => (&[], entries),
        };
        items.iter().chain(entries.iter().map(|entry| &entry.value))
    }

    /// The field of that name.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// Its text, if it is a leaf.
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What to call it in an error.
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.kind.name(),
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The node that a JSON pointer names, and where its key stands if it is a field.
    pub(crate) fn at(&self, pointer: &str) -> Option<(&Node, Option<&Span>)> {
        let mut found = (self, None);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            found = match &found.0.value {
                Value::Sequence(items) => (items.get(token.parse::<usize>().ok()?)?, None),
                _ => found.0.get(&token).map(|entry| (&entry.value, Some(&entry.key_span)))?,
            };
        }
        Some(found)
    }

    /// The same as JSON, for the schema: numbers lose how they were written.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Scalar(scalar) => scalar.to_json(),
            Value::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}

impl Scalar {
    fn to_json(&self) -> serde_json::Value {
        match self.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(flag) => flag.into(),
            Kind::Int(number) => number.into(),
            Kind::Float(number) => Number::from_f64(number)
                .map_or_else(|| self.text.clone().into(), serde_json::Value::Number),
            Kind::Text => self.text.clone().into(),
        }
    }

    /// A number whose value, written down again, is not what was written: `1.10` would become 1.1.
    pub(crate) fn loses_digits(&self) -> bool {
        matches!(self.kind, Kind::Float(number) if format!("{number:?}") != self.text)
    }
}
