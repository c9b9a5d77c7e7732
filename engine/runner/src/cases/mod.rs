//! Cases of a gate, kept as data: a situation, scripted answers, what the gate should make of them;
//! and a gate played through one.

mod answer;
mod compare;
mod content;
mod expected;
mod file;
mod pattern;
mod play;
mod problems;
mod questions;
mod situation;
mod words;

pub use answer::{Answered, Response, Scripted, sample_answer};
pub use content::Content;
pub use expected::{
    ExpectedDecision, ExpectedError, ExpectedExpression, ExpectedFinding, ExpectedIssue,
    ExpectedMetric, ExpectedPart, ExpectedQuestion, ExpectedRequest, ExpectedSide, ExpectedVerdict,
    Text,
};
pub use file::{Case, CaseLimits, CaseLook, CaseRound};
pub use play::{Difference, Issue, Played, PlayedLook, play};
pub use situation::{ReleasePart, SituationPart};
pub use words::{content_words, question_words, verdict_words};
