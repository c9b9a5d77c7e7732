//! Tree → typed: a serde deserializer that still knows how a scalar was written.
//!
//! Two things can only be seen here, because JSON has forgotten them: a number in a text field
//! whose digits would be lost, and a YAML 1.1 boolean in a flag. Both are noted, not fatal, so
//! that all of a file is said at once.

use std::cell::RefCell;
use std::fmt::Display;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{self, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::scalar::{Kind, old_boolean};
use super::tree::{Entry, Node, Scalar, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::values::AS_WRITTEN;

/// A typed value, and what was noticed on the way; an error only where the schema has a hole.
pub(crate) fn from_node<'de, T: Deserialize<'de>>(
    node: &'de Node,
) -> Result<(T, Vec<Diagnostic>), Diagnostic> {
    let notes = RefCell::default();
    let value =
        T::deserialize(Reader { node, notes: &notes }).map_err(|Error { message, span }| {
            Diagnostic::error("wrong-value", span.unwrap_or(node.span.clone()), message)
        })?;
    Ok((value, notes.into_inner()))
}

#[derive(Debug)]
struct Error {
    message: String,
    span: Option<Span>,
}

impl Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Error { message: message.to_string(), span: None }
    }
}

#[derive(Clone, Copy)]
struct Reader<'de, 'n> {
    node: &'de Node,
    notes: &'n RefCell<Vec<Diagnostic>>,
}

impl<'de> IntoDeserializer<'de, Error> for Reader<'de, '_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Reader<'de, '_> {
    fn here(self, error: Error) -> Error {
        Error { span: error.span.or_else(|| Some(self.node.span.clone())), ..error }
    }

    fn note(self, diagnostic: Diagnostic) {
        self.notes.borrow_mut().push(diagnostic);
    }

    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Scalar(Scalar { text, kind, .. }) => match *kind {
                Kind::Null => visitor.visit_unit(),
                Kind::Bool(flag) => visitor.visit_bool(flag),
                Kind::Int(number) => visitor.visit_i64(number),
                Kind::Float(number) => visitor.visit_f64(number),
                Kind::Text => visitor.visit_borrowed_str(text),
            },
            Value::Sequence(items) => visitor.visit_seq(SeqDeserializer::new(
                items.iter().map(|node| Reader { node, notes: self.notes }),
            )),
            Value::Mapping(entries) => visitor.visit_map(self.fields(entries)),
        }
    }

    fn fields(self, entries: &'de [Entry]) -> impl MapAccess<'de, Error = Error> {
        MapDeserializer::new(entries.iter().map(move |entry| {
            (entry.key.as_str(), Reader { node: &entry.value, notes: self.notes })
        }))
    }

    /// A text field: the words as written, whatever YAML takes them for.
    fn visit_words<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Some(scalar) = self.node.scalar() else { return self.visit(visitor) };
        if let Kind::Float(number) = scalar.kind
            && scalar.loses_digits()
        {
            let title = format!("`{}` is read as the number {number}", scalar.text);
            self.note(quote_it(&self.node.span, &scalar.text, title));
        }
        match scalar.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(flag) => visitor.visit_str(if flag { "true" } else { "false" }),
            _ => visitor.visit_borrowed_str(&scalar.text),
        }
    }

    /// A flag: YAML 1.2's booleans, and with a warning those of YAML 1.1.
    fn visit_flag<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let old = self.node.scalar().filter(|scalar| scalar.kind == Kind::Text);
        let Some((scalar, flag)) = old.and_then(|s| Some((s, old_boolean(&s.text)?))) else {
            return self.visit(visitor);
        };
        self.note(
            Diagnostic::warning(
                "old-boolean",
                self.node.span.clone(),
                format!("`{}` is a boolean only by YAML 1.1", scalar.text),
            )
            .help(format!("write `{flag}`")),
        );
        visitor.visit_bool(flag)
    }
}

/// A number where text belongs.
pub(crate) fn quote_it(span: &Span, text: &str, title: String) -> Diagnostic {
    Diagnostic::error("quote-it", span.clone(), title)
        .label("quote it")
        .help(format!("write \"{text}\""))
}

impl<'de> de::Deserializer<'de> for Reader<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit(visitor).map_err(|error| self.here(error))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_flag(visitor).map_err(|error| self.here(error))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Scalar(Scalar { kind: Kind::Null, .. }) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = match name {
            AS_WRITTEN => self.visit_words(visitor),
            _ => visitor.visit_newtype_struct(self),
        };
        result.map_err(|error| self.here(error))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = match &self.node.value {
            Value::Mapping(entries) => {
                visitor.visit_enum(MapAccessDeserializer::new(self.fields(entries)))
            }
            _ => {
                let text = self.node.scalar().map_or("", |scalar| scalar.text.as_str());
                let variant: StrDeserializer<'_, Error> = text.into_deserializer();
                visitor.visit_enum(variant)
            }
        };
        result.map_err(|error| self.here(error))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
