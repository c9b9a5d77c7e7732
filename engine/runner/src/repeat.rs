//! When a look asks what the look before was answered already.

use crate::question::{Question, Situation};

/// Whether the questions that a look opens with need no asking, and the verdict of the look before
/// stands: they are the same, about closed periods, and the rollout stands where it stood. (Whether
/// they were answered for good is for [`Answer::is_final`](crate::question::Answer::is_final).)
#[must_use]
pub fn repeats(
    before: (&Situation, &[Question]),
    situation: &Situation,
    questions: &[Question],
) -> bool {
    let (then, asked) = before;
    let stands = |it: &Situation| {
        (it.phase, it.step, it.weight, it.weight_verified_at, it.canary_traffic_at)
    };
    stands(then) == stands(situation)
        && !questions.is_empty()
        && asked == questions
        && !questions.iter().any(|one| matches!(one, Question::Request(_)))
}
