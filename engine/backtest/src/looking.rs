//! Looks of a gate at the past: rounds of questions, answered from what is known of it.

use rollout::{Decision, EpochS, Verdict};
use runner::question::{Answer, Completeness, Question, Situation, TurnOutcome};
use runner::{GateFault, GateHost};

/// Rounds of questions in one look, as the driver bounds them.
const ROUNDS: u32 = 8;

/// What is known of the past.
pub trait Past: Sync {
    /// The answer to a question of a round.
    ///
    /// # Errors
    /// Why it cannot be answered: nothing is guessed.
    fn answer(
        &self,
        situation: &Situation,
        round: &[Question],
        question: &Question,
    ) -> Result<Answer, String>;
}

/// A gate of a host, as it is asked about the past.
#[derive(Clone, Copy)]
pub struct Seat<'a> {
    /// Who can call it.
    pub host: &'a dyn GateHost,
    /// Its name there.
    pub gate: &'a str,
}

/// What a look came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The gate's verdict, or the host's about a gate that failed.
    Verdict(Verdict),
    /// The past does not hold what the gate asks for: why.
    Unanswered(String),
}

/// What a gate keeps from look to look.
#[derive(Clone, Debug, Default)]
struct Kept {
    state: Vec<u8>,
    /// The last look's first questions and its verdict, when all its answers were final.
    last: Option<(Vec<Question>, Verdict)>,
}

impl Said {
    /// What was decided; a look without answers has nothing to judge by.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match self {
            Said::Verdict(verdict) => verdict.decision,
            Said::Unanswered(_) => Decision::NoData,
        }
    }
}

impl Seat<'_> {
    /// Asks look after look until the gate rolls back, and says what came of each.
    pub async fn watch(
        &self,
        looks: impl IntoIterator<Item = Situation>,
        past: &dyn Past,
    ) -> Vec<(EpochS, Said)> {
        let mut kept = Kept::default();
        let mut all = Vec::new();
        let mut not_before = EpochS::default();
        for situation in looks {
            let now = situation.now;
            if now < not_before {
                continue;
            }
            let said = self.look(situation, past, &mut kept).await;
            if let Said::Verdict(Verdict { look_again_in_s: Some(again_s), .. }) = &said {
                not_before = now.plus_s(*again_s);
            }
            let is_over = said.decision() == Decision::Rollback;
            all.push((now, said));
            if is_over {
                break;
            }
        }
        all
    }

    async fn look(&self, mut situation: Situation, past: &dyn Past, kept: &mut Kept) -> Said {
        let mut questions = match self.host.ask(self.gate, &situation, &kept.state).await {
            Err(fault) => return failed(fault),
            Ok(questions) => questions,
        };
        // As the driver does: the same questions about closed periods have the same answers.
        let is_request = |it: &Question| matches!(it, Question::Request(_));
        if let Some((first, verdict)) = &kept.last
            && !questions.is_empty()
            && *first == questions
            && !questions.iter().any(is_request)
        {
            return Said::Verdict(verdict.clone());
        }
        let first = questions.clone();
        let mut state = kept.state.clone();
        let mut is_final = true;
        for round in 1..=ROUNDS {
            let answers = questions.iter().map(|it| past.answer(&situation, &questions, it));
            let answers = match answers.collect::<Result<Vec<_>, _>>() {
                Err(why) => return Said::Unanswered(why),
                Ok(answers) => answers,
            };
            is_final &= answers.iter().all(is_settled);
            situation.round = round;
            let turn = self.host.judge(self.gate, &situation, &answers, &state).await;
            situation.round = 0;
            let turn = match turn {
                Err(fault) => return failed(fault),
                Ok(turn) => turn,
            };
            state = turn.state;
            match turn.outcome {
                TurnOutcome::More(more) => questions = more,
                TurnOutcome::Verdict(verdict) => {
                    kept.state = state;
                    kept.last = is_final.then(|| (first, verdict.clone()));
                    return Said::Verdict(verdict);
                }
            }
        }
        let sentence = format!("it asked for more in each of {ROUNDS} rounds, the limit");
        Said::Verdict(Verdict::plain(Decision::Error, "too-many-rounds", sentence))
    }
}

fn failed(fault: GateFault) -> Said {
    Said::Verdict(Verdict::plain(Decision::Error, &fault.code, fault.sentence))
}

fn is_settled(answer: &Answer) -> bool {
    match answer {
        Answer::Series(series) => series.completeness != Completeness::Partial,
        Answer::Denied { .. } => true,
        Answer::Response(_) | Answer::Failed { .. } => false,
    }
}
