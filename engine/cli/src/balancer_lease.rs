//! The second lease of S17: two services behind one balancer that find the same port or rule
//! priority free, one after the other. It is held from the look until the stack stands.

use std::sync::Arc;
use std::time::Duration;

use rollout::{EpochS, Event, Stack};
use runner::{Entry, Follower, Lease, Ledger, LedgerError};

use crate::args::Output;
use crate::failure::Failure;
use crate::terminal::remark;
use crate::whoami;

/// Between two tries while another deployment makes its stack.
const EVERY: Duration = Duration::from_secs(5);
/// Tries: about half an hour.
const TRIES: u32 = 360;

/// Takes the lease of a balancer, waiting for a deployment that makes its stack there now.
///
/// # Errors
/// When it takes half an hour (exit 30), or the ledger does not answer.
pub(crate) async fn take(
    ledger: &Arc<dyn Ledger>,
    key: &str,
    output: Output,
) -> Result<Lease, Failure> {
    for tried in 0..TRIES {
        match ledger.acquire(key, &whoami::holder()).await {
            Err(LedgerError::Held { holder, .. }) if tried + 1 < TRIES => {
                if tried == 0 {
                    let said = format!("waiting for {holder}, which makes its stack on {key}");
                    remark(output, &said)?;
                }
                tokio::time::sleep(EVERY).await;
            }
            taken => return Ok(taken?),
        }
    }
    Err(Failure::new(30, format!("{key}: another deployment makes its stack there")))
}

/// Follows a run, and gives the lease back as soon as green's stack stands or will not.
pub(crate) struct UntilStack<F> {
    pub(crate) follower: F,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) lease: Option<Lease>,
}

impl<F: Follower> Follower for UntilStack<F> {
    fn entry(&mut self, entry: &Entry) {
        self.follower.entry(entry);
        let is_over = match entry.event() {
            Some(Event::StackReady { stack } | Event::StackFailed { stack, .. }) => {
                *stack == Stack::Green
            }
            _ => false,
        };
        if let Some(lease) = self.lease.take_if(|_| is_over) {
            give_back(self.ledger.clone(), lease);
        }
    }

    fn tick(&mut self, now: EpochS) {
        self.follower.tick(now);
    }
}

impl<F> Drop for UntilStack<F> {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            give_back(self.ledger.clone(), lease);
        }
    }
}

/// A lease that cannot be given back lapses by itself.
fn give_back(ledger: Arc<dyn Ledger>, lease: Lease) {
    tokio::spawn(async move {
        if let Err(error) = ledger.release(&lease).await {
            tracing::warn!(%error, "the lease of a balancer was not given back");
        }
    });
}
