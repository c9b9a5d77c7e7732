//! Where two values differ, for people: the path to each place, and what stands there.

use serde_json::Value;

/// So many places of one look are told; a gate of another version differs everywhere.
const TOLD: usize = 8;

/// A place where two values differ: its path, what was recorded, what came now.
pub(crate) type Place = (String, String, String);

/// The places where two values differ, in the order of the recorded one.
pub(crate) fn places(name: &str, recorded: &Value, replayed: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    compare(name, Some(recorded), Some(replayed), &mut found);
    found
}

fn compare(path: &str, recorded: Option<&Value>, replayed: Option<&Value>, found: &mut Vec<Place>) {
    if found.len() >= TOLD || recorded == replayed {
        return;
    }
    match (recorded, replayed) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let new = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(new) {
                compare(&format!("{path}/{key}"), a.get(key), b.get(key), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                compare(&format!("{path}/{at}"), a.get(at), b.get(at), found);
            }
        }
        _ => found.push((path.to_owned(), shown(recorded), shown(replayed))),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use super::places;
    use serde_json::json;

    #[test]
    fn what_is_missing_added_or_changed_is_named_by_its_path() {
        let recorded = json!({ "a": 1, "b": [1, 2], "c": { "d": "x" } });
        let replayed = json!({ "a": 1, "b": [1, 3, 4], "e": null });
        let named = [
            ("turn/b/1", "2", "3"),
            ("turn/b/2", "nothing", "4"),
            ("turn/c", r#"{"d":"x"}"#, "nothing"),
            ("turn/e", "nothing", "null"),
        ];
        let named = named.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(places("turn", &recorded, &replayed), named);
    }
}
