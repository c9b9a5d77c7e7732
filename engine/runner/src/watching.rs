//! Reading while waiting: each watch at its own pace, an event only when something changed.
//!
//! Readings lie on a fixed grid of the clock, so that a resumed run reads when the uncut one
//! would have (S15).

#[cfg(test)]
mod tests;

use rollout::{Drift, EpochS, Event, METRIC_LAG_S, METRIC_PERIOD_S, Split, State, Watch};

use crate::DriveError;
use crate::driver::Driver;
use crate::ports::{CallError, CallErrorKind, Called, Effective, StackState};
use crate::traffic_sample;

/// A watch that has failed for so long is told to the machine as a failed call, in seconds.
const PATIENCE_S: u32 = 300;

/// The watches under way.
#[derive(Debug, Default)]
pub(crate) struct Watching {
    slots: Vec<Slot>,
    /// Whether they are what the machine wants as it stands: only an event can change that.
    settled: bool,
}

#[derive(Debug)]
struct Slot {
    watch: Watch,
    due: EpochS,
    failing_since: Option<EpochS>,
}

impl Watching {
    /// The next reading.
    pub(crate) fn next_at(&self) -> Option<EpochS> {
        self.slots.iter().map(|slot| slot.due).min()
    }

    /// Something happened: the machine may want other readings now.
    pub(crate) fn unsettle(&mut self) {
        self.settled = false;
    }

    /// Keeps what is still wanted, adds what is new.
    fn want(&mut self, watches: Vec<Watch>, now: EpochS) {
        self.slots.retain(|slot| watches.contains(&slot.watch));
        for watch in watches {
            if !self.slots.iter().any(|slot| slot.watch == watch) {
                let due = now.next_period(watch.every_s());
                self.slots.push(Slot { watch, due, failing_since: None });
            }
        }
        self.settled = true;
    }

    /// The first watch that is due, put off to its next place on the grid.
    fn take_due(&mut self, now: EpochS) -> Option<Watch> {
        let slot = self.slots.iter_mut().find(|slot| slot.due <= now)?;
        slot.due = now.plus_s(1).next_period(slot.watch.every_s());
        Some(slot.watch.clone())
    }

    /// Notes a reading that failed or succeeded; true when it has failed for too long.
    fn noted(&mut self, watch: &Watch, failed: bool, now: EpochS) -> bool {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.watch == *watch) else {
            return false;
        };
        if !failed {
            slot.failing_since = None;
            return false;
        }
        let since = *slot.failing_since.get_or_insert(now);
        let too_long = now.since_s(since) >= PATIENCE_S;
        if too_long {
            slot.failing_since = Some(now);
        }
        too_long
    }
}

impl Driver {
    /// Makes the readings that are due until one of them is news; false when none was.
    pub(crate) async fn watch(&mut self, now: EpochS) -> Result<bool, DriveError> {
        if !self.watching.settled {
            self.watching.want(self.machine.watches(), now);
        }
        while let Some(watch) = self.watching.take_due(now) {
            let read = self.read(&watch, now).await;
            let too_long = self.watching.noted(&watch, read.is_err(), now);
            match read {
                Ok(Some(event)) => {
                    self.happened(event, None).await?;
                    return Ok(true);
                }
                Ok(None) => {}
                Err(error) if error.is_retryable() && !too_long => {
                    tracing::warn!(?watch, %error, "a reading failed");
                }
                Err(error) if error.kind.ends_the_drive() => return Err(DriveError::Call(error)),
                Err(error) => {
                    let why = format!("{watch:?} could not be read: {error}");
                    let effect = "read".to_owned();
                    self.happened(Event::CallFailed { effect, why }, None).await?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn read(&mut self, watch: &Watch, now: EpochS) -> Called<Option<Event>> {
        let cloud = &self.context.cloud;
        let deployment = &self.deployment;
        match watch {
            Watch::Rising(stack) => {
                let state = cloud.stacks.state(deployment, *stack).await?;
                Ok(rising(*stack, state))
            }
            Watch::Falling(stack) => {
                let state = cloud.stacks.state(deployment, *stack).await?;
                Ok(falling(*stack, state))
            }
            Watch::Change(split, changes) => {
                let effective = cloud.traffic.effective(deployment, *split, changes).await?;
                Ok(match effective {
                    Effective::Pending => None,
                    Effective::Verified => Some(Event::WeightVerified { split: *split }),
                    Effective::Drifted { drifts } => Some(Event::DriftSeen { drifts }),
                })
            }
            Watch::Health => {
                let health = cloud.workload.health(deployment).await?;
                let former = self.machine.book().health.as_ref().map(|(_, health)| health);
                Ok((former != Some(&health)).then_some(Event::HealthRead { health }))
            }
            Watch::Drift(split) => self.read_drift(*split).await,
            Watch::Traffic => self.read_traffic(now).await,
        }
    }

    async fn read_drift(&self, split: Split) -> Called<Option<Event>> {
        let drifts = self.context.cloud.traffic.drift(&self.deployment, split).await?;
        let known: &[Drift] = match self.machine.state() {
            State::Shifting(shifting) => &shifting.drift,
            state => state.dwell().map_or(&[], |dwell| &dwell.drift),
        };
        Ok(match drifts.is_empty() {
            _ if drifts == known => None,
            true => Some(Event::DriftGone),
            false => Some(Event::DriftSeen { drifts }),
        })
    }

    async fn read_traffic(&mut self, now: EpochS) -> Called<Option<Event>> {
        let closed = now.minus_s(METRIC_LAG_S).period_begin(METRIC_PERIOD_S);
        let begin = closed.minus_s(METRIC_PERIOD_S);
        let known = self.machine.book().recent.last();
        let before_traffic = match self.machine.book().canary_traffic_at {
            Some(at) => begin < at.period_begin(METRIC_PERIOD_S),
            None => true,
        };
        if before_traffic || known.is_some_and(|sample| sample.period_begin >= begin) {
            return Ok(None);
        }
        let (cloud, untold) = (&self.context.cloud, &mut self.billed_untold);
        let sample = traffic_sample::read(cloud, &self.deployment, begin, untold).await?;
        Ok(sample.map(|sample| Event::TrafficRead { sample, billed: std::mem::take(untold) }))
    }
}

fn rising(stack: rollout::Stack, state: StackState) -> Option<Event> {
    match state {
        StackState::Rising => None,
        StackState::Ready => Some(Event::StackReady { stack }),
        StackState::Failed { reason } => Some(Event::StackFailed { stack, reason }),
        StackState::Absent | StackState::Falling | StackState::Stuck { .. } => {
            let reason = "it was deleted while it was being made".to_owned();
            Some(Event::StackFailed { stack, reason })
        }
    }
}

fn falling(stack: rollout::Stack, state: StackState) -> Option<Event> {
    match state {
        StackState::Falling => None,
        StackState::Absent => Some(Event::StackGone { stack }),
        StackState::Stuck { left } => Some(Event::StackStuck { stack, left }),
        StackState::Rising | StackState::Ready | StackState::Failed { .. } => {
            let left = vec![format!("the {stack:?} stack, which stands again")];
            Some(Event::StackStuck { stack, left })
        }
    }
}

impl CallErrorKind {
    /// Whether nothing can be done under it: leave, the journal is safe.
    pub(crate) fn ends_the_drive(self) -> bool {
        matches!(
            self,
            CallErrorKind::CredentialsEnded | CallErrorKind::LeaseLost | CallErrorKind::Killed
        )
    }
}

/// Shown by the program where a call error ends a command before any run.
impl CallError {
    /// The exit code of the contract, before anything was written.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            CallErrorKind::LeaseLost => 30,
            CallErrorKind::CredentialsEnded => 40,
            _ => 3,
        }
    }
}
