//! Items: their keys, attributes, and how they are read back.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use runner::{Kept, LedgerError};

/// An item: attribute name → value.
pub(super) type Item = HashMap<String, AttributeValue>;

/// An item's key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    pub(super) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Key { pk: pk.into(), sk: sk.into() }
    }

    /// The item with that key and nothing else.
    pub(super) fn item(&self) -> Item {
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }
}

pub(super) fn lease(key: &str) -> Key {
    Key::new(format!("lease#{key}"), "lease")
}

pub(super) fn run_pk(deployment: &str) -> String {
    format!("run#{deployment}")
}

pub(super) fn run(deployment: &str) -> Key {
    Key::new(run_pk(deployment), "run")
}

pub(super) fn entry(deployment: &str, seq: u32) -> Key {
    Key::new(run_pk(deployment), format!("entry#{seq:010}"))
}

pub(super) fn word(deployment: &str, number: u32) -> Key {
    Key::new(run_pk(deployment), format!("word#{number:010}"))
}

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn bytes(value: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

/// What a reader of an item wants and does not find.
fn lacks(name: &str) -> LedgerError {
    LedgerError::Damaged {
        what: "table".to_owned(),
        why: format!("an item has no readable attribute {name}"),
    }
}

pub(super) fn text_of<'a>(item: &'a Item, name: &str) -> Kept<&'a str> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map(String::as_str).ok_or_else(|| lacks(name))
}

pub(super) fn bytes_of<'a>(item: &'a Item, name: &str) -> Kept<&'a [u8]> {
    let value = item.get(name).and_then(|value| value.as_b().ok());
    value.map(AsRef::as_ref).ok_or_else(|| lacks(name))
}

pub(super) fn number_of<N: std::str::FromStr>(item: &Item, name: &str) -> Kept<N> {
    let value = item.get(name).and_then(|value| value.as_n().ok());
    value.and_then(|digits| digits.parse().ok()).ok_or_else(|| lacks(name))
}

/// An attribute that may be absent.
pub(super) fn optional<'a, T>(
    item: &'a Item,
    name: &str,
    read: impl FnOnce(&'a Item, &str) -> Kept<T>,
) -> Kept<Option<T>> {
    item.contains_key(name).then(|| read(item, name)).transpose()
}
