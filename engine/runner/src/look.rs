//! A look: rounds of questions and answers with every gate that is due, metrics in one call a
//! round, and a verdict each. A fault of one gate is its own error verdict (S02).

use std::time::Duration;

use futures_util::future::join_all;
use rollout::{
    Decision, EpochS, Event, Evidence, Gate, GateLook, Phase, Side, SideHealth, Verdict,
};
use sha2::{Digest, Sha256};

use crate::DriveError;
use crate::answering::{self, Asked};
use crate::driver::Driver;
use crate::gate_port::{GateFault, GateHost};
use crate::ports::Called;
use crate::question::{Answer, Dimension, Place, Question, Release, Situation, Turn, TurnOutcome};
use crate::record::{Evaluation, Round};

/// Rounds of questions in one look.
const ROUNDS: u32 = 8;

/// What the driver keeps of a gate between looks.
#[derive(Clone, Debug, Default)]
pub(crate) struct GateMemory {
    /// What it learnt from earlier deployments.
    pub(crate) learnt: Vec<u8>,
    /// Its state in this deployment.
    state: Vec<u8>,
    /// Looks so far.
    looks: u32,
    /// The newest evidence of any look.
    evidence: Option<Evidence>,
    /// The first questions of the last look and what it ended with: the same questions about
    /// closed periods have the same answers.
    last: Option<(Vec<Question>, Verdict)>,
    /// The last situation, for `learn`.
    situation: Option<Situation>,
}

impl GateMemory {
    /// Takes up a look from the ledger, after a crash.
    pub(crate) fn recall(&mut self, evaluation: Evaluation) {
        self.looks = self.looks.max(evaluation.number + 1);
        self.keep(&evaluation);
    }

    fn keep(&mut self, evaluation: &Evaluation) {
        self.state.clone_from(&evaluation.state_after);
        if !matches!(evaluation.evidence, Evidence::NotAsked | Evidence::Missing) {
            self.evidence = Some(evaluation.evidence);
        }
        let questions = evaluation.rounds.first().map(|round| round.questions.clone());
        self.last = match evaluation.verdict.decision {
            Decision::Error => None,
            _ => Some((questions.unwrap_or_default(), evaluation.verdict.clone())),
        };
        self.situation = Some(evaluation.situation.clone());
    }
}

/// Where the two sides stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    green: Option<Place>,
    blue: Option<Place>,
}

impl Places {
    pub(crate) fn of(&self, side: Side) -> Option<&Place> {
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
    state: Vec<u8>,
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
        let evaluations = tokio::select! {
            biased;
            evaluations = self.evaluate(gates, begun_at) => evaluations?,
            () = self.called_away() => return Ok(()),
        };
        let looks = evaluations.iter().map(|evaluation| GateLook {
            gate: evaluation.gate.clone(),
            verdict: evaluation.verdict.clone(),
            evidence: evaluation.evidence,
        });
        let looks = looks.collect();
        for evaluation in evaluations {
            let memory = self.memory.entry(evaluation.gate.clone()).or_default();
            memory.looks += 1;
            memory.keep(&evaluation);
            self.keep_evaluation(evaluation).await?;
        }
        self.happened(Event::Looked { begun_at, looks }, None).await
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

    async fn evaluate(&self, gates: &[String], now: EpochS) -> Result<Vec<Evaluation>, DriveError> {
        let plan = self.deployment.plan.clone();
        let mut asking: Vec<Asking<'_>> =
            gates.iter().filter_map(|name| Some(self.asking(plan.gate(name)?, now))).collect();
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
            let answers = answering::answer(self, &asked).await.map_err(DriveError::Call)?;
            let waiting = asking.iter_mut().filter(|one| one.end.is_none());
            join_all(waiting.zip(answers).map(|(one, answers)| turn(host, one, answers, round)))
                .await;
        }
        Ok(asking.into_iter().map(|one| self.close(one)).collect())
    }

    fn asking<'a>(&self, gate: &'a Gate, now: EpochS) -> Asking<'a> {
        let situation = self.situation(gate, now);
        let state = self.memory.get(&gate.name).map(|memory| memory.state.clone());
        let state = state.unwrap_or_default();
        Asking {
            gate,
            situation,
            state_before: state.clone(),
            state,
            rounds: Vec::new(),
            end: None,
            asked: Vec::new(),
        }
    }

    /// The first questions; the same as last time about closed periods end the look at once.
    async fn open(&self, host: &dyn GateHost, one: &mut Asking<'_>) {
        let asked = host.ask(&one.gate.name, &one.situation, &one.state_before);
        match in_time(one.gate, asked).await {
            Err(fault) => one.fail(fault),
            Ok(questions) => {
                let last = self.memory.get(&one.gate.name).and_then(|memory| memory.last.as_ref());
                if let Some((former, verdict)) = last
                    && !questions.is_empty()
                    && *former == questions
                    && !questions.iter().any(|one| matches!(one, Question::Request(_)))
                {
                    one.end = Some((verdict.clone(), one.state.clone()));
                    one.rounds.push(Round { questions, answers: Vec::new(), turn: None });
                } else {
                    one.asked = questions;
                }
            }
        }
    }

    fn close(&self, one: Asking<'_>) -> Evaluation {
        let memory = self.memory.get(&one.gate.name);
        let (verdict, state_after) = one.end.unwrap_or_else(|| {
            let sentence = format!("it asked for more in each of {ROUNDS} rounds, the limit");
            let verdict = Verdict::plain(Decision::Error, "too-many-rounds", sentence);
            (verdict, one.state_before.clone())
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

    fn situation(&self, gate: &Gate, now: EpochS) -> Situation {
        let plan = &self.deployment.plan;
        let memory = self.memory.get(&gate.name);
        let evaluation = memory.map_or(0, |memory| memory.looks);
        let dwell = self.machine.state().dwell();
        let step = dwell.map_or(plan.steps.len() - 1, |dwell| dwell.step);
        let phase = dwell.map_or(Phase::Bake, |dwell| dwell.phase);
        let book = self.machine.book();
        let next = match phase {
            Phase::Preflight => step,
            _ => (step + 1).min(plan.steps.len() - 1),
        };
        Situation {
            deployment: self.deployment.id.clone(),
            service: plan.service.name.clone(),
            environment: plan.service.environment.clone(),
            region: plan.service.region.clone(),
            evaluation,
            seed: seed(&self.deployment.id, &gate.name, evaluation),
            phase,
            step: u32::try_from(step).unwrap_or(u32::MAX),
            steps: u32::try_from(plan.steps.len()).unwrap_or(u32::MAX),
            weight: book.split.green().percent(),
            next_weight: plan.steps[next].weight.percent(),
            now,
            started_at: self.deployment.started_at,
            weight_verified_at: dwell.map_or(now, |dwell| dwell.verified_at),
            ttl_s: plan.ttl_s,
            canary_traffic_at: book.canary_traffic_at,
            round: 0,
            baseline: self.baseline(),
            canary: self.release(Side::Green),
            configuration: gate.config.to_string(),
            memory: memory.map(|memory| memory.learnt.clone()).unwrap_or_default(),
        }
    }

    fn baseline(&self) -> Option<Release> {
        self.deployment.ground.baseline.as_ref().map(|_| self.release(Side::Blue))
    }

    fn release(&self, side: Side) -> Release {
        let Self { deployment, machine, places, .. } = self;
        let book = machine.book();
        let health = book.health.as_ref().map(|(_, health)| health);
        let (version, label, started_at, weight, health) = match (side, &deployment.ground.baseline)
        {
            (Side::Blue, Some(old)) => (
                &old.version,
                &old.label,
                old.started_at,
                book.split.blue(),
                health.and_then(|health| health.blue.clone()),
            ),
            _ => (
                &deployment.plan.service.version,
                &deployment.ground.canary_label,
                deployment.started_at,
                book.split.green(),
                health.map(|health| health.green.clone()),
            ),
        };
        let health: SideHealth = health.unwrap_or_default();
        Release {
            version: version.clone(),
            label: label.clone(),
            started_at,
            weight: weight.percent(),
            tasks_desired: health.tasks_desired,
            tasks_running: health.tasks_running,
            targets_healthy: health.targets_healthy,
            targets_unhealthy: health.targets_unhealthy,
            place: places.of(side).cloned().unwrap_or_default(),
        }
    }

    /// The gates learn from a promoted release; a failure is a warning.
    pub(crate) async fn learn(&self) -> Event {
        let mut warnings = Vec::new();
        let key = self.deployment.plan.service.key();
        for gate in &self.deployment.plan.gates {
            let Some(memory) = self.memory.get(&gate.name) else { continue };
            let Some(situation) = &memory.situation else { continue };
            let host = &self.context.gates;
            let learnt = in_time(gate, host.learn(&gate.name, situation, &memory.state)).await;
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
    fn fail(&mut self, fault: GateFault) {
        let verdict = Verdict::plain(Decision::Error, &fault.code, fault.sentence);
        self.end = Some((verdict, self.state_before.clone()));
    }
}

/// One round's answers, and what the gate makes of them.
async fn turn(host: &dyn GateHost, one: &mut Asking<'_>, answers: Vec<Answer>, round: u32) {
    one.situation.round = round;
    let judged = host.judge(&one.gate.name, &one.situation, &answers, &one.state);
    let turn = in_time(one.gate, judged).await;
    let questions = std::mem::take(&mut one.asked);
    let kept = turn.as_ref().ok().cloned();
    one.rounds.push(Round { questions, answers, turn: kept });
    match turn {
        Err(fault) => one.fail(fault),
        Ok(Turn { outcome: TurnOutcome::Verdict(verdict), state, .. }) => {
            one.end = Some((verdict, state));
        }
        Ok(Turn { outcome: TurnOutcome::More(questions), state, .. }) => {
            one.asked = questions;
            one.state = state;
        }
    }
    one.situation.round = 0;
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

fn seed(deployment: &str, gate: &str, evaluation: u32) -> u32 {
    let digest = Sha256::digest(format!("{deployment}/{gate}/{evaluation}").as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}
