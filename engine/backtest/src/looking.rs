//! Looks of a gate at the past: rounds of questions, answered from what is known of it.

use rollout::{Decision, EpochS, Verdict};
use runner::question::{Answer, Question, Situation, TurnOutcome};
use runner::{GateFault, GateHost, repeats};

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
    /// The last look's situation, first questions and verdict, when all its answers were final.
    last: Option<(Situation, Vec<Question>, Verdict)>,
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
        if let Some((before, first, verdict)) = &kept.last
            && repeats((before, first), &situation, &questions)
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
            is_final &= answers.iter().all(Answer::is_final);
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
                    kept.last = is_final.then(|| (situation, first, verdict.clone()));
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

#[cfg(test)]
mod tests {
    use super::{Past, Said, Seat};
    use crate::stage::{LAG_S, Stage};
    use async_trait::async_trait;
    use rollout::{Decision, EpochS, GateDescription, Verdict};
    use runner::question::{
        Answer, Completeness, ExpressionQuestion, Question, SeriesAnswer, Situation, Turn,
        TurnOutcome,
    };
    use runner::{GateFault, GateHost};
    use std::sync::atomic::{AtomicU32, Ordering};

    const STAGE: Stage = Stage { period_s: 60, intervals: 10 };

    /// Asks about the minutes up to the interval that `about` says of a look's, and rolls back when
    /// its state, which counts its judgements, reaches three.
    struct Scripted {
        about: fn(u32) -> u32,
        look_again_in_s: Option<u32>,
        judged: AtomicU32,
    }

    fn scripted(about: fn(u32) -> u32) -> Scripted {
        Scripted { about, look_again_in_s: None, judged: AtomicU32::new(0) }
    }

    #[async_trait]
    impl GateHost for Scripted {
        async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault> {
            Err(GateFault { code: "scripted".to_owned(), sentence: gate.to_owned() })
        }
        async fn check(&self, _: &str, _: &str) -> Result<Vec<(String, String)>, GateFault> {
            Ok(Vec::new())
        }
        async fn ask(
            &self,
            _: &str,
            situation: &Situation,
            _: &[u8],
        ) -> Result<Vec<Question>, GateFault> {
            let interval = (self.about)(situation.evaluation);
            Ok(vec![Question::Expression(ExpressionQuestion {
                id: interval.to_string(),
                expression: "1".to_owned(),
                period_s: 60,
                begin: STAGE.begin_of(0),
                end: STAGE.begin_of(interval + 1),
            })])
        }
        async fn judge(
            &self,
            _: &str,
            situation: &Situation,
            answers: &[Answer],
            state: &[u8],
        ) -> Result<Turn, GateFault> {
            assert_eq!((situation.round, answers.len()), (1, 1));
            self.judged.fetch_add(1, Ordering::Relaxed);
            let state = [state, &[0]].concat();
            let decision = if state.len() < 3 { Decision::Hold } else { Decision::Rollback };
            let look_again_in_s = self.look_again_in_s;
            let verdict =
                Verdict { look_again_in_s, ..Verdict::plain(decision, "counted", "it counts") };
            Ok(Turn { outcome: TurnOutcome::Verdict(verdict), state, notes: String::new() })
        }
        async fn learn(&self, _: &str, _: &Situation, _: &[u8]) -> Result<Vec<u8>, GateFault> {
            Ok(Vec::new())
        }
    }

    /// Knows nothing of the second interval.
    struct Gappy;

    impl Past for Gappy {
        fn answer(
            &self,
            _: &Situation,
            _: &[Question],
            question: &Question,
        ) -> Result<Answer, String> {
            let id = question.id().to_owned();
            match id.as_str() {
                "1" => Err("nobody knows".to_owned()),
                _ => Ok(Answer::Series(SeriesAnswer {
                    id,
                    points: Vec::new(),
                    completeness: Completeness::Empty,
                })),
            }
        }
    }

    async fn watched(gate: &Scripted) -> Vec<(EpochS, Said)> {
        Seat { host: gate, gate: "it" }.watch(STAGE.looks("{}", 1), &Gappy).await
    }

    #[tokio::test]
    async fn a_gate_is_watched_until_it_rolls_back_and_is_not_asked_to_judge_what_is_not_known() {
        let gate = scripted(|interval| interval);
        let all = watched(&gate).await;
        let decisions: Vec<Decision> = all.iter().map(|(_, said)| said.decision()).collect();
        let expected = [Decision::Hold, Decision::NoData, Decision::Hold, Decision::Rollback];
        assert_eq!(decisions, expected);
        assert_eq!(all[1].1, Said::Unanswered("nobody knows".to_owned()));
        assert_eq!(gate.judged.load(Ordering::Relaxed), 3);
        assert_eq!(all[3].0, STAGE.begin_of(4).plus_s(LAG_S));
    }

    #[tokio::test]
    async fn the_same_questions_repeat_the_verdict_as_in_a_deployment() {
        let gate = scripted(|_| 0);
        let all = watched(&gate).await;
        assert_eq!((all.len(), gate.judged.load(Ordering::Relaxed)), (10, 1));
    }

    #[tokio::test]
    async fn a_gate_that_wants_to_be_left_alone_is() {
        let gate = Scripted { look_again_in_s: Some(150), ..scripted(|interval| interval) };
        let times: Vec<EpochS> = watched(&gate).await.into_iter().map(|(at, _)| at).collect();
        assert_eq!(times, [1, 4, 7].map(|interval| STAGE.begin_of(interval).plus_s(LAG_S)));
    }
}
