//! The second lease of S17: a balancer's.
//!
//! Who looks which ports and rule priorities are free holds it until the stack stands that takes
//! them, or two services would find the same free. Who looks what others have on the listeners of
//! a stack holds it until that stack is gone, or a rule could be hung on a listener that is going.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws::Aws;
use rollout::Stack;
use runner::{
    CallError, CallErrorKind, Called, Deployment, Kept, Lease, Ledger, LedgerError, StackState,
    Stacks,
};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::args::Output;
use crate::failure::Failure;
use crate::terminal::remark;
use crate::whoami;

/// Between two tries while another deployment has the balancer.
const EVERY: Duration = Duration::from_secs(5);
/// Tries: about half an hour.
const TRIES: u32 = 360;
/// A lease that nobody has is ours within this; whether somebody still has it takes longer.
const PROMPT: Duration = Duration::from_secs(2);

/// Takes the lease of a balancer, waiting for a deployment that makes or removes a stack there now.
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
                    let said =
                        format!("waiting for {holder}, which makes or removes a stack on {key}");
                    remark(output, &said)?;
                }
                tokio::time::sleep(EVERY).await;
            }
            taken => return Ok(taken?),
        }
    }
    Err(Failure::new(30, format!("{key}: another deployment makes or removes a stack there")))
}

/// Makes and removes stacks under the leases of their balancers.
pub(crate) struct UnderLeases {
    aws: Aws,
    ledger: Arc<dyn Ledger>,
    slots: Mutex<BTreeMap<Stack, Slot>>,
}

/// The lease for a stack.
enum Slot {
    /// Held until it stands or will not.
    Making(Lease),
    /// Asked for, to remove it.
    Asked(JoinHandle<Kept<Lease>>),
    /// Held until it is gone or stuck.
    Removing(Lease),
}

impl UnderLeases {
    /// With the lease under which green's stack is made, where it was taken already.
    pub(crate) fn new(aws: &Aws, ledger: &Arc<dyn Ledger>, green: Option<Lease>) -> Self {
        let green = green.map(|lease| (Stack::Green, Slot::Making(lease)));
        let slots = Mutex::new(green.into_iter().collect());
        UnderLeases { aws: aws.clone(), ledger: ledger.clone(), slots }
    }

    /// Whether a stack may be removed now. The lease is waited for beside, since that takes longer
    /// than a call may.
    async fn may_remove(&self, deployment: &Deployment, stack: Stack) -> Called<()> {
        let mut slots = self.slots.lock().await;
        let asked = match slots.remove(&stack) {
            Some(Slot::Making(lease) | Slot::Removing(lease)) => {
                slots.insert(stack, Slot::Removing(lease));
                return Ok(());
            }
            Some(Slot::Asked(asked)) => asked,
            None => match self.aws.balancer_lease(deployment, stack).await? {
                None => return Ok(()),
                Some(key) => {
                    let ledger = self.ledger.clone();
                    tokio::spawn(async move { ledger.acquire(&key, &whoami::holder()).await })
                }
            },
        };
        let slot = awaited(asked).await?;
        let may = match slot {
            Slot::Asked(_) => Err(busy("another deployment")),
            _ => Ok(()),
        };
        slots.insert(stack, slot);
        may
    }

    /// A lease that cannot be given back lapses by itself.
    async fn give_back(&self, lease: &Lease) {
        if let Err(error) = self.ledger.release(lease).await {
            tracing::warn!(%error, "the lease of a balancer was not given back");
        }
    }
}

async fn awaited(mut asked: JoinHandle<Kept<Lease>>) -> Called<Slot> {
    let retryable = |why: String| CallError::new(CallErrorKind::Retryable, why);
    match tokio::time::timeout(PROMPT, &mut asked).await {
        Err(_) => Ok(Slot::Asked(asked)),
        Ok(Ok(Ok(lease))) => Ok(Slot::Removing(lease)),
        Ok(Ok(Err(LedgerError::Held { holder, .. }))) => Err(busy(&holder)),
        Ok(Ok(Err(error))) => Err(retryable(error.to_string())),
        Ok(Err(error)) => Err(retryable(error.to_string())),
    }
}

fn busy(holder: &str) -> CallError {
    let why = format!("{holder} makes or removes a stack on the same balancer");
    CallError::new(CallErrorKind::Busy, why)
}

#[async_trait]
impl Stacks for UnderLeases {
    async fn provision(&self, deployment: &Deployment, stack: Stack) -> Called<()> {
        self.aws.provision(deployment, stack).await
    }

    async fn retire(&self, deployment: &Deployment, stack: Stack) -> Called<Vec<String>> {
        self.may_remove(deployment, stack).await?;
        self.aws.retire(deployment, stack).await
    }

    async fn state(&self, deployment: &Deployment, stack: Stack) -> Called<StackState> {
        let state = self.aws.state(deployment, stack).await?;
        let mut slots = self.slots.lock().await;
        let is_over = match slots.get(&stack) {
            Some(Slot::Making(_)) => {
                matches!(state, StackState::Ready | StackState::Failed { .. })
            }
            Some(Slot::Removing(_)) => {
                matches!(state, StackState::Absent | StackState::Stuck { .. })
            }
            Some(Slot::Asked(_)) | None => false,
        };
        if is_over && let Some(Slot::Making(lease) | Slot::Removing(lease)) = slots.remove(&stack) {
            self.give_back(&lease).await;
        }
        Ok(state)
    }
}
