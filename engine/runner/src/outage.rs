//! Writing to the ledger, and what a driver still does while it cannot be reached (S18).
//!
//! What could not be written is kept in order and appended later, under the same lease: nobody can
//! have driven meanwhile. Until then no weight rises and nothing is made or deleted; looks and
//! readings go on, since a roll back may still be written while the lease is surely ours. Lines that
//! are lost with the process are no loss of safety: `resume` finds the weights at blue and takes
//! that for an abort.

use std::collections::VecDeque;
use std::sync::Arc;

use rollout::{Effect, EpochS, Event, Split, State, Task};

use crate::driver::Driver;
use crate::{Context, DriveError, Entry, Evaluation, Kept, LedgerError, Record};

/// Seconds between two tries to reach the ledger.
const RETRY_S: u32 = 5;
/// A driver leaves (exit 40) when the ledger has been away for so long, in seconds.
const PATIENCE_S: u32 = 300;
/// What must be left of the lease before an effect, in seconds: the longest call, and some.
const LEASE_LEFT_S: u32 = 30;

/// A ledger that cannot be reached.
#[derive(Debug)]
pub(crate) struct Outage {
    since: EpochS,
    next_try_at: EpochS,
    why: String,
    told: bool,
    unwritten: VecDeque<Line>,
}

/// What is to be written.
#[derive(Debug)]
enum Line {
    Entry(Arc<Entry>),
    Evaluation(Arc<Evaluation>),
}

impl Outage {
    /// When the ledger is tried again.
    pub(crate) fn next_try_at(&self) -> EpochS {
        self.next_try_at
    }
}

impl Driver {
    /// Writes a fact down, then tells the machine.
    pub(crate) async fn happened(
        &mut self,
        event: Event,
        word: Option<u32>,
    ) -> Result<(), DriveError> {
        let entry = self.append(Record::Happened { event, word }).await?;
        if let Some(event) = entry.event() {
            self.machine.handle(event, entry.at)?;
        }
        self.watching.unsettle();
        self.heard = self.heard.max(word);
        self.wake = self.machine.deadline(entry.at);
        Ok(())
    }

    pub(crate) async fn note(&mut self, warning: bool, text: String) -> Result<(), DriveError> {
        self.append(Record::Noted { warning, text }).await.map(|_| ())
    }

    /// S10, S11: durable when it returns, or kept for later (`outage`); refused when the lease is
    /// not ours.
    pub(crate) async fn append(&mut self, record: Record) -> Result<Arc<Entry>, DriveError> {
        let entry = Arc::new(Entry { seq: self.seq, at: self.now(), record });
        self.write(Line::Entry(entry.clone())).await?;
        self.seq += 1;
        self.context.follower.entry(&entry);
        Ok(entry)
    }

    /// A look at a gate, written before the entry that names its verdict.
    pub(crate) async fn keep_evaluation(
        &mut self,
        look: Arc<Evaluation>,
    ) -> Result<(), DriveError> {
        self.write(Line::Evaluation(look)).await
    }

    async fn write(&mut self, line: Line) -> Result<(), DriveError> {
        if self.outage.is_none() {
            match self.send(&line).await {
                Ok(()) => return Ok(()),
                Err(error) => self.missed(error)?,
            }
        }
        if let Some(outage) = &mut self.outage {
            outage.unwritten.push_back(line);
        }
        Ok(())
    }

    async fn send(&self, line: &Line) -> Kept<()> {
        let Context { ledger, lease, .. } = &self.context;
        let id = &self.deployment.id;
        match line {
            Line::Entry(entry) => ledger.append(lease, id, entry).await,
            Line::Evaluation(look) => ledger.keep_evaluation(lease, id, look).await,
        }
    }

    /// The ledger did not answer: from now on it is away. Any other error of it ends the drive.
    pub(crate) fn missed(&mut self, error: LedgerError) -> Result<(), DriveError> {
        if !matches!(error, LedgerError::Unreachable { .. }) {
            return Err(error.into());
        }
        let now = self.now();
        self.outage.get_or_insert_with(|| Outage {
            since: now,
            next_try_at: now.plus_s(RETRY_S),
            why: error.to_string(),
            told: false,
            unwritten: VecDeque::new(),
        });
        Ok(())
    }

    /// While the ledger is away: says so once, and tries it again when that is due.
    pub(crate) async fn reach_ledger(&mut self) -> Result<(), DriveError> {
        let Some(outage) = &mut self.outage else { return Ok(()) };
        let now = self.context.cloud.clock.now();
        if !std::mem::replace(&mut outage.told, true) {
            let text = format!(
                "the ledger cannot be reached ({}): until it can, no weight rises and nothing is \
                 made or deleted; a roll back is still written",
                outage.why
            );
            return self.note(true, text).await;
        }
        if now < outage.next_try_at {
            return Ok(());
        }
        let away_s = now.since_s(outage.since);
        match self.catch_up().await {
            Ok(()) => {
                self.outage = None;
                let text = format!("the ledger is back after {away_s} s, and has every line");
                self.note(false, text).await
            }
            Err(LedgerError::Unreachable { .. }) => {
                // A try may have taken long, and what is urgent comes between two of them.
                let now = self.now();
                if let Some(outage) = &mut self.outage {
                    outage.next_try_at = now.plus_s(RETRY_S);
                }
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Appends what could not be written, in order.
    async fn catch_up(&mut self) -> Kept<()> {
        self.context.ledger.renew(&self.context.lease).await?;
        while let Some(line) = self.outage.as_ref().and_then(|outage| outage.unwritten.front()) {
            match self.send(line).await {
                Err(LedgerError::Taken { .. }) if self.has_landed(line).await? => {}
                sent => sent?,
            }
            self.outage.as_mut().and_then(|outage| outage.unwritten.pop_front());
        }
        Ok(())
    }

    /// Whether a line whose reply was lost stands in the journal.
    async fn has_landed(&self, line: &Line) -> Kept<bool> {
        let Line::Entry(entry) = line else { return Ok(false) };
        let entries = self.context.ledger.entries(&self.deployment.id, entry.seq).await?;
        Ok(entries.first() == Some(entry))
    }

    /// Whether an effect may be tried: while the ledger is away, only what reads, and blue's 100
    /// while nobody else can be driving.
    pub(crate) fn may_try(&self, effect: &Effect) -> bool {
        self.outage.is_none()
            || match effect {
                Effect::ReadHealth | Effect::Look { .. } => true,
                Effect::SetWeights { split, .. } => {
                    *split == Split::ALL_BLUE && self.lease_is_ours()
                }
                _ => false,
            }
    }

    /// Whether one of these is the next thing to do on the way back, and the lease lets us.
    pub(crate) fn next_on_the_way_back(&self, tasks: &[Task]) -> bool {
        let State::RollingBack(back) = self.machine.state() else { return false };
        back.tail.todo.front().is_some_and(|task| tasks.contains(task)) && self.lease_is_ours()
    }

    fn lease_is_ours(&self) -> bool {
        self.outage.is_none() || self.context.ledger.surely_ours(&self.context.lease, LEASE_LEFT_S)
    }

    /// Why a driver leaves without a ledger: it has been away for too long, and there is nothing
    /// left to do that needs none.
    pub(crate) fn ledger_given_up(&self) -> Option<String> {
        let outage = self.outage.as_ref()?;
        let over = self.now().since_s(outage.since) >= PATIENCE_S;
        let blue_comes_back = [Task::WriteBlue, Task::Verify(Split::ALL_BLUE)];
        (over && !self.next_on_the_way_back(&blue_comes_back))
            .then(|| format!("the ledger has been away for {PATIENCE_S} s ({}); left", outage.why))
    }
}
