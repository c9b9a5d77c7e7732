//! What is done one after another once the decision has fallen: promoting, going back, removing.
//!
//! Each task is repeatable. One that keeps failing does not keep the others from being done: what
//! it leaves is listed by name, and the exit code says so (S12).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{Effect, EpochS, Event, Side, Split, Stack, Watch};

/// Seconds between two tries of a task.
const RETRY_S: u32 = 10;
/// Tries of a task that may be left undone.
const TRIES: u32 = 3;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Write blue 100 over whatever stands there.
    WriteBlue,
    /// Wait until a split is in effect and reads back.
    Verify(Split),
    /// Wait until a side has seen its last request.
    Drain(Side),
    /// Let the gates learn.
    Learn,
    /// Name green as the live side.
    Register,
    /// Forget the service.
    Unregister,
    /// Save what a deletion would lose.
    Preserve(Side),
    /// Delete a stack.
    Retire(Stack),
    /// Delete the service's records.
    RemoveRecords,
    /// Give scaling its settings back.
    RestoreScaleIn,
    /// Tell people.
    Notify,
}

/// What is left to do, and how far the first of it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// In this order; the first is under way.
    pub todo: VecDeque<Task>,
    /// Since when.
    pub since: EpochS,
    /// The provider took the order; what it does with it is being watched.
    pub requested: bool,
    /// Change ids of a write, for `Verify`.
    pub changes: Vec<String>,
    /// Failed tries of the first task.
    pub failures: u32,
    /// After a failed try: not before.
    pub not_before: EpochS,
    /// What could not be removed, by name.
    pub left: Vec<String>,
    /// The tasks that left it.
    pub left_tasks: Vec<Task>,
}

/// What a tail makes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It goes on.
    Going,
    /// All is done, or left and listed.
    Over,
    /// The records are somebody else's now, and the task is not to write over them.
    Drifted,
    /// The task must not be left undone, and cannot be done.
    Stopped,
}

impl Tail {
    /// Begins with the first of `todo`.
    pub(crate) fn new(todo: impl IntoIterator<Item = Task>, now: EpochS) -> Self {
        Tail {
            todo: todo.into_iter().collect(),
            since: now,
            requested: false,
            changes: Vec::new(),
            failures: 0,
            not_before: now,
            left: Vec::new(),
            left_tasks: Vec::new(),
        }
    }

    /// The call to make now.
    pub(crate) fn effect(&self, now: EpochS) -> Option<Effect> {
        if now < self.not_before || self.requested {
            return None;
        }
        match *self.todo.front()? {
            Task::WriteBlue => {
                Some(Effect::SetWeights { split: Split::ALL_BLUE, over_drift: true })
            }
            Task::Verify(_) | Task::Drain(_) => None,
            Task::Learn => Some(Effect::Learn),
            Task::Register => Some(Effect::Register),
            Task::Unregister => Some(Effect::Unregister),
            Task::Preserve(side) => Some(Effect::Preserve { side }),
            Task::Retire(stack) => Some(Effect::Retire { stack }),
            Task::RemoveRecords => Some(Effect::RemoveRecords),
            Task::RestoreScaleIn => Some(Effect::RestoreScaleIn),
            Task::Notify => Some(Effect::Notify),
        }
    }

    /// What to read meanwhile.
    pub(crate) fn watch(&self) -> Option<Watch> {
        match *self.todo.front()? {
            Task::Verify(split) => Some(Watch::Change(split, self.changes.clone())),
            Task::Drain(_) => Some(Watch::Traffic),
            Task::Retire(stack) if self.requested => Some(Watch::Falling(stack)),
            _ => None,
        }
    }

    /// When to be woken.
    pub(crate) fn deadline(&self, now: EpochS, drain_s: u32) -> Option<EpochS> {
        match self.todo.front()? {
            Task::Drain(_) => Some(self.since.plus_s(drain_s)),
            _ if now < self.not_before => Some(self.not_before),
            _ => None,
        }
    }

    /// Learns of an event, none of one that means nothing to the task under way; `drained` says
    /// whether a side has seen its last request.
    pub(crate) fn on(
        &mut self,
        event: &Event,
        now: EpochS,
        drain_s: u32,
        drained: impl Fn(Side) -> bool,
    ) -> Option<Progress> {
        let Some(&task) = self.todo.front() else { return Some(Progress::Over) };
        Some(match (task, event) {
            (Task::WriteBlue, Event::WeightsWritten { split: Split::ALL_BLUE, changes }) => {
                let changes = changes.clone();
                let progress = self.next(now);
                self.changes = changes;
                progress
            }
            // Somebody else was faster than the write: it is written over again.
            (Task::WriteBlue, Event::DriftSeen { .. }) => {
                self.drain_green();
                self.not_before = now.plus_s(1);
                Progress::Going
            }
            (Task::Verify(wanted), Event::WeightVerified { split }) if *split == wanted => {
                self.next(now)
            }
            (Task::Verify(Split::ALL_BLUE), Event::DriftSeen { .. }) => self.write_again(now),
            (Task::Verify(_), Event::DriftSeen { .. }) => Progress::Drifted,
            (Task::Drain(side), Event::TrafficRead { .. }) if drained(side) => self.next(now),
            (Task::Drain(_), Event::TimePassed) if now >= self.since.plus_s(drain_s) => {
                self.next(now)
            }
            (Task::Retire(stack), Event::RemovalRequested { stack: other, .. })
                if stack == *other =>
            {
                self.requested = true;
                Progress::Going
            }
            (Task::Retire(stack), Event::StackGone { stack: other }) if stack == *other => {
                self.next(now)
            }
            (Task::Retire(stack), Event::StackStuck { stack: other, left }) if stack == *other => {
                self.failed(left, now)
            }
            (Task::Learn, Event::Learned { .. })
            | (Task::Register, Event::Registered)
            | (Task::Unregister, Event::Unregistered)
            | (Task::Preserve(_), Event::Preserved { .. })
            | (Task::RemoveRecords, Event::RecordsRemoved)
            | (Task::RestoreScaleIn, Event::ScaleInRestored)
            | (Task::Notify, Event::Notified { .. }) => self.next(now),
            (task, Event::CallFailed { why, .. }) => self.call_failed(task, why, now),
            (_, Event::TimePassed | Event::TrafficRead { .. } | Event::HealthRead { .. }) => {
                Progress::Going
            }
            _ => return None,
        })
    }

    /// After a halt: what was left is tried again.
    pub(crate) fn begin_again(&mut self, now: EpochS) {
        let again = self.left_tasks.drain(..).rev();
        for task in again {
            self.todo.push_front(task);
        }
        self.left.clear();
        self.since = now;
        self.requested = false;
        self.failures = 0;
        self.not_before = now;
    }

    fn next(&mut self, now: EpochS) -> Progress {
        self.todo.pop_front();
        self.since = now;
        self.requested = false;
        self.failures = 0;
        self.not_before = now;
        self.changes.clear();
        if self.todo.is_empty() { Progress::Over } else { Progress::Going }
    }

    /// Somebody else may have sent traffic to green, even if this run never did.
    fn drain_green(&mut self) {
        let verify = self.todo.iter().position(|task| matches!(task, Task::Verify(_)));
        let drain = Task::Drain(Side::Green);
        if let Some(at) = verify.filter(|_| !self.todo.contains(&drain)) {
            self.todo.insert(at + 1, drain);
        }
    }

    fn write_again(&mut self, now: EpochS) -> Progress {
        self.drain_green();
        self.todo.push_front(Task::WriteBlue);
        self.since = now;
        self.not_before = now.plus_s(RETRY_S);
        Progress::Going
    }

    fn call_failed(&mut self, task: Task, why: &str, now: EpochS) -> Progress {
        match task {
            // The safe direction has no budget (S18).
            Task::WriteBlue | Task::Verify(_) => {
                self.not_before = now.plus_s(RETRY_S);
                Progress::Going
            }
            // Silence cannot be seen; `drain` ends the wait.
            Task::Drain(_) => Progress::Going,
            Task::Register | Task::Unregister if self.failures + 1 >= TRIES => Progress::Stopped,
            // What only informs is not worth a halt: the driver has noted the warning.
            Task::Learn | Task::Preserve(_) | Task::Notify if self.failures + 1 >= TRIES => {
                self.next(now)
            }
            task => {
                let what = match task {
                    Task::Retire(stack) => format!("the {stack:?} stack"),
                    Task::RemoveRecords => "the weighted records".to_owned(),
                    Task::RestoreScaleIn => "the suspension of scale-in".to_owned(),
                    other => format!("{other:?}"),
                };
                self.failed(&[format!("{what}: {why}")], now)
            }
        }
    }

    fn failed(&mut self, left: &[String], now: EpochS) -> Progress {
        self.failures += 1;
        self.requested = false;
        self.not_before = now.plus_s(RETRY_S);
        if self.failures < TRIES {
            return Progress::Going;
        }
        self.left.extend_from_slice(left);
        self.left_tasks.extend(self.todo.front());
        self.next(now)
    }
}
