//! What `plugin check` measures of a loaded gate: one look, as a deployment would take it, with an
//! answer to whatever it asks.

use std::time::{Duration, Instant};

use rollout::Verdict;
use runner::GateFault;
use runner::cases::sample_answer;
use runner::question::{Question, Situation, TurnOutcome};

use crate::evaluation::{Called, Usage, call};
use crate::fault::fault;
use crate::from_guest;
use crate::from_guest_questions::questions;
use crate::limits::Budget;
use crate::loaded::{Loaded, Told};

/// Looks of which the fastest counts: the first ones fault memory in.
const LOOKS: usize = 5;
/// Rounds of a look, as in a deployment.
const ROUNDS: u32 = 8;

/// What one look took.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Rounds of questions.
    pub rounds: u32,
    /// Questions, over all rounds.
    pub questions: usize,
    /// What it ended with.
    pub verdict: Verdict,
    /// How long its calls took, instances included, in milliseconds: the fastest of a few looks.
    pub time_ms: f64,
    /// The most that one of its calls used up.
    pub most: Usage,
}

impl Loaded {
    /// Takes a look in this situation and measures it.
    ///
    /// # Errors
    /// When the gate trapped, exceeded a limit or broke the contract.
    pub fn measure(&self, budget: &Budget, situation: &Situation) -> Result<Measured, GateFault> {
        let mut best = self.measured_look(budget, situation)?;
        for _ in 1..LOOKS {
            let again = self.measured_look(budget, situation)?;
            best.time_ms = best.time_ms.min(again.time_ms);
        }
        Ok(best)
    }

    fn measured_look(&self, budget: &Budget, situation: &Situation) -> Result<Measured, GateFault> {
        let mut meter = Meter::default();
        let mut situation = situation.clone();
        let told = Told::new(&situation, &[], &[]);
        let mut asked = questions(meter.took(|| {
            call(&self.pre, budget, told.moment(), "ask", |gate, store| {
                gate.call_ask(store, &told.situation, &told.state)
            })
        })?)?;
        let (mut state, mut count) = (Vec::new(), 0);
        for round in 1..=ROUNDS {
            count += asked.len();
            let answer = |question: &Question| sample_answer(question, situation.now);
            let answers: Vec<_> = asked.iter().map(answer).collect();
            situation.round = round;
            let told = Told::new(&situation, &answers, &state);
            let turn = meter.took(|| {
                call(&self.pre, budget, told.moment(), "judge", |gate, store| {
                    gate.call_judge(store, &told.situation, &told.answers, &told.state)
                })
            })?;
            let turn = from_guest::turn(turn, "")?;
            state = turn.state;
            match turn.outcome {
                TurnOutcome::More(more) => asked = more,
                TurnOutcome::Verdict(verdict) => {
                    let time_ms = meter.time.as_secs_f64() * 1_000.0;
                    let most = meter.most;
                    return Ok(Measured {
                        rounds: round,
                        questions: count,
                        verdict,
                        time_ms,
                        most,
                    });
                }
            }
        }
        let sentence = format!("it asked for more in each of {ROUNDS} rounds, the limit");
        Err(fault("too-many-rounds", sentence))
    }
}

/// Sums the time of calls, and keeps the most that one used up.
#[derive(Default)]
struct Meter {
    time: Duration,
    most: Usage,
}

impl Meter {
    fn took<R>(
        &mut self,
        call: impl FnOnce() -> Result<Called<R>, GateFault>,
    ) -> Result<R, GateFault> {
        let begun = Instant::now();
        let called = call()?;
        self.time += begun.elapsed();
        self.most.fuel = self.most.fuel.max(called.usage.fuel);
        self.most.memory_bytes = self.most.memory_bytes.max(called.usage.memory_bytes);
        Ok(called.result)
    }
}
