//! From the journal to the published events: what a follower of a run is told.
//!
//! A narrator holds a machine of its own and is fed the journal's lines, by the driver as it
//! writes them or by anybody who reads them later: the same lines give the same events (S15).

use std::sync::Arc;

use crate::dwell::Dwell;
use crate::machine::{IllegalEvent, Machine};
use crate::on_the_way::drift_sentence;
use crate::standing::standing;
use crate::state::State;
use crate::{
    Drift, Ended, EpochS, Event, EventRecord, GateLook, GateView, Goal, Ground, Health, Level,
    Outcome, Plan, Side, StackStatus, Started, StepView, What,
};

/// Tells a run.
#[derive(Clone, Debug)]
pub struct Narrator {
    machine: Machine,
    deployment: String,
    seq: u32,
    health: Health,
    reasons: Vec<String>,
}

impl Narrator {
    /// Begins a story; the first event is `started`.
    #[must_use]
    pub fn begin(
        deployment: &str,
        goal: Goal,
        plan: Arc<Plan>,
        ground: Arc<Ground>,
        now: EpochS,
    ) -> (Self, Vec<EventRecord>) {
        let machine = Machine::start(goal, plan, ground, now);
        let mut narrator = Narrator {
            machine,
            deployment: deployment.to_owned(),
            seq: 0,
            health: Health::default(),
            reasons: Vec::new(),
        };
        let started = What::Started(Box::new(narrator.started()));
        let mut whats = vec![started];
        for name in &narrator.machine.ground.gone_names {
            whats.push(note(
                Level::Warning,
                format!("{name} is no longer in the file; its records stay as they are"),
            ));
        }
        let records = narrator.stamp(now, whats);
        (narrator, records)
    }

    /// The machine as the journal leaves it.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Something happened.
    ///
    /// # Errors
    /// When it cannot have: the journal is damaged.
    pub fn happened(
        &mut self,
        event: &Event,
        now: EpochS,
    ) -> Result<Vec<EventRecord>, IllegalEvent> {
        let before = self.machine.clone();
        self.machine.handle(event, now)?;
        let mut whats = Vec::new();
        self.tell_event(event, &before, &mut whats);
        self.tell_change(event, &before, now, &mut whats);
        Ok(self.stamp(now, whats))
    }

    /// Something to know.
    pub fn noted(&mut self, warning: bool, text: &str, now: EpochS) -> Vec<EventRecord> {
        let level = if warning { Level::Warning } else { Level::Info };
        self.stamp(now, vec![note(level, text.to_owned())])
    }

    /// The driver left before the end.
    pub fn left(&mut self, why: &str, now: EpochS) -> Vec<EventRecord> {
        let ended = self.ended(Outcome::Interrupted, 40, why.to_owned(), now);
        self.stamp(now, vec![What::Ended(Box::new(ended))])
    }

    fn stamp(&mut self, at: EpochS, whats: Vec<What>) -> Vec<EventRecord> {
        let deployment = self.deployment.clone();
        whats
            .into_iter()
            .map(|what| {
                let seq = self.seq;
                self.seq += 1;
                EventRecord { seq, at, deployment: deployment.clone(), what }
            })
            .collect()
    }

    fn started(&self) -> Started {
        let Machine { plan, ground, goal, .. } = &self.machine;
        let steps = match goal {
            Goal::Undeploy => &[],
            Goal::Deploy => &plan.steps[self.machine.first_step()..],
        };
        let gates = plan.gates.iter().filter(|_| *goal == Goal::Deploy);
        Started {
            goal: *goal,
            service: plan.service.name.clone(),
            project: plan.service.project.clone(),
            environment: plan.service.environment.clone(),
            region: plan.service.region.clone(),
            version: plan.service.version.clone(),
            baseline_version: ground.baseline.as_ref().map(|baseline| baseline.version.clone()),
            names: plan.names.clone(),
            steps: steps
                .iter()
                .map(|step| StepView {
                    weight: step.weight.percent(),
                    wait_s: step.wait_s,
                    max_wait_s: step.max_wait_s,
                })
                .collect(),
            gates: gates
                .map(|gate| GateView {
                    name: gate.name.clone(),
                    plugin: gate.plugin.clone(),
                    mode: gate.mode,
                    every_s: gate.every_s,
                })
                .collect(),
            tasks: self.machine.tasks(),
            ttl_s: plan.ttl_s,
            weights: self.machine.book.split.into(),
        }
    }

    fn tell_event(&mut self, event: &Event, before: &Machine, whats: &mut Vec<What>) {
        let stack = |stack, status, reason: String| What::Stack { stack, status, reason };
        match event {
            Event::StackRequested { stack: which } => {
                whats.push(stack(*which, StackStatus::Creating, String::new()));
            }
            Event::StackReady { stack: which } => {
                whats.push(stack(*which, StackStatus::Ready, String::new()));
            }
            Event::StackFailed { stack: which, reason } => {
                whats.push(stack(*which, StackStatus::Failed, reason.clone()));
            }
            Event::RemovalRequested { stack: which, stays } => {
                whats.push(stack(*which, StackStatus::Deleting, stays.join("; ")));
            }
            Event::StackGone { stack: which } => {
                whats.push(stack(*which, StackStatus::Gone, String::new()));
            }
            Event::StackStuck { stack: which, left } => {
                whats.push(stack(*which, StackStatus::Stuck, left.join("; ")));
            }
            Event::Scaled { tasks } => whats.push(What::Scaled { tasks: *tasks }),
            Event::HealthRead { health } => self.tell_health(health, whats),
            Event::TrafficRead { sample, .. } => whats.push(What::Traffic {
                period_begin: sample.period_begin,
                canary: sample.green,
                baseline: sample.blue,
            }),
            Event::WeightsWritten { split, .. } => {
                whats.push(What::WeightsWritten((*split).into()));
            }
            Event::WeightVerified { split } => whats.push(What::WeightsVerified((*split).into())),
            Event::DriftSeen { drifts } => whats.push(What::Drift { drifts: drifts.clone() }),
            Event::DriftGone => whats.push(What::Drift { drifts: Vec::new() }),
            Event::Looked { begun_at, looks, .. } => {
                for look in looks {
                    self.tell_look(*begun_at, look, before, whats);
                }
            }
            _ => tell_words(event, whats),
        }
    }

    fn tell_health(&mut self, health: &Health, whats: &mut Vec<What>) {
        if health.green != self.health.green {
            whats.push(What::Health { side: Side::Green, health: health.green.clone() });
        }
        if let Some(blue) = health.blue.as_ref().filter(|_| health.blue != self.health.blue) {
            whats.push(What::Health { side: Side::Blue, health: blue.clone() });
        }
        self.health = health.clone();
    }

    fn tell_look(
        &self,
        begun_at: EpochS,
        look: &GateLook,
        before: &Machine,
        whats: &mut Vec<What>,
    ) {
        let Some(gate) = before.plan.gate(&look.gate) else { return };
        let counts = before.state.dwell().is_some_and(|dwell| {
            let last = crate::dwell::LastLook {
                begun_at,
                verdict: look.verdict.clone(),
                evidence: look.evidence,
            };
            dwell.counts(before.plan.ttl_s, &last)
        });
        whats.push(What::Looked {
            gate: look.gate.clone(),
            mode: gate.mode,
            verdict: look.verdict.clone(),
            counts,
            weights: before.book.split.into(),
        });
    }

    /// What the event made of the machine, where that is news.
    fn tell_change(&mut self, event: &Event, before: &Machine, now: EpochS, whats: &mut Vec<What>) {
        let state = &self.machine.state;
        if let Some(dwell) = state.dwell() {
            let former = before.state.dwell();
            if former.is_none_or(|former| (former.step, former.phase) != (dwell.step, dwell.phase))
            {
                whats.push(step_began(&self.machine, dwell));
                self.reasons.clear();
            }
            if now >= dwell.wait_until {
                let reasons = self.machine.hold_reasons(dwell, now);
                if !reasons.is_empty() && reasons != self.reasons {
                    self.reasons.clone_from(&reasons);
                    whats.push(What::Holding { reasons });
                }
            }
        }
        let state = &self.machine.state;
        if let Event::PromoteAsked { .. } = event
            && !before.state.drift().is_empty()
        {
            whats.push(written_over(before.state.drift()));
        }
        match (state, &before.state) {
            (State::RollingBack(_), State::RollingBack(_))
            | (State::Promoting(_), State::Promoting(_)) => {}
            (State::RollingBack(back), former) => {
                whats.push(What::RollingBack {
                    why: back.cause.sentence(),
                    exit_code: back.cause.exit_code(),
                });
                whats.extend(former.drift().first().map(|_| written_over(former.drift())));
            }
            (State::Promoting(_), _) => whats.push(What::Promoting),
            _ => {}
        }
        if let Some(exit_code) = state.exit_code().filter(|_| before.state.exit_code().is_none()) {
            let (outcome, why) = self.outcome();
            let ended = self.ended(outcome, exit_code, why, now);
            whats.push(What::Ended(Box::new(ended)));
        }
    }

    fn outcome(&self) -> (Outcome, String) {
        let plan = &self.machine.plan;
        match &self.machine.state {
            State::RolledBack(cause) => (Outcome::RolledBack, cause.sentence()),
            State::Halted(halted) => (Outcome::Halted, halted.why.clone()),
            State::Undeployed => (Outcome::Undeployed, "the service was removed".to_owned()),
            _ => (Outcome::Promoted, format!("version {} serves alone", plan.service.version)),
        }
    }

    fn ended(&self, outcome: Outcome, exit_code: u8, why: String, now: EpochS) -> Ended {
        let book = &self.machine.book;
        Ended {
            outcome,
            exit_code,
            why,
            took_s: now.since_s(self.machine.started_at),
            canary: book.canary,
            baseline: book.baseline,
            harmed: book.harmed.max(0.0).round() as u64,
            billed: book.billed,
            standing: standing(&self.machine, outcome),
            left: self.machine.left().to_vec(),
            weights: book.split.into(),
        }
    }
}

fn step_began(machine: &Machine, dwell: &Dwell) -> What {
    What::StepBegan {
        step: u32::try_from(dwell.step).unwrap_or(u32::MAX),
        phase: dwell.phase,
        weights: machine.book.split.into(),
        wait_until: dwell.wait_until,
        max_wait_until: dwell.max_wait_until,
    }
}

fn tell_words(event: &Event, whats: &mut Vec<What>) {
    let word = |word: &str, by: &String| What::Word { word: word.to_owned(), by: by.clone() };
    match event {
        Event::AbortAsked { by } => whats.push(word("abort", by)),
        Event::PromoteAsked { by } => whats.push(word("promote", by)),
        Event::PauseAsked { by } => whats.push(word("pause", by)),
        Event::ResumeAsked { by } => whats.push(word("resume", by)),
        Event::CallFailed { effect, why } => {
            whats.push(note(Level::Warning, format!("{effect} failed: {why}")));
        }
        Event::Learned { warnings } => {
            whats.extend(warnings.iter().map(|text| note(Level::Warning, text.clone())));
        }
        Event::Preserved { lines } => {
            whats.extend(lines.iter().map(|text| note(Level::Info, text.clone())));
        }
        Event::Notified { warning: Some(why) } => {
            whats.push(note(Level::Warning, format!("people could not be told: {why}")));
        }
        Event::Registered => {
            whats.push(note(Level::Info, "the registry names green as the live side".to_owned()));
        }
        Event::NamesReady => {
            whats.push(note(Level::Info, "the names that had no records have them now".to_owned()));
        }
        _ => {}
    }
}

/// S04: whoever changed the records learns that it does not stand.
fn written_over(drifts: &[Drift]) -> What {
    note(Level::Warning, format!("{}; that is written over", drift_sentence(drifts)))
}

fn note(level: Level, text: String) -> What {
    What::Note { level, text }
}
