//! A verdict without its rows of evidence: what to do, a word for machines, a sentence for people.

use crate::series::Gap;
use crate::{Decision, Finding, Outcome, Turn, Verdict};

/// What a rule decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    /// What to do.
    pub decision: Decision,
    /// A stable word for machines, `[a-z][a-z0-9-]*`.
    pub code: &'static str,
    /// One sentence with the numbers.
    pub sentence: String,
}

impl Ruling {
    /// Go on.
    #[must_use]
    pub fn promote(code: &'static str, sentence: String) -> Self {
        Self { decision: Decision::Promote, code, sentence }
    }

    /// Not yet enough to decide.
    #[must_use]
    pub fn hold(code: &'static str, sentence: String) -> Self {
        Self { decision: Decision::Hold, code, sentence }
    }

    /// Back to the baseline.
    #[must_use]
    pub fn rollback(code: &'static str, sentence: String) -> Self {
        Self { decision: Decision::Rollback, code, sentence }
    }

    /// Nothing to judge by.
    #[must_use]
    pub fn no_data(code: &'static str, sentence: String) -> Self {
        Self { decision: Decision::NoData, code, sentence }
    }

    /// What answers that cannot be judged amount to: a hold when the data is on its way, no data
    /// when the provider did not deliver. Never a promote (S02).
    #[must_use]
    pub fn of_gap(gap: Gap) -> Self {
        match gap {
            Gap::Partial => {
                Self::hold("partial-data", "the provider delivered a part of the metrics".into())
            }
            Gap::Unanswered(why) => Self::no_data("no-answer", why),
        }
    }

    /// The verdict of a look.
    #[must_use]
    pub fn into_turn(self, findings: Vec<Finding>, state: Vec<u8>, notes: String) -> Turn {
        let verdict = Verdict {
            decision: self.decision,
            code: self.code.to_owned(),
            sentence: self.sentence,
            findings,
            look_again_in_s: None,
        };
        Turn { outcome: Outcome::Verdict(verdict), state, notes }
    }
}
