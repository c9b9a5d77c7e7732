//! A look: rounds of questions and answers with every gate that is due, metrics in one call a
//! round, and a verdict each. A fault of one gate is its own error verdict (S02).

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use rollout::{Billed, Decision, EpochS, Event, Evidence, Gate, GateLook, Side, Verdict};

use crate::DriveError;
use crate::answering::{self, Asked};
use crate::driver::Driver;
use crate::gate_port::{GateFault, GateHost};
use crate::ports::Called;
use crate::question::{Answer, Dimension, Place, Question, Situation, TurnOutcome};
use crate::record::{Evaluation, Round};
use crate::repeat::repeats;

/// Rounds of questions in one look.
pub(crate) const ROUNDS: u32 = 8;

/// What the driver keeps of a gate between looks.
#[derive(Clone, Debug, Default)]
pub(crate) struct GateMemory {
    /// What it learnt from earlier deployments.
    pub(crate) learnt: Vec<u8>,
    /// Looks so far.
    pub(crate) looks: u32,
    /// The newest evidence of any look.
    evidence: Option<Evidence>,
    /// The last look, whose state the next one begins with.
    last: Option<Arc<Evaluation>>,
}

impl GateMemory {
    /// Takes up a look: one just made, or one from the ledger after a crash.
    pub(crate) fn keep(&mut self, evaluation: Arc<Evaluation>) {
        self.looks = self.looks.max(evaluation.number + 1);
        if !matches!(evaluation.evidence, Evidence::NotAsked | Evidence::Missing) {
            self.evidence = Some(evaluation.evidence);
        }
        self.last = Some(evaluation);
    }

    /// Its state in this deployment.
    fn state(&self) -> &[u8] {
        self.last.as_ref().map_or(&[], |last| &last.state_after)
    }

    /// What these first questions of a look come to without asking anybody: once there were final
    /// answers to all of them.
    fn repeated(&self, situation: &Situation, questions: &[Question]) -> Option<&Verdict> {
        let last = self.last.as_deref()?;
        let first = last.rounds.first()?;
        let answered = last.rounds.iter().flat_map(|round| &round.answers).all(Answer::is_final);
        let kept = answered
            && last.verdict.decision != Decision::Error
            && repeats((&last.situation, &first.questions), situation, questions);
        kept.then_some(&last.verdict)
    }
}

/// Where the two sides stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    green: Option<Arc<Place>>,
    blue: Option<Arc<Place>>,
}

impl Places {
    #[cfg(test)]
    pub(crate) fn new(green: Option<Place>, blue: Option<Place>) -> Self {
        Places { green: green.map(Arc::new), blue: blue.map(Arc::new) }
    }

    pub(crate) fn of(&self, side: Side) -> Option<&Arc<Place>> {
        match side {
            Side::Green => self.green.as_ref(),
            Side::Blue => self.blue.as_ref(),
        }
    }

    /// Whether these dimensions are of this deployment's own balancers, groups or services.
    pub(crate) fn own(&self, dimensions: &[Dimension]) -> bool {
        [&self.green, &self.blue].into_iter().flatten().any(|place| {
            place.load_balancer == dimensions
                || place.service == dimensions
                || place.target_groups.iter().any(|group| group == dimensions)
        })
    }
}

/// A gate in the middle of a look.
struct Asking<'a> {
    gate: &'a Gate,
    situation: Situation,
    state_before: Vec<u8>,
    rounds: Vec<Round>,
    end: Option<(Verdict, Vec<u8>)>,
    asked: Vec<Question>,
}

impl Driver {
    /// Asks these gates. A person's abort or a signal ends it early: nothing of it is kept (S09).
    pub(crate) async fn look(&mut self, gates: &[String]) -> Result<(), DriveError> {
        let begun_at = self.now();
        if let Err(error) = self.find_places().await {
            if error.kind.ends_the_drive() {
                return Err(DriveError::Call(error));
            }
            let effect = "look".to_owned();
            return self.happened(Event::CallFailed { effect, why: error.message }, None).await;
        }
        let mut billed = Billed::default();
        let evaluated = tokio::select! {
            biased;
            evaluations = self.evaluate(gates, begun_at, &mut billed) => Some(evaluations?),
            () = self.called_away() => None,
        };
        let Some(evaluations) = evaluated else {
            self.billed_untold += billed;
            return Ok(());
        };
        let looks = evaluations.iter().map(|evaluation| GateLook {
            gate: evaluation.gate.clone(),
            verdict: evaluation.verdict.clone(),
            evidence: evaluation.evidence,
        });
        let looks = looks.collect();
        for evaluation in evaluations {
            let evaluation = Arc::new(evaluation);
            let memory = self.memory.entry(evaluation.gate.clone()).or_default();
            memory.keep(evaluation.clone());
            self.keep_evaluation(evaluation).await?;
        }
        self.happened(Event::Looked { begun_at, looks, billed }, None).await
    }

    /// Returns when a person has said a word that is not heard yet, or a signal came.
    async fn called_away(&self) {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let words = self.context.ledger.hear(&self.deployment.id).await;
            let abort = |word: &crate::SpokenWord| word.word == rollout::Word::Abort;
            if self.context.interrupt.asked() || words.is_ok_and(|words| words.iter().any(abort)) {
                return;
            }
        }
    }

    async fn find_places(&mut self) -> Called<()> {
        let workload = &self.context.cloud.workload;
        if self.places.green.is_none() {
            self.places.green = workload.place(&self.deployment, Side::Green).await?;
        }
        if self.places.blue.is_none() && self.deployment.ground.baseline.is_some() {
            self.places.blue = workload.place(&self.deployment, Side::Blue).await?;
        }
        Ok(())
    }

    async fn evaluate(
        &self,
        gates: &[String],
        now: EpochS,
        billed: &mut Billed,
    ) -> Result<Vec<Evaluation>, DriveError> {
        let plan = self.deployment.plan.clone();
        let mut asking: Vec<Asking<'_>> = Vec::with_capacity(gates.len());
        asking.extend(gates.iter().filter_map(|name| Some(self.asking(plan.gate(name)?, now))));
        let host = self.context.gates.as_ref();
        join_all(asking.iter_mut().map(|one| self.open(host, one))).await;
        for round in 1..=ROUNDS {
            let asked: Vec<Asked<'_>> = asking
                .iter()
                .filter(|one| one.end.is_none())
                .map(|one| Asked { gate: one.gate, questions: &one.asked })
                .collect();
            if asked.is_empty() {
                break;
            }
            let answers =
                answering::answer(self, &asked, billed).await.map_err(DriveError::Call)?;
            let waiting = asking.iter_mut().filter(|one| one.end.is_none());
            join_all(waiting.zip(answers).map(|(one, answers)| turn(host, one, answers, round)))
                .await;
        }
        Ok(asking.into_iter().map(|one| self.close(one)).collect())
    }

    fn asking<'a>(&self, gate: &'a Gate, now: EpochS) -> Asking<'a> {
        let memory = self.memory.get(&gate.name);
        Asking {
            gate,
            situation: self.situation(gate, now),
            state_before: memory.map(|memory| memory.state().to_vec()).unwrap_or_default(),
            // Most looks have one, and it is kept as long as the journal.
            rounds: Vec::with_capacity(1),
            end: None,
            asked: Vec::new(),
        }
    }

    /// The first questions; those that were answered last time end the look at once.
    async fn open(&self, host: &dyn GateHost, one: &mut Asking<'_>) {
        let asked = host.ask(&one.gate.name, &one.situation, &one.state_before);
        match in_time(one.gate, asked).await {
            Err(fault) => one.fail(fault),
            Ok(questions) => {
                let memory = self.memory.get(&one.gate.name);
                match memory.and_then(|memory| memory.repeated(&one.situation, &questions)) {
                    Some(verdict) => {
                        one.end = Some((verdict.clone(), one.state_before.clone()));
                        one.rounds.push(Round { questions, answers: Vec::new(), turn: None });
                    }
                    None => one.asked = questions,
                }
            }
        }
    }

    fn close(&self, one: Asking<'_>) -> Evaluation {
        let memory = self.memory.get(&one.gate.name);
        let (verdict, state_after) = one.end.unwrap_or_else(|| {
            let GateFault { code, sentence } = too_many_rounds();
            (Verdict::plain(Decision::Error, &code, sentence), one.state_before.clone())
        });
        let known = memory.and_then(|memory| memory.evidence);
        Evaluation {
            gate: one.gate.name.clone(),
            number: one.situation.evaluation,
            evidence: evidence(&one.rounds, known, one.situation.now),
            situation: one.situation,
            state_before: one.state_before,
            rounds: one.rounds,
            verdict,
            state_after,
        }
    }

    /// The gates learn from a promoted release; a failure is a warning.
    pub(crate) async fn learn(&self) -> Event {
        let mut warnings = Vec::new();
        let key = self.deployment.plan.service.key();
        for gate in &self.deployment.plan.gates {
            let Some(memory) = self.memory.get(&gate.name) else { continue };
            let Some(last) = &memory.last else { continue };
            let host = &self.context.gates;
            let learnt = host.learn(&gate.name, &last.situation, &last.state_after);
            let learnt = in_time(gate, learnt).await;
            let Self { context, .. } = self;
            let kept = match learnt {
                Ok(bytes) => context
                    .ledger
                    .remember(&context.lease, &key, &gate.name, &bytes)
                    .await
                    .map_err(|error| error.to_string()),
                Err(fault) => Err(fault.sentence),
            };
            if let Err(why) = kept {
                warnings.push(format!("{} learnt nothing: {why}", gate.name));
            }
        }
        Event::Learned { warnings }
    }
}

impl Asking<'_> {
    /// As the last turn left it.
    fn state(&self) -> &[u8] {
        let turn = self.rounds.last().and_then(|round| round.turn.as_ref());
        turn.map_or(&self.state_before, |turn| &turn.state)
    }

    fn fail(&mut self, fault: GateFault) {
        let verdict = Verdict::plain(Decision::Error, &fault.code, fault.sentence);
        self.end = Some((verdict, self.state_before.clone()));
    }
}

/// A look without an end.
pub(crate) fn too_many_rounds() -> GateFault {
    let sentence = format!("it asked for more in each of {ROUNDS} rounds, the limit");
    GateFault { code: "too-many-rounds".to_owned(), sentence }
}

/// One round's answers, and what the gate makes of them.
async fn turn(host: &dyn GateHost, one: &mut Asking<'_>, answers: Vec<Answer>, round: u32) {
    one.situation.round = round;
    let judged = host.judge(&one.gate.name, &one.situation, &answers, one.state());
    let judged = in_time(one.gate, judged).await;
    one.situation.round = 0;
    let questions = std::mem::take(&mut one.asked);
    let turn = match judged {
        Err(fault) => {
            one.fail(fault);
            None
        }
        Ok(turn) => {
            match &turn.outcome {
                TurnOutcome::Verdict(verdict) => {
                    one.end = Some((verdict.clone(), turn.state.clone()));
                }
                TurnOutcome::More(questions) => one.asked.clone_from(questions),
            }
            Some(turn)
        }
    };
    one.rounds.push(Round { questions, answers, turn });
}

/// A call of a gate inside the seconds its look may take.
async fn in_time<T>(
    gate: &Gate,
    call: impl Future<Output = Result<T, GateFault>>,
) -> Result<T, GateFault> {
    let limit = Duration::from_secs(u64::from(gate.timeout_s));
    tokio::time::timeout(limit, call).await.unwrap_or_else(|_| {
        Err(GateFault {
            code: "time-out".to_owned(),
            sentence: format!("it did not answer within {} s, its `timeout`", gate.timeout_s),
        })
    })
}

/// What a look rests on: the newest of its complete periods, or a response; a gate that asked
/// for nothing this time judges by what it was told before.
fn evidence(rounds: &[Round], known: Option<Evidence>, now: EpochS) -> Evidence {
    let answers = || rounds.iter().flat_map(|round| &round.answers);
    let asked = rounds.iter().any(|round| !round.questions.is_empty());
    let repeated = asked && answers().next().is_none();
    if !asked || repeated {
        return known.unwrap_or(if asked { Evidence::Missing } else { Evidence::NotAsked });
    }
    if answers().any(|answer| matches!(answer, Answer::Response(_))) {
        return Evidence::ResponseAt(now);
    }
    let newest = answers().filter_map(answering::newest_complete_period).max();
    newest.map_or(Evidence::Missing, Evidence::PeriodFrom)
}
