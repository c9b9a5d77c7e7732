//! What a gate decided and says of itself: converted, and refused where it breaks the contract.

use rollout::{Decision, Finding, FindingStatus, GateDescription, Verdict, Wishes};
use runner::GateFault;
use runner::question::{Turn, TurnOutcome};

use crate::bindings::wit;
use crate::fault::{fault, over};
use crate::from_guest_questions::questions;
use crate::limits::{
    FINDINGS, ISSUES, LOOK_AGAIN_S, MEMORY_BYTES, METRIC_CHARS, NAME_CHARS, NOTES_BYTES,
    SCHEMA_BYTES, SENTENCE_CHARS, SERIES_VALUES, STATE_BYTES, WISHES,
};
use crate::text::{printable, printable_lines};

/// A turn. The words that the guest wrote to standard error follow its notes as far as there is
/// room.
pub(crate) fn turn(from: wit::Turn, words: &str) -> Result<Turn, GateFault> {
    at_most("state-too-large", "bytes of state", from.state.len(), STATE_BYTES)?;
    at_most("notes-too-long", "bytes of notes", from.notes.len(), NOTES_BYTES)?;
    let outcome = match from.outcome {
        wit::Outcome::More(more) if more.is_empty() => {
            let sentence = "the gate asked for another round without a question in it";
            return Err(fault("no-question", sentence));
        }
        wit::Outcome::More(more) => TurnOutcome::More(questions(more)?),
        wit::Outcome::Verdict(from) => TurnOutcome::Verdict(verdict(from)?),
    };
    let notes = if words.is_empty() { from.notes } else { format!("{}\n{words}", from.notes) };
    let notes = printable_lines(notes.trim(), NOTES_BYTES);
    Ok(Turn { outcome, state: from.state, notes })
}

/// What a gate wants to remember.
pub(crate) fn memory(from: Vec<u8>) -> Result<Vec<u8>, GateFault> {
    at_most("memory-too-large", "bytes to remember", from.len(), MEMORY_BYTES)?;
    Ok(from)
}

fn verdict(from: wit::Verdict) -> Result<Verdict, GateFault> {
    at_most("too-many-findings", "findings", from.findings.len(), FINDINGS)?;
    sentence_fits("sentence-too-long", "a sentence", &from.sentence)?;
    if !is_word(&from.code) {
        let code = printable(&from.code, NAME_CHARS);
        let sentence = format!(
            "the verdict's code `{code}` is not of the form [a-z][a-z0-9-]*, {NAME_CHARS} \
             characters at most"
        );
        return Err(fault("invalid-code", sentence));
    }
    if let Some(seconds) = from.look_again_in_s.filter(|seconds| *seconds > LOOK_AGAIN_S) {
        let sentence =
            format!("the gate wants to look again in {seconds} s; the limit is {LOOK_AGAIN_S} s");
        return Err(fault("look-again-too-late", sentence));
    }
    Ok(Verdict {
        decision: decision(from.decision),
        code: from.code,
        sentence: printable(&from.sentence, SENTENCE_CHARS),
        findings: from.findings.into_iter().map(finding).collect::<Result<_, _>>()?,
        look_again_in_s: from.look_again_in_s,
    })
}

fn decision(from: wit::Decision) -> Decision {
    match from {
        wit::Decision::Promote => Decision::Promote,
        wit::Decision::Hold => Decision::Hold,
        wit::Decision::Rollback => Decision::Rollback,
        wit::Decision::NoData => Decision::NoData,
    }
}

fn finding(from: wit::Finding) -> Result<Finding, GateFault> {
    at_most("series-too-long", "values in a finding's series", from.series.len(), SERIES_VALUES)?;
    name_fits("finding's name", &from.name)?;
    name_fits("finding's unit", &from.unit)?;
    let numbers = [from.canary, from.baseline, from.limit].into_iter().flatten();
    if let Some(number) = numbers.chain(from.series.iter().copied()).find(|n| !n.is_finite()) {
        let name = printable(&from.name, NAME_CHARS);
        let sentence = format!("the finding `{name}` holds {number}, which is no finite number");
        return Err(fault("not-finite", sentence));
    }
    Ok(Finding {
        name: printable(&from.name, NAME_CHARS),
        canary: from.canary,
        baseline: from.baseline,
        limit: from.limit,
        unit: printable(&from.unit, NAME_CHARS),
        status: match from.status {
            wit::FindingStatus::Ok => FindingStatus::Ok,
            wit::FindingStatus::Warning => FindingStatus::Warning,
            wit::FindingStatus::Bad => FindingStatus::Bad,
            wit::FindingStatus::NoData => FindingStatus::NoData,
        },
        series: from.series,
    })
}

/// What a gate says of itself.
pub(crate) fn description(from: wit::Description) -> Result<GateDescription, GateFault> {
    if !is_word(&from.name) {
        let name = printable(&from.name, NAME_CHARS);
        let sentence =
            format!("its name `{name}` is not of the form [a-z][a-z0-9-]{{0,{}}}", NAME_CHARS - 1);
        return Err(fault("invalid-name", sentence));
    }
    if let Err(error) = semver::Version::parse(&from.version) {
        let version = printable(&from.version, NAME_CHARS);
        let sentence = format!("its version `{version}` is not a semantic version: {error}");
        return Err(fault("invalid-version", sentence));
    }
    sentence_fits("sentence-too-long", "a summary", &from.summary)?;
    at_most("wishes", "wished namespaces", from.wishes.metrics.len(), WISHES)?;
    for namespace in &from.wishes.metrics {
        text_fits("wished namespace", namespace, METRIC_CHARS)?;
    }
    Ok(GateDescription {
        name: from.name,
        version: from.version,
        summary: printable(&from.summary, SENTENCE_CHARS),
        configuration_schema: schema(&from.configuration_schema)?,
        wishes: Wishes {
            metrics: from.wishes.metrics,
            http: from.wishes.http,
            memory: from.wishes.memory,
        },
    })
}

fn schema(text: &str) -> Result<serde_json::Value, GateFault> {
    at_most("schema-too-large", "bytes of configuration schema", text.len(), SCHEMA_BYTES)?;
    let schema = serde_json::from_str::<serde_json::Value>(text).map_err(|error| {
        fault("invalid-schema", format!("its configuration schema is not JSON: {error}"))
    })?;
    if schema.is_object() || schema.is_boolean() {
        Ok(schema)
    } else {
        let sentence = "its configuration schema is neither an object nor true or false";
        Err(fault("invalid-schema", sentence))
    }
}

/// What is wrong with a configuration: JSON pointer and sentence.
pub(crate) fn issues(from: Vec<wit::Issue>) -> Result<Vec<(String, String)>, GateFault> {
    at_most("too-many-issues", "issues", from.len(), ISSUES)?;
    from.into_iter()
        .map(|issue| {
            sentence_fits("sentence-too-long", "an issue", &issue.message)?;
            if !(issue.pointer.is_empty() || issue.pointer.starts_with('/')) {
                let pointer = printable(&issue.pointer, NAME_CHARS);
                let sentence = format!("`{pointer}` is not a JSON pointer: it must begin with `/`");
                return Err(fault("invalid-pointer", sentence));
            }
            let pointer = printable(&issue.pointer, SENTENCE_CHARS);
            Ok((pointer, printable(&issue.message, SENTENCE_CHARS)))
        })
        .collect()
}

/// Refuses more than the limit, naming both.
pub(crate) fn at_most(code: &str, what: &str, used: usize, limit: usize) -> Result<(), GateFault> {
    if used > limit { Err(over(code, what, used, limit)) } else { Ok(()) }
}

/// Refuses an empty text, and one of more characters than the limit.
pub(crate) fn text_fits(what: &str, text: &str, limit: usize) -> Result<(), GateFault> {
    if text.is_empty() {
        return Err(fault("empty-text", format!("a {what} is empty")));
    }
    at_most("text-too-long", &format!("characters in a {what}"), text.chars().count(), limit)
}

fn name_fits(what: &str, text: &str) -> Result<(), GateFault> {
    at_most("text-too-long", &format!("characters in a {what}"), text.chars().count(), NAME_CHARS)
}

fn sentence_fits(code: &str, what: &str, sentence: &str) -> Result<(), GateFault> {
    at_most(code, &format!("characters in {what}"), sentence.chars().count(), SENTENCE_CHARS)
}

/// `[a-z][a-z0-9-]{0,62}`.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= NAME_CHARS
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
