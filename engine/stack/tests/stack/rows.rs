//! The table of where our templates differ from the predecessor's, and why.

use serde_json::Value;
use stack::Change;

/// A row of `differences.yml`: where, what theirs is, what ours is (none: nothing there), and why.
/// `*` stands for a step of the place, or for any letters of a text.
#[derive(Debug)]
pub(crate) struct Row {
    /// None: all.
    pub(crate) cases: Option<Vec<String>>,
    template: String,
    /// `first` or `second`; none: both.
    deployment: Option<String>,
    at: String,
    theirs: Option<Value>,
    ours: Option<Value>,
}

impl Row {
    pub(crate) fn read(row: &Value) -> Self {
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        assert!(text("why").is_some_and(|why| why.len() > 10), "a row without a reason: {row}");
        let cases = row["cases"]
            .as_array()
            .map(|cases| cases.iter().map(|case| case.as_str().unwrap().to_owned()).collect());
        Row {
            cases,
            template: text("template").unwrap(),
            deployment: text("deployment"),
            at: text("at").unwrap(),
            theirs: row.get("theirs").cloned(),
            ours: row.get("ours").cloned(),
        }
    }

    pub(crate) fn concerns(&self, case: &str) -> bool {
        self.cases.as_ref().is_none_or(|cases| cases.iter().any(|it| it == case))
    }

    pub(crate) fn lists(&self, template: &str, deployment: &str, change: &Change) -> bool {
        self.template == template
            && self.deployment.as_ref().is_none_or(|it| it == deployment)
            && is_place(&self.at, &change.at)
            && is_like(self.theirs.as_ref(), change.before.as_ref())
            && is_like(self.ours.as_ref(), change.after.as_ref())
    }
}

fn is_place(pattern: &str, place: &str) -> bool {
    let (pattern, place) = (pattern.split('/'), place.split('/'));
    pattern.clone().count() == place.clone().count()
        && pattern.zip(place).all(|(pattern, step)| is_text(pattern, step))
}

/// Whether a text is the pattern, in which the first `*` stands for any letters.
fn is_text(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            text.len() >= before.len() + after.len()
                && text.starts_with(before)
                && text.ends_with(after)
        }
    }
}

fn is_like(pattern: Option<&Value>, value: Option<&Value>) -> bool {
    match (pattern, value) {
        (None, None) => true,
        (Some(Value::String(pattern)), Some(Value::String(text))) => is_text(pattern, text),
        (Some(Value::Object(pattern)), Some(Value::Object(object))) => {
            pattern.len() == object.len()
                && pattern.iter().all(|(name, it)| is_like(Some(it), object.get(name)))
        }
        (Some(Value::Array(pattern)), Some(Value::Array(array))) => {
            pattern.len() == array.len()
                && pattern.iter().zip(array).all(|(it, value)| is_like(Some(it), Some(value)))
        }
        (pattern, value) => pattern == value,
    }
}

#[test]
fn a_star_stands_for_a_step_or_for_letters() {
    assert!(is_place("/a/*/c", "/a/b/c") && is_place("/a/Listener*", "/a/ListenerX"));
    assert!(!is_place("/a/*", "/a/b/c") && !is_place("/a/b", "/a/c"));
    assert!(is_text("*", "") && is_text("a*c", "abc") && !is_text("ab*bc", "abc"));
}
