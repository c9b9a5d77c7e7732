//! The harness: what a gate is told, how it is answered, and what came of a look.

use std::fmt::Display;
use std::marker::PhantomData;
use std::rc::Rc;

use super::limits;
use super::replies::{id_of, series};
use super::situation::{START_S, situation};
use crate::{Answer, Decision, Gate, Outcome, Question, RequestQuestion, Situation, Turn, Verdict};

/// Rounds of questions in one look.
const ROUNDS: u32 = 8;

type Rule<'a> = Rc<dyn Fn(&Question) -> Option<Answer> + 'a>;
type Whole<'a> = Rc<dyn Fn(&[Question]) -> Vec<Answer> + 'a>;
type Change<'a> = Rc<dyn Fn(&mut Situation) + 'a>;

/// A gate under test: what it is told, how it is answered, and its state.
pub struct Harness<'a, G> {
    situation: Situation,
    state: Vec<u8>,
    changes: Vec<Change<'a>>,
    rules: Vec<Rule<'a>>,
    whole: Option<Whole<'a>>,
    gate: PhantomData<fn() -> G>,
}

/// What a look came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    /// Its verdict.
    pub verdict: Verdict,
    /// The state for the next look.
    pub state: Vec<u8>,
    /// The questions of each round.
    pub rounds: Vec<Vec<Question>>,
    /// What the gate noted in its last turn.
    pub notes: String,
}

impl Looked {
    /// Decision and code of the verdict.
    #[must_use]
    pub fn said(&self) -> (Decision, &str) {
        (self.verdict.decision, &self.verdict.code)
    }
}

impl<G> Clone for Harness<'_, G> {
    fn clone(&self) -> Self {
        Harness {
            situation: self.situation.clone(),
            state: self.state.clone(),
            changes: self.changes.clone(),
            rules: self.rules.clone(),
            whole: self.whole.clone(),
            gate: PhantomData,
        }
    }
}

impl<G: Gate> Default for Harness<'_, G> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, G: Gate> Harness<'a, G> {
    /// A gate that was never asked, in the situation of [`situation`], with no answers.
    #[must_use]
    pub fn new() -> Self {
        Harness {
            situation: situation(),
            state: Vec::new(),
            changes: Vec::new(),
            rules: Vec::new(),
            whole: None,
            gate: PhantomData,
        }
    }

    /// With this configuration, as JSON: text, or a `serde_json::Value`.
    #[must_use]
    pub fn configuration(mut self, json: impl Display) -> Self {
        self.situation.configuration = json.to_string();
        self
    }

    /// With what `learn` returned after an earlier deployment.
    #[must_use]
    pub fn memory(mut self, memory: impl Into<Vec<u8>>) -> Self {
        self.situation.memory = memory.into();
        self
    }

    /// With this state for the next look.
    #[must_use]
    pub fn state(mut self, state: impl Into<Vec<u8>>) -> Self {
        self.state = state.into();
        self
    }

    /// With a situation that is different: at every look, after its instant is set.
    #[must_use]
    pub fn with(mut self, change: impl Fn(&mut Situation) + 'a) -> Self {
        self.changes.push(Rc::new(change));
        self
    }

    /// Changes the situation from here on.
    pub fn change(&mut self, change: impl FnOnce(&mut Situation)) {
        change(&mut self.situation);
    }

    /// Answers the series of that id with a value a minute from second 0 on; NaN is a minute
    /// without data.
    #[must_use]
    pub fn series(self, id: &'a str, values: impl Into<Vec<f64>>) -> Self {
        let values = values.into();
        let at = move |time_s: u32| {
            let minute = time_s.checked_sub(START_S)? / 60;
            values.get(minute as usize).copied().filter(|value| !value.is_nan())
        };
        self.answering(move |asked| (id_of(asked) == id).then(|| series(asked, &at)).flatten())
    }

    /// Answers every question for a series by `value(id, second)`, period by period.
    #[must_use]
    pub fn metrics(self, value: impl Fn(&str, i64) -> Option<f64> + 'a) -> Self {
        self.answering(move |asked| {
            series(asked, |time_s| value(id_of(asked), i64::from(time_s) - i64::from(START_S)))
        })
    }

    /// Answers every request.
    #[must_use]
    pub fn requests(self, answer: impl Fn(&RequestQuestion) -> Answer + 'a) -> Self {
        self.answering(move |asked| match asked {
            Question::Request(request) => Some(answer(request)),
            _ => None,
        })
    }

    /// Answers the questions for which this has an answer; what is said later comes first.
    #[must_use]
    pub fn answering(mut self, rule: impl Fn(&Question) -> Option<Answer> + 'a) -> Self {
        self.rules.push(Rc::new(rule));
        self
    }

    /// Answers whole rounds, in place of all else: also wrongly, as no host would.
    #[must_use]
    pub fn rounds(mut self, answer: impl Fn(&[Question]) -> Vec<Answer> + 'a) -> Self {
        self.whole = Some(Rc::new(answer));
        self
    }

    /// What the gate would be told at this second.
    #[must_use]
    pub fn situation_at(&self, second: u32) -> Situation {
        let mut situation = Situation { now: START_S + second, ..self.situation.clone() };
        self.changes.iter().for_each(|change| change(&mut situation));
        situation
    }

    /// The first questions at this second.
    #[must_use]
    pub fn asks(&self, second: u32) -> Vec<Question> {
        G::ask(self.situation_at(second), self.state.clone())
    }

    /// A look at this second: `ask`, then `judge` until there is a verdict.
    ///
    /// # Panics
    /// Where the host would end the look with an error, and where a question has no answer.
    pub fn look(&mut self, second: u32) -> Looked {
        let situation = self.situation_at(second);
        let mut questions = G::ask(situation.clone(), self.state.clone());
        keeps(limits::of_questions(&questions));
        let (mut state, mut rounds) = (self.state.clone(), Vec::new());
        for round in 1..=ROUNDS {
            let answers = self.answer(&questions);
            rounds.push(questions);
            let turn = G::judge(Situation { round, ..situation.clone() }, answers, state);
            keeps(limits::of_turn(&turn));
            let Turn { outcome, state: kept, notes } = turn;
            match outcome {
                Outcome::More(more) => (questions, state) = (more, kept),
                Outcome::Verdict(verdict) => {
                    self.state.clone_from(&kept);
                    self.situation.evaluation += 1;
                    return Looked { verdict, state: kept, rounds, notes };
                }
            }
        }
        refuse(&format!("more questions in each of {ROUNDS} rounds, the limit"))
    }

    /// A look a minute up to this second, from second 0 on; the last one.
    ///
    /// # Panics
    /// As `look`.
    pub fn follow(&mut self, until: u32) -> Looked {
        let looks = (0..until).step_by(60);
        looks.for_each(|second| {
            self.look(second);
        });
        self.look(until / 60 * 60)
    }

    /// What the gate learns from a deployment promoted at this second.
    ///
    /// # Panics
    /// When it is more than the host keeps.
    #[must_use]
    pub fn learn(&self, second: u32) -> Vec<u8> {
        let memory = G::learn(self.situation_at(second), self.state.clone());
        keeps(limits::of_memory(&memory));
        memory
    }

    fn answer(&self, questions: &[Question]) -> Vec<Answer> {
        if let Some(whole) = &self.whole {
            return whole(questions);
        }
        let answer = |asked: &Question| {
            let answer = self.rules.iter().rev().find_map(|rule| rule(asked));
            answer.unwrap_or_else(|| refuse(&format!("a test without an answer to {asked:?}")))
        };
        questions.iter().map(answer).collect()
    }
}

fn keeps(broken: Option<String>) {
    if let Some(why) = broken {
        refuse(&why);
    }
}

#[expect(clippy::panic, reason = "the harness is part of tests, and this fails them")]
fn refuse(why: &str) -> ! {
    panic!("no host takes this: {why}")
}
