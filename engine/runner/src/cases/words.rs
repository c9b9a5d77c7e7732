//! Questions and verdicts in the case's own words: to copy into a case, and to tell differences.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rollout::{EpochS, Finding, Verdict};

use super::compare::name;
use super::{ExpectedExpression, ExpectedMetric, ExpectedQuestion, ExpectedRequest, ExpectedSide};
use crate::question::Question;

/// A question as a case states it, on one line.
#[must_use]
pub fn question_words(question: &Question, zero: EpochS) -> String {
    ExpectedQuestion::of(question, zero).words()
}

/// A verdict as a case states it, a line for each of its fields and findings.
#[must_use]
pub fn verdict_words(verdict: &Verdict) -> Vec<String> {
    let mut lines = vec![
        format!("decision: {}", name(&verdict.decision)),
        format!("code: {}", text(&verdict.code)),
        format!("sentence: {{ contains: {} }}", quoted(&verdict.sentence)),
    ];
    if !verdict.findings.is_empty() {
        lines.push("findings:".to_owned());
        lines.extend(verdict.findings.iter().map(finding));
    }
    lines.extend(verdict.look_again_in_s.map(|seconds| format!("look_again_in: {seconds}")));
    lines
}

/// Bytes as a case states them.
#[must_use]
pub fn content_words(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(words) => format!("{{ text: {} }}", quoted(words)),
        Err(_) => format!("{{ base64: {} }}", BASE64_STANDARD.encode(bytes)),
    }
}

fn finding(it: &Finding) -> String {
    let fields = Fields::default()
        .shown("canary", it.canary)
        .shown("baseline", it.baseline)
        .shown("limit", it.limit)
        .text("unit", Some(&it.unit).filter(|unit| !unit.is_empty()))
        .shown("status", Some(name(&it.status)));
    format!("  {}: {}", text(&it.name), fields.mapping())
}

/// The fields of a mapping on one line, in the order in which they are told.
#[derive(Default)]
struct Fields(Vec<String>);

impl Fields {
    fn shown(mut self, name: &str, value: Option<impl ToString>) -> Self {
        self.0.extend(value.map(|value| format!("{name}: {}", value.to_string())));
        self
    }

    fn text(self, name: &str, value: Option<&String>) -> Self {
        self.shown(name, value.map(|value| text(value)))
    }

    fn pairs<'a>(
        self,
        name: &str,
        pairs: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Self {
        let pairs =
            pairs.into_iter().map(|(name, value)| format!("{}: {}", text(name), text(value)));
        let pairs: Vec<_> = pairs.collect();
        self.shown(name, (!pairs.is_empty()).then(|| Fields(pairs).mapping()))
    }

    fn mapping(self) -> String {
        match self.0.is_empty() {
            true => "{}".to_owned(),
            false => format!("{{ {} }}", self.0.join(", ")),
        }
    }
}

impl ExpectedQuestion {
    /// As a case states it, on one line.
    pub(super) fn words(&self) -> String {
        Fields::default()
            .text("id", self.id.as_ref())
            .shown("metric", self.metric.as_ref().map(ExpectedMetric::words))
            .shown("expression", self.expression.as_ref().map(ExpectedExpression::words))
            .shown("request", self.request.as_ref().map(ExpectedRequest::words))
            .mapping()
    }
}

impl ExpectedMetric {
    fn words(&self) -> String {
        let side = self.of.map(|side| match side {
            ExpectedSide::Canary => "canary",
            ExpectedSide::Baseline => "baseline",
        });
        Fields::default()
            .text("namespace", self.namespace.as_ref())
            .text("name", self.name.as_ref())
            .text("statistic", self.statistic.as_ref())
            .shown("of", side)
            .shown("part", self.part.map(|part| name(&part)))
            .shown("target_group", self.target_group)
            .pairs("dimensions", self.dimensions.iter().flatten())
            .shown("period", self.period)
            .shown("begin", self.begin)
            .shown("end", self.end)
            .mapping()
    }
}

impl ExpectedExpression {
    fn words(&self) -> String {
        Fields::default()
            .text("expression", self.expression.as_ref())
            .shown("period", self.period)
            .shown("begin", self.begin)
            .shown("end", self.end)
            .mapping()
    }
}

impl ExpectedRequest {
    fn words(&self) -> String {
        Fields::default()
            .text("method", self.method.as_ref())
            .text("url", self.url.as_ref())
            .pairs("headers", &self.headers)
            .text("body", self.body.as_ref().filter(|body| !body.is_empty()))
            .shown("timeout_ms", self.timeout_ms)
            .shown("follow_redirects", self.follow_redirects)
            .mapping()
    }
}

/// Text as YAML, quoted only where it must be.
fn text(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Text in double quotes: JSON's are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether YAML reads these words as text, even within brackets.
fn is_plain(text: &str) -> bool {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "_-/. ".contains(letter);
    let words = ["true", "false", "null", "yes", "no", "on", "off"];
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(safe)
        && !text.ends_with(' ')
        && !words.contains(&text.to_lowercase().as_str())
}
