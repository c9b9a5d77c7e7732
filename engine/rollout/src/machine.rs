//! The machine: a plan, what was found, a state, and one table of what follows from what.

use std::sync::Arc;

use crate::book::Book;
use crate::dwell::Dwell;
use crate::paths;
use crate::state::{Cause, ProvisionStage, Provisioning, Scaling, Shifting, State};
use crate::{Effect, EpochS, Event, Goal, Ground, Phase, Plan, Split, Watch, Word};

/// A rollout (or an undeployment) under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    pub(crate) plan: Arc<Plan>,
    pub(crate) ground: Arc<Ground>,
    pub(crate) goal: Goal,
    pub(crate) started_at: EpochS,
    pub(crate) state: State,
    pub(crate) book: Book,
}

/// An event that cannot happen in a state: a bug of the driver, or a damaged journal.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("while {state}, {event} cannot happen")]
pub struct IllegalEvent {
    /// The state's name.
    pub state: &'static str,
    /// The event, as it was.
    pub event: String,
}

/// A person's word that makes no sense now (exit 4).
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Machine {
    /// A machine at its start, and the first effects.
    #[must_use]
    pub fn start(goal: Goal, plan: Arc<Plan>, ground: Arc<Ground>, now: EpochS) -> Self {
        let state = match goal {
            Goal::Undeploy => State::Removing(paths::removal(now)),
            Goal::Deploy => {
                State::Provisioning(Provisioning { stage: first_stage(&ground), requested: false })
            }
        };
        Machine { plan, ground, goal, started_at: now, state, book: Book::default() }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What it remembers.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// What is to be done.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What was found at the start.
    #[must_use]
    pub fn ground(&self) -> &Arc<Ground> {
        &self.ground
    }

    /// deploy or undeploy.
    #[must_use]
    pub fn goal(&self) -> Goal {
        self.goal
    }

    /// When it began.
    #[must_use]
    pub fn started_at(&self) -> EpochS {
        self.started_at
    }

    /// The first step that is taken: without a baseline there is one step, the last.
    #[must_use]
    pub fn first_step(&self) -> usize {
        if self.ground.baseline.is_some() { 0 } else { self.plan.steps.len() - 1 }
    }

    /// Tasks green gets: no fewer than blue runs.
    #[must_use]
    pub fn tasks(&self) -> u32 {
        let blue = self.ground.baseline.as_ref().map_or(0, |baseline| baseline.tasks);
        self.plan.scale.desired.max(blue)
    }

    /// The table: what follows from an event.
    ///
    /// # Errors
    /// An event that cannot happen in this state; nothing has changed then.
    pub fn handle(&mut self, event: &Event, now: EpochS) -> Result<Vec<Effect>, IllegalEvent> {
        if let Event::TrafficRead { sample } = event {
            self.book.read_traffic(sample);
        }
        if let Event::HealthRead { health } = event {
            self.book.read_health(health, now);
        }
        match (&mut self.state, event) {
            (state, Event::AbortAsked { by }) if state.may_go_back() => {
                let cause = Cause::Abort(by.clone());
                self.roll_back(cause, now);
            }
            (State::Halted(_), Event::ResumeAsked { .. }) => self.leave_halt(now),
            (State::Halted(_), _) => return Err(self.illegal(event)),
            (state, Event::InterruptAsked) if state.may_go_back() => {
                self.roll_back(Cause::Interrupted, now);
            }
            (State::Promoting(_) | State::RollingBack(_) | State::Removing(_), _) => {
                return self.on_tail(event, now);
            }
            (State::Provisioning(_), event) => self.on_provisioning(event, now)?,
            (State::Scaling(_), event) => self.on_scaling(event, now)?,
            (State::Shifting(_), event) => self.on_shifting(event, now)?,
            (State::Dwelling(_) | State::Holding(_) | State::Baking(_), event) => {
                self.on_dwell(event, now)?;
            }
            (State::Promoted | State::RolledBack(_) | State::Undeployed, _) => {
                return Err(self.illegal(event));
            }
        }
        Ok(self.effects(now))
    }

    /// Whether a person's word makes sense now.
    ///
    /// # Errors
    /// Why it does not.
    pub fn accepts(&self, word: Word) -> Result<(), Refusal> {
        let (dwells, paused) = match &self.state {
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                (true, dwell.paused_by.is_some())
            }
            State::Shifting(shifting) => (!shifting.drift.is_empty(), false),
            _ => (false, false),
        };
        let fits = match word {
            Word::Abort => self.state.may_go_back(),
            Word::Promote => dwells,
            Word::Pause => self.state.dwell().is_some() && !paused,
            Word::Resume => paused || matches!(self.state, State::Halted(_)),
        };
        if fits {
            return Ok(());
        }
        let word = format!("{word:?}").to_lowercase();
        Err(Refusal(match (self.state.exit_code(), paused) {
            (Some(_), _) if !matches!(self.state, State::Halted(_)) => {
                format!(
                    "{word} makes no sense now: the deployment has ended, {}",
                    self.state.name()
                )
            }
            (_, true) => format!("{word} makes no sense now: it is paused already"),
            _ => format!("{word} makes no sense now: the deployment is {}", self.state.name()),
        }))
    }

    /// The call to make now; at most one at a time.
    #[must_use]
    pub fn effects(&self, now: EpochS) -> Vec<Effect> {
        self.effect(now).into_iter().collect()
    }

    fn effect(&self, now: EpochS) -> Option<Effect> {
        match &self.state {
            State::Provisioning(Provisioning { requested: true, .. }) => None,
            State::Provisioning(Provisioning { stage, .. }) => Some(match stage.stack() {
                Some(stack) => Effect::Provision { stack },
                None => Effect::EnsureNames,
            }),
            State::Scaling(Scaling { suspended: false, .. }) => Some(Effect::SuspendScaleIn),
            State::Scaling(Scaling { scaled_at: None, .. }) => {
                Some(Effect::Scale { tasks: self.tasks() })
            }
            State::Scaling(Scaling { confirming: true, .. }) => Some(Effect::ReadHealth),
            State::Scaling(_) => self.second_reading(now),
            State::Shifting(shifting) => {
                let may_write = shifting.changes.is_none()
                    && now >= shifting.not_before
                    && (shifting.drift.is_empty() || shifting.over_drift);
                let split = Split::green_at(self.plan.steps[shifting.step].weight);
                let write = Effect::SetWeights { split, over_drift: shifting.over_drift };
                may_write.then_some(write).or_else(|| self.second_reading(now))
            }
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                self.dwell_effect(dwell, now)
            }
            State::Promoting(tail) | State::Removing(tail) => tail.effect(now),
            State::RollingBack(back) => back.tail.effect(now),
            State::Halted(_) | State::Promoted | State::RolledBack(_) | State::Undeployed => None,
        }
    }

    fn dwell_effect(&self, dwell: &Dwell, now: EpochS) -> Option<Effect> {
        if dwell.confirming {
            return Some(Effect::ReadHealth);
        }
        let gates = dwell.due(&self.plan, now);
        if gates.is_empty() { self.second_reading(now) } else { Some(Effect::Look { gates }) }
    }

    fn second_reading(&self, now: EpochS) -> Option<Effect> {
        (self.book.second_reading_at()? <= now).then_some(Effect::ReadHealth)
    }

    /// What to read while waiting.
    #[must_use]
    pub fn watches(&self) -> Vec<Watch> {
        let mut watches = match &self.state {
            State::Provisioning(provisioning) => match provisioning.stage.stack() {
                Some(stack) if provisioning.requested => vec![Watch::Rising(stack)],
                _ => Vec::new(),
            },
            State::Scaling(Scaling { scaled_at: Some(_), .. }) => vec![Watch::Health],
            State::Shifting(shifting) => match &shifting.changes {
                Some(changes) => {
                    let split = Split::green_at(self.plan.steps[shifting.step].weight);
                    vec![Watch::Change(split, changes.clone()), Watch::Health]
                }
                None => vec![Watch::Drift(self.book.split), Watch::Health],
            },
            State::Dwelling(_) | State::Holding(_) | State::Baking(_) => {
                vec![Watch::Health, Watch::Drift(self.book.split)]
            }
            State::Promoting(tail) | State::Removing(tail) => tail.watches(),
            State::RollingBack(back) => back.tail.watches(),
            _ => Vec::new(),
        };
        if self.book.canary_traffic_at.is_some() && !watches.is_empty() {
            watches.retain(|watch| *watch != Watch::Traffic);
            watches.push(Watch::Traffic);
        }
        watches
    }

    /// The next instant at which something may follow from time alone: a look is due, a wait or a
    /// patience ends. The driver makes the calls that are due then, or else says `TimePassed`.
    #[must_use]
    pub fn deadline(&self, now: EpochS) -> Option<EpochS> {
        let own = match &self.state {
            State::Scaling(scaling) => scaling.scaled_at.map(|at| {
                let scale = self.plan.scale;
                next_after(now, [at.plus_s(scale.wait_s), at.plus_s(scale.max_wait_s)])
            }),
            State::Shifting(shifting) => {
                let max = shifting.since.plus_s(self.plan.steps[shifting.step].max_wait_s);
                Some(next_after(now, [shifting.not_before, max]))
            }
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                Some(self.dwell_deadline(dwell, now))
            }
            State::Promoting(tail) | State::Removing(tail) => tail.deadline(now, self.plan.drain_s),
            State::RollingBack(back) => back.tail.deadline(now, self.plan.drain_s),
            _ => None,
        };
        match (own, self.book.second_reading_at().filter(|_| self.state.may_go_back())) {
            (Some(own), Some(second)) => Some(own.min(second)),
            (own, second) => own.or(second),
        }
    }

    fn dwell_deadline(&self, dwell: &Dwell, now: EpochS) -> EpochS {
        let patience = dwell.patience_ends(&self.plan).map(|(at, _)| at);
        let looks = dwell.guards.iter().map(|guard| dwell.due_at(&self.plan, guard));
        let times = [dwell.wait_until, dwell.max_wait_until].into_iter().chain(patience);
        next_after(now, times.chain(looks))
    }

    pub(crate) fn illegal(&self, event: &Event) -> IllegalEvent {
        IllegalEvent { state: self.state.name(), event: format!("{event:?}") }
    }

    pub(crate) fn phase_of(&self, step: usize) -> Phase {
        if step + 1 == self.plan.steps.len() { Phase::Bake } else { Phase::Shift }
    }

    pub(crate) fn begin_shift(&mut self, step: usize, now: EpochS) {
        self.state = State::Shifting(Shifting {
            step,
            since: now,
            changes: None,
            drift: Vec::new(),
            over_drift: false,
            not_before: now,
        });
    }
}

/// The earliest of these that is still to come; one that has passed is never waited for again.
fn next_after(now: EpochS, times: impl IntoIterator<Item = EpochS>) -> EpochS {
    times.into_iter().filter(|at| *at > now).min().unwrap_or(EpochS(u32::MAX))
}

fn first_stage(ground: &Ground) -> ProvisionStage {
    match (ground.init_exists, ground.new_names.is_empty()) {
        (false, _) => ProvisionStage::Init,
        (true, false) => ProvisionStage::Names,
        (true, true) => ProvisionStage::Green,
    }
}
