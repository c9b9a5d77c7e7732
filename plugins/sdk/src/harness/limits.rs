//! What the host would refuse of a gate's words: told to a test before the gate is ever built.

use std::collections::BTreeSet;

use super::replies::id_of;
use crate::{Outcome, Question, Turn, Verdict};

/// Questions of one round, at most.
const QUESTIONS: usize = 100;
/// Bytes of `state`, at most.
const STATE_BYTES: usize = 64 << 10;
/// Bytes of `notes`, at most.
const NOTES_BYTES: usize = 8 << 10;
/// Bytes of `memory`, at most.
const MEMORY_BYTES: usize = 16 << 10;
/// Rows of evidence in a verdict, at most.
const FINDINGS: usize = 32;
/// Values of a finding's series, at most.
const SERIES_VALUES: usize = 64;
/// Characters of a sentence, at most.
const SENTENCE_CHARS: usize = 1_000;
/// The longest `look-again-in-s`.
const LOOK_AGAIN_S: u32 = 300;

/// What is wrong with a round of questions.
pub(super) fn of_questions(questions: &[Question]) -> Option<String> {
    let mut ids = BTreeSet::new();
    let twice = questions.iter().map(id_of).find(|id| !ids.insert(*id));
    at_most("questions", questions.len(), QUESTIONS)
        .or_else(|| twice.map(|id| format!("two questions `{id}` in one round")))
}

/// What is wrong with a turn.
pub(super) fn of_turn(turn: &Turn) -> Option<String> {
    at_most("bytes of state", turn.state.len(), STATE_BYTES)
        .or_else(|| at_most("bytes of notes", turn.notes.len(), NOTES_BYTES))
        .or_else(|| match &turn.outcome {
            Outcome::More(questions) if questions.is_empty() => {
                Some("more questions, and none in the list".to_owned())
            }
            Outcome::More(questions) => of_questions(questions),
            Outcome::Verdict(verdict) => of_verdict(verdict),
        })
}

/// What is wrong with a memory.
pub(super) fn of_memory(memory: &[u8]) -> Option<String> {
    at_most("bytes of memory", memory.len(), MEMORY_BYTES)
}

fn of_verdict(verdict: &Verdict) -> Option<String> {
    let code = &verdict.code;
    let is_word = code.starts_with(|it: char| it.is_ascii_lowercase())
        && code.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
    if !is_word {
        return Some(format!("the code `{code}` is not of the form [a-z][a-z0-9-]*"));
    }
    let findings = &verdict.findings;
    let numbers = findings.iter().flat_map(|it| {
        let own = [it.canary, it.baseline, it.limit].into_iter().flatten();
        own.chain(it.series.iter().copied()).map(|number| (&it.name, number))
    });
    let mut odd = numbers.filter(|(_, number)| !number.is_finite());
    let series = findings.iter().map(|it| it.series.len()).max().unwrap_or(0);
    let again = verdict.look_again_in_s.unwrap_or(0);
    at_most("findings", findings.len(), FINDINGS)
        .or_else(|| at_most("values of a finding's series", series, SERIES_VALUES))
        .or_else(|| {
            at_most("characters of a sentence", verdict.sentence.chars().count(), SENTENCE_CHARS)
        })
        .or_else(|| odd.next().map(|(name, number)| format!("{number} in the finding `{name}`")))
        .or_else(|| at_most("seconds to the next look", again as usize, LOOK_AGAIN_S as usize))
}

fn at_most(what: &str, given: usize, most: usize) -> Option<String> {
    (given > most).then(|| format!("{given} {what}; the limit is {most}"))
}
