//! The driver: the only loop in the program.
//!
//! It asks the machine what to do, writes the intention down, makes the call, writes down what
//! came of it, and tells the machine. It decides nothing. Killed at any instruction, `resume`
//! finds in the journal all it needs: an order without an outcome is given again (S10).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rollout::{EpochS, Event, IllegalEvent, Machine, OnInterrupt, Refusal, State, Task, Word};

use crate::backoff::Backoff;
use crate::look::GateMemory;
use crate::watching::Watching;
use crate::{
    Began, CallError, CallErrorKind, Cloud, Deployment, Entry, GateHost, Lease, Ledger,
    LedgerError, Record, WordFate,
};

/// Whoever wants to know each line of the journal as it is written.
pub trait Follower: Send {
    /// A line was written.
    fn entry(&mut self, entry: &Entry);
    /// Nothing was written, and the clock stands there now.
    fn tick(&mut self, _now: EpochS) {}
}

/// Follows nothing.
pub struct Nobody;

impl Follower for Nobody {
    fn entry(&mut self, _entry: &Entry) {}
}

/// A signal to leave, set by whoever hears signals.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the driver to leave.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// All a driver works with.
pub struct Context {
    /// The cloud's ports.
    pub cloud: Cloud,
    /// The ledger's ports.
    pub ledger: Arc<dyn Ledger>,
    /// The gates.
    pub gates: Arc<dyn GateHost>,
    /// The lease it drives under.
    pub lease: Lease,
    /// Who watches.
    pub follower: Box<dyn Follower>,
    /// Signals.
    pub interrupt: Interrupt,
    /// What a signal means where the plan leaves it open: blue first?
    pub interrupt_rolls_back: bool,
}

/// How a drive ended.
#[derive(Clone, Debug, PartialEq)]
pub struct DriveEnd {
    /// The exit code of the contract.
    pub exit_code: u8,
    /// Why, where the journal does not say it.
    pub why: String,
}

/// Why a drive broke off: the journal is safe, the run unfinished.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The ledger could not take a line, or the lease was lost.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The journal holds what cannot have happened, or the machine is wrong.
    #[error("a bug: {0}")]
    Illegal(#[from] IllegalEvent),
    /// A call that leaves no way on.
    #[error("{0}")]
    Call(CallError),
    /// The journal does not begin with a plan, or not with the plan it says.
    #[error("the journal of {0} is damaged: {1}")]
    Damaged(String, String),
}

impl DriveError {
    /// The exit code of the contract.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            DriveError::Ledger(LedgerError::Lost { .. } | LedgerError::Held { .. }) => 30,
            DriveError::Call(error) if error.kind == CallErrorKind::LeaseLost => 30,
            DriveError::Ledger(_) | DriveError::Call(_) => 40,
            DriveError::Illegal(_) | DriveError::Damaged(..) => 1,
        }
    }
}

/// Drives one run.
pub struct Driver {
    pub(crate) context: Context,
    pub(crate) deployment: Deployment,
    pub(crate) machine: Machine,
    pub(crate) memory: BTreeMap<String, GateMemory>,
    pub(crate) places: crate::look::Places,
    pub(crate) watching: Watching,
    pub(crate) backoff: Backoff,
    seq: u32,
    wake: Option<EpochS>,
    heard_at: Option<EpochS>,
    heard: Option<u32>,
    interrupted: bool,
}

impl Driver {
    /// Begins a run: its first line is written.
    ///
    /// # Errors
    /// When the ledger does not take it.
    pub async fn begin(context: Context, id: &str, began: Began) -> Result<Self, DriveError> {
        let now = context.cloud.clock.now();
        let key = began.plan.service.key();
        let mut driver = Driver::from_began(context, id, &began, now);
        let entry = Entry { seq: 0, at: now, record: Record::Began(Box::new(began)) };
        driver.context.ledger.begin(&driver.context.lease, id, &key, &entry).await?;
        driver.context.follower.entry(&entry);
        driver.recall().await?;
        driver.seq = 1;
        driver.wake = driver.machine.deadline(now);
        Ok(driver)
    }

    /// Goes on with a run from its journal.
    ///
    /// # Errors
    /// When the journal cannot be read or does not make sense.
    pub async fn resume(context: Context, id: &str, by: &str) -> Result<Self, DriveError> {
        let entries = context.ledger.entries(id, 0).await?;
        let damaged = |why: &str| DriveError::Damaged(id.to_owned(), why.to_owned());
        let Some(Entry { at, record: Record::Began(began), .. }) = entries.first() else {
            return Err(damaged("it does not begin with a plan"));
        };
        if began.plan.hash() != began.plan_hash {
            return Err(damaged("its plan is not the one whose hash it carries"));
        }
        let mut driver = Driver::from_began(context, id, began, *at);
        for entry in &entries {
            if let Record::Happened { event, word } = &entry.record {
                driver.machine.handle(event, entry.at)?;
                driver.heard = driver.heard.max(*word);
            }
            driver.context.follower.entry(entry);
        }
        driver.seq = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        driver.recall().await?;
        for evaluation in driver.context.ledger.evaluations(id).await? {
            driver.memory.entry(evaluation.gate.clone()).or_default().recall(evaluation);
        }
        driver.append(Record::Resumed { by: by.to_owned() }).await?;
        driver.wake = driver.machine.deadline(driver.now());
        Ok(driver)
    }

    fn from_began(context: Context, id: &str, began: &Began, at: EpochS) -> Self {
        let plan = Arc::new(began.plan.clone());
        let ground = Arc::new(began.ground.clone());
        let deployment = Deployment {
            id: id.to_owned(),
            started_at: at,
            plan: plan.clone(),
            ground: ground.clone(),
            file_text: began.file_text.as_str().into(),
        };
        Driver {
            machine: Machine::start(began.goal, plan, ground, at),
            backoff: Backoff::new(id),
            context,
            deployment,
            memory: BTreeMap::new(),
            places: crate::look::Places::default(),
            watching: Watching::default(),
            seq: 0,
            wake: None,
            heard_at: None,
            heard: None,
            interrupted: false,
        }
    }

    async fn recall(&mut self) -> Result<(), DriveError> {
        let key = self.deployment.plan.service.key();
        for gate in &self.deployment.plan.gates {
            let learnt = self.context.ledger.memory(&key, &gate.name).await?;
            self.memory.entry(gate.name.clone()).or_default().learnt = learnt;
        }
        Ok(())
    }

    /// The machine as it stands.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    pub(crate) fn now(&self) -> EpochS {
        self.context.cloud.clock.now()
    }

    /// Says a person's word from the driver's own process; a word that makes no sense now is
    /// handed back.
    ///
    /// # Errors
    /// When the ledger does not take it.
    pub async fn say(&mut self, word: Word, by: &str) -> Result<Option<Refusal>, DriveError> {
        if let Err(refusal) = self.machine.accepts(word) {
            return Ok(Some(refusal));
        }
        self.happened(word.event(by), None).await?;
        Ok(None)
    }

    /// Drives to an end, or until it is interrupted.
    ///
    /// # Errors
    /// When the run cannot be driven on; the journal is safe, and `resume` goes on.
    pub async fn run(&mut self) -> Result<DriveEnd, DriveError> {
        loop {
            if let Some(exit_code) = self.machine.state().exit_code() {
                return self.end(exit_code).await;
            }
            self.hear().await?;
            if let Some(end) = self.heed_interrupt().await? {
                return Ok(end);
            }
            if self.machine.state().exit_code().is_some() || self.step().await? {
                continue;
            }
            let until = self.next_instant();
            self.context.cloud.clock.wait(until).await.map_err(DriveError::Call)?;
            let now = self.now();
            self.context.follower.tick(now);
        }
    }

    /// Does one thing that is due now; false when nothing is.
    async fn step(&mut self) -> Result<bool, DriveError> {
        let now = self.now();
        if let Some(effect) = self.machine.effects(now).pop() {
            if self.backoff.is_due(now) {
                self.perform(effect).await?;
                return Ok(true);
            }
        } else {
            self.backoff.reset();
        }
        if self.watch(now).await? {
            return Ok(true);
        }
        if self.wake.is_some_and(|wake| wake <= now) {
            self.happened(Event::TimePassed, None).await?;
            return Ok(true);
        }
        Ok(false)
    }

    fn next_instant(&self) -> EpochS {
        let now = self.now();
        let retry = self.machine.effects(now).first().and(self.backoff.next_at());
        let times = [self.wake, self.watching.next_at(), retry];
        let next = times.into_iter().flatten().filter(|at| *at > now).min();
        // A machine that waits for nothing but a person still has to hear them.
        next.unwrap_or_else(|| now.plus_s(60))
    }

    /// A person's words, once an instant: those that make sense become events.
    async fn hear(&mut self) -> Result<(), DriveError> {
        let now = self.now();
        if self.heard_at == Some(now) && !self.context.cloud.clock.is_wall() {
            return Ok(());
        }
        self.heard_at = Some(now);
        for spoken in self.context.ledger.hear(&self.deployment.id).await? {
            let again = self.heard.is_some_and(|heard| spoken.number <= heard);
            let fate = match self.machine.accepts(spoken.word) {
                _ if again => WordFate::Taken,
                Err(refusal) => WordFate::Refused(refusal.0),
                Ok(()) => {
                    let event = spoken.word.event(&spoken.by);
                    self.happened(event, Some(spoken.number)).await?;
                    WordFate::Taken
                }
            };
            let id = &self.deployment.id;
            self.context.ledger.settle(id, spoken.number, &fate).await?;
        }
        Ok(())
    }

    /// A signal: keep leaves the weights, rollback writes blue first; both leave.
    async fn heed_interrupt(&mut self) -> Result<Option<DriveEnd>, DriveError> {
        if !self.context.interrupt.asked() {
            return Ok(None);
        }
        let blue_first = match self.deployment.plan.on_interrupt {
            OnInterrupt::Keep => false,
            OnInterrupt::Rollback => true,
            OnInterrupt::Default => self.context.interrupt_rolls_back,
        };
        if blue_first && !self.interrupted && self.machine.state().may_go_back() {
            self.interrupted = true;
            self.happened(Event::InterruptAsked, None).await?;
        }
        let writes_blue = match self.machine.state() {
            State::RollingBack(back) => back.tail.todo.front() == Some(&Task::WriteBlue),
            _ => false,
        };
        if self.interrupted && writes_blue && self.backoff.is_calm() {
            return Ok(None);
        }
        let split = self.machine.book().asked;
        let id = &self.deployment.id;
        let why = format!("interrupted at {split}; `ecs-crd resume {id}` goes on");
        self.append(Record::Left { why: why.clone() }).await?;
        self.context.ledger.release(&self.context.lease).await?;
        Ok(Some(DriveEnd { exit_code: 40, why }))
    }

    async fn end(&mut self, exit_code: u8) -> Result<DriveEnd, DriveError> {
        let why = match self.machine.state() {
            State::Halted(halted) => halted.why.clone(),
            State::RolledBack(cause) => cause.sentence(),
            _ => String::new(),
        };
        if exit_code == 20
            && let Err(error) = self.notify().await
        {
            self.note(true, format!("people could not be told: {error}")).await?;
        }
        let Context { ledger, lease, .. } = &self.context;
        ledger.end(lease, &self.deployment.id, exit_code).await?;
        ledger.release(lease).await?;
        Ok(DriveEnd { exit_code, why })
    }

    /// Writes a fact down, then tells the machine.
    pub(crate) async fn happened(
        &mut self,
        event: Event,
        word: Option<u32>,
    ) -> Result<(), DriveError> {
        let at = self.append(Record::Happened { event: event.clone(), word }).await?;
        self.machine.handle(&event, at)?;
        self.heard = self.heard.max(word);
        self.wake = self.machine.deadline(at);
        Ok(())
    }

    pub(crate) async fn note(&mut self, warning: bool, text: String) -> Result<(), DriveError> {
        self.append(Record::Noted { warning, text }).await.map(|_| ())
    }

    /// S10, S11: durable when it returns, refused when the lease is not ours.
    pub(crate) async fn append(&mut self, record: Record) -> Result<EpochS, DriveError> {
        let entry = Entry { seq: self.seq, at: self.now(), record };
        let Context { ledger, lease, .. } = &self.context;
        ledger.append(lease, &self.deployment.id, &entry).await?;
        self.seq += 1;
        self.context.follower.entry(&entry);
        Ok(entry.at)
    }
}
