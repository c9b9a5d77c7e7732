//! JSON as CloudFormation wants it: references, and properties of which some are left out.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The properties of a resource.
#[derive(Default)]
pub(crate) struct Properties(Map<String, Value>);

impl Properties {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.0.insert(name.to_owned(), json!(value));
        self
    }

    /// Left out where there is none.
    pub(crate) fn maybe(self, name: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Left out where it is empty.
    pub(crate) fn list<T: Serialize>(self, name: &str, values: &[T]) -> Self {
        if values.is_empty() { self } else { self.with(name, values) }
    }

    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// The resource of that type.
    pub(crate) fn into_resource(self, kind: &str) -> Value {
        json!({ "Type": kind, "Properties": self.0 })
    }
}

/// The resource, made only after these others; where it does not name them otherwise.
pub(crate) fn after(mut resource: Value, others: &[String]) -> Value {
    match others {
        [] => {}
        [one] => resource["DependsOn"] = json!(one),
        several => resource["DependsOn"] = json!(several),
    }
    resource
}

/// The resource, left in place when its stack goes.
pub(crate) fn kept(mut resource: Value) -> Value {
    resource["DeletionPolicy"] = json!("Retain");
    resource["UpdateReplacePolicy"] = json!("Retain");
    resource
}

/// What a parameter holds, or what a resource is known by.
pub(crate) fn reference(name: &str) -> Value {
    json!({ "Ref": name })
}

/// An attribute of a resource.
pub(crate) fn attribute(name: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [name, attribute] })
}

/// Parts joined by a separator.
pub(crate) fn joined(separator: &str, parts: &[Value]) -> Value {
    json!({ "Fn::Join": [separator, parts] })
}

/// A tag.
pub(crate) fn tag(key: &str, value: impl Serialize) -> Value {
    json!({ "Key": key, "Value": value })
}

/// A number without a fraction as the whole number it is.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
pub(crate) fn number(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.fract() == 0.0 && number.abs() <= EXACT {
        true => json!(number as i64),
        false => json!(number),
    }
}
