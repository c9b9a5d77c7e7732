//! The time a request may take, everything included: one instant for all of its stages.

use std::time::Duration;

use runner::{CallError, Called};
use tokio::time::{Instant, timeout_at};

use crate::fault::{refused, retryable};
use crate::limits::TIMEOUT_MS;

/// When a request must be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    timeout_ms: u32,
}

impl Deadline {
    /// So many milliseconds from now.
    pub(crate) fn after(timeout_ms: u32) -> Called<Self> {
        if !(1..=TIMEOUT_MS).contains(&timeout_ms) {
            let why = format!("its time-out of {timeout_ms} ms is not within 1 to {TIMEOUT_MS}");
            return Err(refused(why));
        }
        let at = Instant::now() + Duration::from_millis(timeout_ms.into());
        Ok(Deadline { at, timeout_ms })
    }

    /// Waits for one stage; `stage` goes on the sentence "no answer within 500 ms: …".
    pub(crate) async fn within<T>(
        self,
        stage: impl FnOnce() -> String,
        work: impl Future<Output = T>,
    ) -> Called<T> {
        timeout_at(self.at, work).await.map_err(|_elapsed| self.passed(&stage()))
    }

    /// An equal part of what is left, for each of `count` attempts.
    pub(crate) fn share(self, count: usize) -> Duration {
        let left = self.at.saturating_duration_since(Instant::now());
        left / u32::try_from(count).unwrap_or(u32::MAX).max(1)
    }

    fn passed(self, stage: &str) -> CallError {
        retryable(format!("no answer within {} ms: {stage}", self.timeout_ms))
    }
}
