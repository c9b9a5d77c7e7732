//! Verdicts, errors and issues held against what was expected, field by field.

use rollout::{Finding, Verdict};

use super::play::{Difference, Issue};
use super::{ExpectedError, ExpectedFinding, ExpectedIssue, ExpectedVerdict, Text};
use crate::gate_port::GateFault;

/// Equal but for what arithmetic does to the last digits.
pub(super) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs()) || (a.is_nan() && b.is_nan())
}

/// Collects differences below a place of the case.
pub(super) struct Comparison<'a> {
    at: String,
    found: &'a mut Vec<Difference>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(at: impl Into<String>, found: &'a mut Vec<Difference>) -> Self {
        Comparison { at: at.into(), found }
    }

    fn differ(&mut self, field: &str, what: String, expected: String, got: String) {
        let pointer = format!("{}/{field}", self.at);
        self.found.push(Difference { pointer, what, expected, got });
    }

    fn equal(&mut self, field: &str, what: &str, expected: Option<&str>, got: &str) {
        if let Some(expected) = expected.filter(|expected| *expected != got) {
            self.differ(field, what.to_owned(), expected.to_owned(), got.to_owned());
        }
    }

    pub(super) fn text(&mut self, field: &str, what: &str, expected: Option<&Text>, got: &str) {
        if let Some(expected) = expected.filter(|expected| !expected.fits(got)) {
            self.differ(field, what.to_owned(), expected.told(), told(got));
        }
    }

    fn number(&mut self, field: &str, what: &str, expected: Option<f64>, got: Option<f64>) {
        let Some(expected) = expected else { return };
        if !got.is_some_and(|got| near(expected, got)) {
            let got = got.map_or("none".to_owned(), |got| got.to_string());
            self.differ(field, what.to_owned(), expected.to_string(), got);
        }
    }

    pub(super) fn verdict(&mut self, expected: &ExpectedVerdict, got: &Verdict) {
        if let Some(decision) = expected.decision.filter(|it| got.decision != (*it).into()) {
            let said = format!("{} ({}): {}", name(&got.decision), got.code, got.sentence);
            self.differ("decision", "the decision".to_owned(), name(&decision), said);
        }
        self.equal("code", "the code", expected.code.as_deref(), &got.code);
        self.text("sentence", "the sentence", expected.sentence.as_ref(), &got.sentence);
        let again = got.look_again_in_s.map(f64::from);
        let wanted = expected.look_again_in.map(f64::from);
        self.number("look_again_in", "seconds to the next look", wanted, again);
        for (row, expected) in &expected.findings {
            match got.findings.iter().find(|finding| finding.name == *row) {
                Some(finding) => self.finding(row, expected, finding),
                None => {
                    let rows: Vec<&str> = got.findings.iter().map(|it| it.name.as_str()).collect();
                    let field = format!("findings/{}", escaped(row));
                    self.differ(&field, "a finding".to_owned(), row.clone(), listed(&rows));
                }
            }
        }
    }

    fn finding(&mut self, row: &str, expected: &ExpectedFinding, got: &Finding) {
        let at = format!("{}/findings/{}", self.at, escaped(row));
        let mut below = Comparison::new(at, self.found);
        let what = |of: &str| format!("{of} of finding `{row}`");
        below.number("canary", &what("the canary's value"), expected.canary, got.canary);
        below.number("baseline", &what("the baseline's value"), expected.baseline, got.baseline);
        below.number("limit", &what("the limit"), expected.limit, got.limit);
        below.equal("unit", &what("the unit"), expected.unit.as_deref(), &got.unit);
        if let Some(status) = expected.status.filter(|status| *status != got.status) {
            below.differ("status", what("the status"), name(&status), name(&got.status));
        }
        if let Some(series) = &expected.series {
            let equal = series.len() == got.series.len()
                && series.iter().zip(&got.series).all(|(a, b)| near(*a, *b));
            if !equal {
                let (expected, got) = (format!("{series:?}"), format!("{:?}", got.series));
                below.differ("series", what("the series"), expected, got);
            }
        }
    }

    pub(super) fn error(&mut self, expected: &ExpectedError, got: &GateFault) {
        self.equal("code", "the error's code", expected.code.as_deref(), &got.code);
        self.text("sentence", "the error's sentence", expected.sentence.as_ref(), &got.sentence);
    }

    /// All issues, each once.
    pub(super) fn issues(&mut self, expected: Option<&[ExpectedIssue]>, got: &[Issue]) {
        let mut left: Vec<&Issue> = got.iter().collect();
        for (place, issue) in expected.unwrap_or_default().iter().enumerate() {
            let fits = |it: &&Issue| {
                it.pointer == issue.pointer
                    && issue.message.as_ref().is_none_or(|text| text.fits(&it.message))
            };
            match left.iter().position(fits) {
                Some(at) => {
                    left.remove(at);
                }
                None => {
                    let said = issue.message.as_ref().map(Text::told).unwrap_or_default();
                    let expected = format!("{}: {said}", shown(&issue.pointer));
                    let got: Vec<String> = got.iter().map(issue_words).collect();
                    let got = listed(&got.iter().map(String::as_str).collect::<Vec<_>>());
                    self.differ(&format!("check/{place}"), "an issue".to_owned(), expected, got);
                }
            }
        }
        for issue in left {
            let field = match expected {
                Some(_) => "check".to_owned(),
                None => format!("configuration{}", issue.pointer),
            };
            let what = "an issue of the configuration".to_owned();
            self.differ(&field, what, "none".to_owned(), issue_words(issue));
        }
    }
}

fn issue_words(issue: &Issue) -> String {
    format!("{}: {}", shown(&issue.pointer), issue.message)
}

fn shown(pointer: &str) -> &str {
    if pointer.is_empty() { "the configuration" } else { pointer }
}

/// A part of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The words of a list; `none` of an empty one.
pub(super) fn listed(words: &[&str]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join("; ") }
}

fn told(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { text.to_owned() }
}

/// The kebab-case word of an enum's case.
pub(super) fn name(case: &impl std::fmt::Debug) -> String {
    let mut word = String::new();
    for letter in format!("{case:?}").chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(letter.to_lowercase());
    }
    word
}
