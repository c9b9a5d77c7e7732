//! The driver: the only loop in the program.
//!
//! It asks the machine what to do, writes the intention down, makes the call, writes down what
//! came of it, and tells the machine. It decides nothing. Killed at any instruction, `resume`
//! finds in the journal all it needs: an order without an outcome is given again (S10).

use std::collections::BTreeMap;
use std::sync::Arc;

use rollout::{Billed, EpochS, Event, Machine, Refusal, Word};

use crate::backoff::Backoff;
use crate::look::GateMemory;
use crate::outage::Outage;
use crate::watching::Watching;
use crate::{Began, Context, Deployment, DriveEnd, DriveError, Entry, Record, WordFate};

/// Drives one run.
pub struct Driver {
    pub(crate) context: Context,
    pub(crate) deployment: Deployment,
    pub(crate) machine: Machine,
    pub(crate) memory: BTreeMap<String, GateMemory>,
    pub(crate) places: crate::look::Places,
    pub(crate) watching: Watching,
    pub(crate) backoff: Backoff,
    /// What CloudWatch was asked for by looks and readings that became no event; told with the
    /// next reading.
    pub(crate) billed_untold: Billed,
    /// While the ledger cannot be reached.
    pub(crate) outage: Option<Outage>,
    pub(crate) seq: u32,
    pub(crate) wake: Option<EpochS>,
    heard_at: Option<EpochS>,
    pub(crate) heard: Option<u32>,
    pub(crate) interrupted: bool,
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
        let record = Record::Began(Box::new(began));
        let entry = Arc::new(Entry { seq: 0, at: now, record });
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
        let first = entries.first().map(Arc::as_ref);
        let Some(Entry { at, record: Record::Began(began), .. }) = first else {
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
            let memory = driver.memory.entry(evaluation.gate.clone()).or_default();
            memory.keep(evaluation);
        }
        driver.append(Record::Resumed { by: by.to_owned() }).await?;
        driver.wake = driver.machine.deadline(driver.now());
        Ok(driver)
    }

    fn from_began(context: Context, id: &str, began: &Began, at: EpochS) -> Self {
        let deployment = Deployment::of(id, at, began);
        let (plan, ground) = (deployment.plan.clone(), deployment.ground.clone());
        Driver {
            machine: Machine::start(began.goal, plan, ground, at),
            backoff: Backoff::new(id),
            context,
            deployment,
            memory: BTreeMap::new(),
            places: crate::look::Places::default(),
            watching: Watching::default(),
            billed_untold: Billed::default(),
            outage: None,
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
            self.reach_ledger().await?;
            if let Some(exit_code) = self.written_end() {
                return self.end(exit_code).await;
            }
            self.hear().await?;
            if let Some(end) = self.heed_leaving().await? {
                return Ok(end);
            }
            let now = self.now();
            if self.written_end().is_some() || self.step(now).await? {
                continue;
            }
            let until = self.next_instant(now);
            self.context.cloud.clock.wait(until).await.map_err(DriveError::Call)?;
            let now = self.now();
            self.context.follower.tick(now);
        }
    }

    /// The exit code of an end that the journal holds as well.
    fn written_end(&self) -> Option<u8> {
        self.machine.state().exit_code().filter(|_| self.outage.is_none())
    }

    /// Does one thing that is due now; false when nothing is.
    async fn step(&mut self, now: EpochS) -> Result<bool, DriveError> {
        if let Some(effect) = self.machine.effect(now) {
            if self.backoff.is_due(now) && self.may_try(&effect) {
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

    /// The first instant after `now` at which something may be due.
    fn next_instant(&self, now: EpochS) -> EpochS {
        let retry = self.backoff.next_at().filter(|_| self.machine.effect(now).is_some());
        let ledger = self.outage.as_ref().map(Outage::next_try_at);
        let times = [self.wake, self.watching.next_at(), retry, ledger];
        let next = times.into_iter().flatten().filter(|at| *at > now).min();
        // A machine that waits for nothing but a person still has to hear them.
        next.unwrap_or_else(|| now.plus_s(60))
    }

    /// A person's words, once an instant: those that make sense become events. A ledger that is away
    /// is not asked: that would take the time in which blue may still be brought back (S18).
    async fn hear(&mut self) -> Result<(), DriveError> {
        let now = self.now();
        let was_heard = self.heard_at == Some(now) && !self.context.cloud.clock.is_wall();
        if was_heard || self.outage.is_some() {
            return Ok(());
        }
        self.heard_at = Some(now);
        let words = match self.context.ledger.hear(&self.deployment.id).await {
            Err(error) => return self.missed(error),
            Ok(words) => words,
        };
        for spoken in words {
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
            if let Err(error) = self.context.ledger.settle(id, spoken.number, &fate).await {
                // It is heard again, known by its number, and settled then.
                self.missed(error)?;
            }
        }
        Ok(())
    }
}
