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
    /// Up to when time has been considered: an instant after it is still to be woken for, even
    /// when it has passed while no driver lived.
    pub(crate) considered_at: EpochS,
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
    /// A machine at its start; `effect` is the first thing to do.
    #[must_use]
    pub fn start(goal: Goal, plan: Arc<Plan>, ground: Arc<Ground>, now: EpochS) -> Self {
        let state = match goal {
            Goal::Undeploy => State::Removing(paths::removal(&ground, now)),
            Goal::Deploy => {
                State::Provisioning(Provisioning { stage: first_stage(&ground), requested: false })
            }
        };
        let book = Book::default();
        Machine { plan, ground, goal, started_at: now, state, book, considered_at: now }
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
    /// An event that cannot happen in this state; nothing has changed then, since each row refuses
    /// before it changes anything.
    pub fn handle(&mut self, event: &Event, now: EpochS) -> Result<(), IllegalEvent> {
        self.learn(event, now)?;
        self.considered_at = now;
        Ok(())
    }

    fn learn(&mut self, event: &Event, now: EpochS) -> Result<(), IllegalEvent> {
        match event {
            // Nothing is read any more at an end: the rows below refuse it.
            _ if self.state.exit_code().is_some() => {}
            Event::TrafficRead { sample, billed } => {
                self.book.read_traffic(sample);
                self.book.billed += *billed;
            }
            Event::Looked { billed, .. } if self.state.dwell().is_some() => {
                self.book.billed += *billed;
            }
            Event::HealthRead { health } => self.book.read_health(health, now),
            _ => {}
        }
        match (&mut self.state, event) {
            (state, Event::AbortAsked { by }) if state.may_go_back() => {
                let cause = Cause::Abort(by.clone());
                self.roll_back(cause, now);
                Ok(())
            }
            (State::Halted(_), Event::ResumeAsked { .. }) => {
                self.leave_halt(now);
                Ok(())
            }
            (State::Halted(_), _) => Err(self.illegal(event)),
            (state, Event::InterruptAsked) if state.may_go_back() => {
                self.roll_back(Cause::Interrupted, now);
                Ok(())
            }
            (State::Promoting(_) | State::RollingBack(_) | State::Removing(_), _) => {
                self.on_tail(event, now)
            }
            (State::Provisioning(_), _) => self.on_provisioning(event, now),
            (State::Scaling(_), _) => self.on_scaling(event, now),
            (State::Shifting(_), _) => self.on_shifting(event, now),
            (State::Dwelling(_) | State::Holding(_) | State::Baking(_), _) => {
                self.on_dwell(event, now)
            }
            (State::Promoted | State::RolledBack(_) | State::Undeployed, _) => {
                Err(self.illegal(event))
            }
        }
    }

    /// S05: whether green may serve, by the latest reading.
    pub(crate) fn green_may_serve(&self) -> bool {
        self.book.green_may_serve(self.tasks())
    }

    /// Whether a person's word makes sense now.
    ///
    /// # Errors
    /// Why it does not.
    pub fn accepts(&self, word: Word) -> Result<(), Refusal> {
        let (dwells, paused) = match &self.state {
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                (true, dwell.is_paused())
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
    pub fn effect(&self, now: EpochS) -> Option<Effect> {
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
            State::Scaling(scaling) => self.reading(scaling.confirming, now),
            State::Shifting(shifting) => self.shifting_effect(shifting, now),
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                self.dwell_effect(dwell, now)
            }
            State::Promoting(tail) | State::Removing(tail) => tail.effect(now),
            State::RollingBack(back) => back.tail.effect(now),
            State::Halted(_) | State::Promoted | State::RolledBack(_) | State::Undeployed => None,
        }
    }

    fn dwell_effect(&self, dwell: &Dwell, now: EpochS) -> Option<Effect> {
        let gates = dwell.due(&self.plan, now);
        match self.reading(dwell.confirming, now) {
            Some(reading) => Some(reading),
            None => (!gates.is_empty()).then_some(Effect::Look { gates }),
        }
    }

    /// S05: a rise is written only by a fresh reading of health, however long ago the decision
    /// fell: a write may have been retried, or the driver may have been dead.
    fn shifting_effect(&self, shifting: &Shifting, now: EpochS) -> Option<Effect> {
        let may_write = shifting.changes.is_none()
            && now >= shifting.not_before
            && (shifting.drift.is_empty() || shifting.over_drift);
        let fresh = self.book.health_is_fresh(now);
        if may_write && fresh && self.green_may_serve() {
            let split = Split::green_at(self.plan.steps[shifting.step].weight);
            return Some(Effect::SetWeights { split, over_drift: shifting.over_drift });
        }
        self.reading(may_write && !fresh, now)
    }

    /// A reading of health, when one is wanted or an unhealthy target is to be read twice.
    fn reading(&self, wanted: bool, now: EpochS) -> Option<Effect> {
        let second = self.book.second_reading_at().is_some_and(|at| at <= now);
        ((wanted || second) && self.book.may_read_health(now)).then_some(Effect::ReadHealth)
    }

    /// What to read while waiting.
    #[must_use]
    pub fn watches(&self) -> Vec<Watch> {
        let mut watches = Vec::with_capacity(3);
        match &self.state {
            State::Provisioning(provisioning) => {
                let stack = provisioning.stage.stack().filter(|_| provisioning.requested);
                watches.extend(stack.map(Watch::Rising));
            }
            State::Scaling(Scaling { scaled_at: Some(_), .. }) => watches.push(Watch::Health),
            State::Shifting(shifting) => {
                watches.extend(self.shifting_watch(shifting));
                watches.push(Watch::Health);
            }
            State::Dwelling(_) | State::Holding(_) | State::Baking(_) => {
                watches.extend([Watch::Health, Watch::Drift(self.book.split)]);
            }
            State::Promoting(tail) | State::Removing(tail) => watches.extend(tail.watch()),
            State::RollingBack(back) => watches.extend(back.tail.watch()),
            _ => {}
        }
        let has_traffic = self.book.canary_traffic_at.is_some() && !watches.is_empty();
        if has_traffic && !watches.contains(&Watch::Traffic) {
            watches.push(Watch::Traffic);
        }
        watches
    }

    /// A write whose reply was lost may have landed: only its repetition can tell it from somebody
    /// else's, so records are watched only once somebody else's is known.
    fn shifting_watch(&self, shifting: &Shifting) -> Option<Watch> {
        let split = Split::green_at(self.plan.steps[shifting.step].weight);
        match &shifting.changes {
            Some(changes) => Some(Watch::Change(split, changes.clone())),
            None => (!shifting.drift.is_empty()).then_some(Watch::Drift(self.book.asked)),
        }
    }

    /// The next instant at which something may follow from time alone: a look is due, a wait or a
    /// patience ends. The driver makes the calls that are due then, or else says `TimePassed`.
    ///
    /// It may lie in the past, when no driver lived at that instant.
    #[must_use]
    pub fn deadline(&self, now: EpochS) -> Option<EpochS> {
        match &self.state {
            State::Scaling(Scaling { scaled_at: Some(at), .. }) => {
                let scale = self.plan.scale;
                self.next_of([at.plus_s(scale.wait_s), at.plus_s(scale.max_wait_s)])
            }
            State::Shifting(shifting) => {
                let max = shifting.since.plus_s(self.plan.steps[shifting.step].max_wait_s);
                self.next_of([shifting.not_before, max])
            }
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                let patience = dwell.patience_ends(&self.plan).map(|(at, _)| at);
                let looks = dwell.guards.iter().map(|guard| dwell.due_at(&self.plan, guard));
                let times = [dwell.wait_until, dwell.max_wait_until].into_iter().chain(patience);
                self.next_of(times.chain(looks))
            }
            State::Promoting(tail) | State::Removing(tail) => tail.deadline(now, self.plan.drain_s),
            State::RollingBack(back) => back.tail.deadline(now, self.plan.drain_s),
            _ => None,
        }
    }

    /// The earliest of these, and of the readings of health that are to be made again, that has
    /// not been considered yet.
    fn next_of(&self, times: impl IntoIterator<Item = EpochS>) -> Option<EpochS> {
        let readings = [self.book.second_reading_at(), self.book.reread_at()];
        let times = times.into_iter().chain(readings.into_iter().flatten());
        times.filter(|at| *at > self.considered_at).min()
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

fn first_stage(ground: &Ground) -> ProvisionStage {
    match (ground.init_exists, ground.new_names.is_empty()) {
        (false, _) => ProvisionStage::Init,
        (true, false) => ProvisionStage::Names,
        (true, true) => ProvisionStage::Green,
    }
}
