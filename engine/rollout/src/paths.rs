//! The last stretches: promoting, going back, removing, halting, and what each consists of.

use crate::machine::{IllegalEvent, Machine};
use crate::state::{Cause, Halted, RollingBack, State};
use crate::tail::{Progress, Tail, Task};
use crate::{EpochS, Event, Ground, Side, Split, Stack};

/// The way back when blue no longer serves: nobody is helped by a second outage.
const BLUE_IS_GONE: &str = "blue has no healthy target left and green has: going back would send \
                            everybody to nothing, so the weights are untouched; `resume` looks \
                            again, `abort` goes back all the same";

/// What an undeployment consists of: the registry first, so that nobody takes the service for
/// live; the records last, since CloudFormation leaves those whose weight has changed.
pub(crate) fn removal(ground: &Ground, now: EpochS) -> Tail {
    let preserve = ground.baseline.as_ref().map(|_| Task::Preserve(Side::Blue));
    let rest = [
        Task::Retire(Stack::Green),
        Task::Retire(Stack::Blue),
        Task::Retire(Stack::Init),
        Task::RemoveRecords,
        Task::Notify,
    ];
    Tail::new([Task::Unregister].into_iter().chain(preserve).chain(rest), now)
}

impl Machine {
    /// S07: weights first, then drain, then deletion.
    pub(crate) fn roll_back(&mut self, cause: Cause, now: EpochS) {
        if let State::Halted(halted) = &self.state {
            // A person who knows how it stands has decided.
            self.state = (*halted.was).clone();
        } else if self.book.blue_is_gone() {
            return self.halt(format!("{} ({BLUE_IS_GONE})", cause.sentence()));
        }
        let tail = Tail::new(self.way_back(), now);
        self.state = State::RollingBack(RollingBack { cause, tail });
    }

    fn way_back(&self) -> Vec<Task> {
        let mut todo = Vec::new();
        // A write whose reply was lost may have landed, and so may somebody else's that no look
        // has shown yet; that green has had traffic is assumed unless the opposite is known.
        let shifting = matches!(self.state, State::Shifting(_));
        let drifted = self.state.dwell().is_some_and(|dwell| !dwell.drift.is_empty());
        if self.book.shifted || shifting || self.state.dwell().is_some() {
            todo.extend([Task::WriteBlue, Task::Verify(Split::ALL_BLUE)]);
        }
        if self.book.shifted || shifting || drifted {
            todo.push(Task::Drain(Side::Green));
        }
        // Asked for even when the answer to the creation was lost: absent is fine.
        todo.extend([Task::Preserve(Side::Green), Task::Retire(Stack::Green)]);
        if !self.ground.init_exists {
            todo.extend([Task::RemoveRecords, Task::Retire(Stack::Init)]);
        }
        if self.book.suspended || matches!(self.state, State::Scaling(_)) {
            todo.push(Task::RestoreScaleIn);
        }
        todo.push(Task::Notify);
        todo
    }

    /// The bake is over: registry, then blue's first deletion (S06).
    pub(crate) fn promote(&mut self, now: EpochS) {
        let mut todo = vec![Task::Learn, Task::Register];
        if self.ground.baseline.is_some() {
            todo.extend([
                Task::Drain(Side::Blue),
                Task::Verify(self.book.split),
                Task::Preserve(Side::Blue),
                Task::Retire(Stack::Blue),
            ]);
        }
        todo.extend([Task::RestoreScaleIn, Task::Notify]);
        self.state = State::Promoting(Tail::new(todo, now));
    }

    /// A person is needed; nothing more is written.
    pub(crate) fn halt(&mut self, why: String) {
        let was = std::mem::replace(&mut self.state, State::Undeployed);
        self.state = State::Halted(Halted { why, was: Box::new(was) });
    }

    /// A person looked at it and said go on: waits and tries begin anew.
    pub(crate) fn leave_halt(&mut self, now: EpochS) {
        let State::Halted(halted) = &self.state else { return };
        let mut state = (*halted.was).clone();
        self.book.forget_health();
        match &mut state {
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                dwell.begin_again(&self.plan, now);
            }
            State::Shifting(shifting) => {
                shifting.since = now;
                shifting.not_before = now;
            }
            State::Promoting(tail) | State::Removing(tail) => tail.begin_again(now),
            State::RollingBack(back) => back.tail.begin_again(now),
            _ => {}
        }
        self.state = state;
        self.consider(now);
    }

    pub(crate) fn on_tail(&mut self, event: &Event, now: EpochS) -> Result<(), IllegalEvent> {
        let drain_s = self.plan.drain_s;
        let book = &mut self.book;
        let tail = match &mut self.state {
            State::Promoting(tail) | State::Removing(tail) => tail,
            State::RollingBack(back) => &mut back.tail,
            _ => return Err(self.illegal(event)),
        };
        let Some(progress) = tail.on(event, now, drain_s, |side| book.drained(side)) else {
            return Err(self.illegal(event));
        };
        match event {
            Event::WeightsWritten { split, .. } => book.asked = *split,
            Event::WeightVerified { split } => book.verify(*split, now),
            Event::ScaleInRestored => book.suspended = false,
            Event::RemovalRequested { stays, .. } => book.keep(stays),
            _ => {}
        }
        match progress {
            Progress::Going => {}
            Progress::Over => self.arrive_at_the_end(),
            Progress::Drifted => {
                self.halt(
                    "somebody else changed the weighted records before blue was deleted; \
                           nothing was deleted"
                        .to_owned(),
                );
            }
            Progress::Stopped => {
                if let Event::CallFailed { why, .. } = event {
                    self.halt(why.clone());
                }
            }
        }
        Ok(())
    }

    /// S12, S14: an end is clean only when nothing was left.
    fn arrive_at_the_end(&mut self) {
        let (end, left) = match &self.state {
            State::Promoting(tail) => (State::Promoted, &tail.left),
            State::Removing(tail) => (State::Undeployed, &tail.left),
            State::RollingBack(back) => (State::RolledBack(back.cause.clone()), &back.tail.left),
            _ => return,
        };
        if left.is_empty() {
            self.state = end;
        } else {
            let why = format!("{}, but this could not be removed: {}", end.name(), left.join("; "));
            self.halt(why);
        }
    }

    /// What could not be removed, by name.
    #[must_use]
    pub fn left(&self) -> &[String] {
        let state = match &self.state {
            State::Halted(halted) => &*halted.was,
            state => state,
        };
        match state {
            State::Promoting(tail) | State::Removing(tail) => &tail.left,
            State::RollingBack(back) => &back.tail.left,
            _ => &[],
        }
    }
}
