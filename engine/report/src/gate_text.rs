//! What a gate says of itself, for people: its wishes and its configuration with the defaults.

use rollout::GateDescription;
use serde_json::Value;

use crate::text::{printable, wrap};

/// Columns before a description.
const INDENT: usize = 6;
/// Fields within fields are told down to here: a stranger's schema may refer to itself.
const DEEPEST: usize = 5;

/// A gate in a paragraph.
#[must_use]
pub fn gate_head(gate: &GateDescription, columns: Option<u16>) -> String {
    let columns = bounded(columns);
    let mut lines = vec![format!("{} {}", printable(&gate.name), printable(&gate.version))];
    lines.extend(indented(&gate.summary, 2, columns));
    lines.extend(indented(&wishes(gate), 2, columns));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The fields of a gate's configuration: what each takes, its default, and what it is for; below
/// it those of its items.
#[must_use]
pub fn gate_fields(gate: &GateDescription, columns: Option<u16>) -> String {
    let mut fields =
        Fields { schema: &gate.configuration_schema, columns: bounded(columns), lines: Vec::new() };
    fields.add(&gate.configuration_schema, 0);
    fields.lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The lines about fields, as they are gathered.
struct Fields<'a> {
    schema: &'a Value,
    columns: usize,
    lines: Vec<String>,
}

impl<'a> Fields<'a> {
    fn add(&mut self, schema: &'a Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, field) in properties.into_iter().flatten() {
            let meant = self.meant(field);
            let indent = 2 * depth + INDENT;
            let name = printable(name);
            self.lines.push(format!("{:2$}{name} ({})", "", terms(meant), indent - 2));
            let description = field.get("description").or_else(|| meant.get("description"));
            let description = description.and_then(Value::as_str).unwrap_or_default();
            self.lines.extend(indented(description, indent, self.columns));
            self.add(meant, depth + 1);
            for keyword in ["items", "additionalProperties"] {
                if let Some(items) = meant.get(keyword) {
                    self.add(self.meant(items), depth + 1);
                }
            }
        }
    }

    /// A schema, or the one that it refers to.
    fn meant(&self, schema: &'a Value) -> &'a Value {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let pointer = reference.and_then(|it| it.strip_prefix('#'));
        pointer.and_then(|it| self.schema.pointer(it)).unwrap_or(schema)
    }
}

fn bounded(columns: Option<u16>) -> usize {
    usize::from(columns.unwrap_or(80).clamp(40, 100))
}

fn indented(text: &str, indent: usize, columns: usize) -> Vec<String> {
    let lines = wrap(text, columns - indent, 8).into_iter().filter(|line| !line.is_empty());
    lines.map(|line| format!("{:indent$}{line}", "")).collect()
}

/// What it would like to be granted.
fn wishes(gate: &GateDescription) -> String {
    let wishes = &gate.wishes;
    let mut wanted: Vec<String> =
        wishes.metrics.iter().map(|space| format!("metrics of {space}")).collect();
    wanted.extend(wishes.http.then(|| "HTTP requests".to_owned()));
    let beyond = match wanted.as_slice() {
        [] => "no grant".to_owned(),
        wanted => format!("grants for {}", wanted.join(", ")),
    };
    let memory = if wishes.memory { ", and learns from each promoted release" } else { "" };
    format!("It wishes {beyond} beyond the deployment's own metrics{memory}.")
}

/// `number, 1.5 to 10, default 2`.
fn terms(field: &Value) -> String {
    let plain = |value: &Value| match value {
        Value::String(text) => printable(text),
        other => printable(&other.to_string()),
    };
    let of = |name: &str| field.get(name).map(plain);
    let kind = match (field.get("enum").and_then(Value::as_array), field.get("type")) {
        (Some(words), _) => words.iter().map(plain).collect::<Vec<_>>().join(" or "),
        (None, Some(Value::Array(kinds))) => {
            kinds.iter().map(plain).collect::<Vec<_>>().join(" or ")
        }
        (None, Some(kind)) => plain(kind),
        (None, None) => "anything".to_owned(),
    };
    let least = of("minimum").or_else(|| of("exclusiveMinimum").map(|it| format!("above {it}")));
    let most = of("maximum").or_else(|| of("exclusiveMaximum").map(|it| format!("below {it}")));
    let range = match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("at least {least}")),
        (None, Some(most)) => Some(format!("at most {most}")),
        (None, None) => None,
    };
    let default = of("default").map(|it| format!("default {it}"));
    [Some(kind), range, default].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use rollout::{GateDescription, Wishes};
    use serde_json::json;

    use super::{gate_fields, gate_head};

    #[test]
    fn a_gate_is_told_with_its_defaults_and_its_wishes() {
        let gate = GateDescription {
            name: "smoke".to_owned(),
            version: "1.0.0".to_owned(),
            summary: "Asks.".to_owned(),
            configuration_schema: json!({"properties": {
                "ratio": {"type": "number", "minimum": 1, "maximum": 9, "default": 2,
                          "description": "How much."},
                "mode": {"enum": ["count", "ignore"]},
                "asks": {"type": "array", "items": {"$ref": "#/$defs/ask"}},
            }, "$defs": {"ask": {"properties": {
                "url": {"type": "string", "description": "Where."},
                "then": {"$ref": "#/$defs/ask"},
            }}}}),
            wishes: Wishes { metrics: vec!["Shop".to_owned()], http: true, memory: false },
        };
        let text = gate_head(&gate, None) + &gate_fields(&gate, None);
        for part in [
            "smoke 1.0.0\n  Asks.\n",
            "metrics of Shop, HTTP requests",
            "ratio (number, 1 to 9, default 2)\n      How much.\n",
            "mode (count or ignore)",
            "    asks (array)\n",
            "\n      url (string)\n        Where.\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
