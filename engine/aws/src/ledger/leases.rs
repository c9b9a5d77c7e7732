//! The lease: a record that lives as long as its beat rises.
//!
//! Nobody trusts another machine's clock: a lease may be taken by whoever has watched its record
//! unchanged, by their own monotonic clock, for as long as it lasts and one call longer. Its holder
//! stops being sure of it earlier, counting from before its last renewal was sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use runner::{Kept, Lease, Leases, LedgerError};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::conflict::{is_conflict, unhindered};
use super::fence::OURS;
use super::items::{self, Item};
use super::{DynamoLedger, Inner};
use crate::error;

/// The code of a condition that did not hold.
const REFUSED: &str = "ConditionalCheckFailedException";
/// Looks at another's record while it is watched.
const LOOKS: u32 = 8;

/// A lease this process holds.
#[derive(Debug)]
pub(crate) struct Held {
    epoch: u64,
    renewed_at: Instant,
    renewal: AbortHandle,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Another's lease as it was read.
struct Seen {
    epoch: u64,
    beat: u64,
    is_held: bool,
    holder: String,
    renewed_at_ms: u64,
    /// Of the call that took it.
    nonce: String,
}

#[async_trait]
impl Leases for DynamoLedger {
    /// Waits for as long as a lease lasts when its holder gives no sign of life.
    async fn acquire(&self, key: &str, holder: &str) -> Kept<Lease> {
        self.0.ensure_table().await?;
        let seen = self.0.seen(key).await?;
        if let Some(seen) = &seen
            && seen.is_held
        {
            self.0.watch(key, seen).await?;
        }
        let before = seen.as_ref().map(|seen| (seen.epoch, seen.beat));
        let epoch = before.map_or(1, |(epoch, _)| epoch + 1);
        let sent_at = Instant::now();
        self.0.take(key, holder, before, epoch).await?;
        let renewal = tokio::spawn(renew_for_ever(Arc::downgrade(&self.0), key.to_owned(), epoch));
        let held = Held { epoch, renewed_at: sent_at, renewal: renewal.abort_handle() };
        self.0.held().insert(key.to_owned(), held);
        Ok(Lease { key: key.to_owned(), epoch, holder: holder.to_owned() })
    }

    async fn renew(&self, lease: &Lease) -> Kept<()> {
        self.0.check_held(lease)?;
        // The renewal beats by itself; what is fresh need not be asked for again.
        let fresh = self
            .0
            .held()
            .get(&lease.key)
            .is_some_and(|held| held.renewed_at.elapsed() < self.0.times.renewed_every);
        if fresh { Ok(()) } else { self.0.promptly(self.0.beat(&lease.key, lease.epoch)).await }
    }

    fn surely_ours(&self, lease: &Lease, for_s: u32) -> bool {
        let until = Duration::from_secs(u64::from(for_s)) / self.0.times.speed;
        self.0.held().get(&lease.key).is_some_and(|held| {
            held.epoch == lease.epoch && held.renewed_at.elapsed() + until < self.0.times.lasts
        })
    }

    async fn release(&self, lease: &Lease) -> Kept<()> {
        if self.0.check_held(lease).is_err() {
            return Ok(());
        }
        self.0.held().remove(&lease.key);
        match self
            .0
            .update(&lease.key, lease.epoch, "SET is_held = :false, beat = beat + :one")
            .await
        {
            Err(LedgerError::Lost { .. }) => Ok(()),
            released => released,
        }
    }

    /// By the record's own time of renewal, which is good enough for people: taking a lease never
    /// relies on it.
    async fn holder(&self, key: &str) -> Kept<Option<String>> {
        let seen = self.0.seen(key).await?;
        let lasts = (self.0.times.lasts + self.0.times.call).as_millis();
        let living = |seen: &Seen| {
            let age = now_ms().saturating_sub(seen.renewed_at_ms);
            seen.is_held && u128::from(age) <= lasts
        };
        Ok(seen.filter(living).map(|seen| seen.holder))
    }
}

impl Inner {
    /// Whether this process holds the lease, as far as it knows.
    pub(super) fn check_held(&self, lease: &Lease) -> Kept<()> {
        match self.held().get(&lease.key) {
            Some(held) if held.epoch == lease.epoch => Ok(()),
            _ => Err(LedgerError::Lost { key: lease.key.clone() }),
        }
    }

    async fn seen(&self, key: &str) -> Kept<Option<Seen>> {
        let item = self.get("reading a lease", &items::lease(key)).await?;
        item.as_ref().map(seen).transpose()
    }

    /// Returns when the record has not changed for as long as a lease lasts; `Held` when it has.
    async fn watch(&self, key: &str, first: &Seen) -> Kept<()> {
        let lasts = self.times.lasts + self.times.call;
        for _ in 0..LOOKS {
            tokio::time::sleep(lasts / LOOKS).await;
            let now = self.seen(key).await?;
            let same = now.is_some_and(|now| (now.epoch, now.beat) == (first.epoch, first.beat));
            if !same {
                let holder = first.holder.clone();
                return Err(LedgerError::Held { key: key.to_owned(), holder });
            }
        }
        Ok(())
    }

    /// Writes ourselves down, where nobody else did since the record was read.
    async fn take(
        &self,
        key: &str,
        holder: &str,
        before: Option<(u64, u64)>,
        epoch: u64,
    ) -> Kept<()> {
        let mut item = items::lease(key).item();
        item.insert("epoch".to_owned(), items::number(epoch));
        item.insert("beat".to_owned(), items::number(0));
        item.insert("is_held".to_owned(), AttributeValue::Bool(true));
        item.insert("holder".to_owned(), items::text(holder));
        item.insert("renewed_at_ms".to_owned(), items::number(now_ms()));
        let nonce = nonce();
        item.insert("nonce".to_owned(), items::text(&nonce));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some((epoch, beat)) => put
                .condition_expression("epoch = :epoch AND beat = :beat")
                .expression_attribute_values(":epoch", items::number(epoch))
                .expression_attribute_values(":beat", items::number(beat)),
        };
        match unhindered(|| put.clone().send(), is_conflict).await {
            Ok(_) => Ok(()),
            Err(error) if error::code(&error) == REFUSED => {
                let seen = self.seen(key).await?;
                // The reply of the first try was lost, and the SDK's second met our own record.
                if seen.as_ref().is_some_and(|it| it.epoch == epoch && it.nonce == nonce) {
                    return Ok(());
                }
                let holder = seen.map_or_else(|| "somebody else".to_owned(), |seen| seen.holder);
                Err(LedgerError::Held { key: key.to_owned(), holder })
            }
            Err(error) => Err(self.unreachable("taking a lease", error)),
        }
    }

    /// Raises the beat of a lease that is ours.
    async fn beat(&self, key: &str, epoch: u64) -> Kept<()> {
        let sent_at = Instant::now();
        self.update(key, epoch, "SET beat = beat + :one, renewed_at_ms = :now").await?;
        if let Some(held) = self.held().get_mut(key).filter(|held| held.epoch == epoch) {
            held.renewed_at = sent_at;
        }
        Ok(())
    }

    async fn update(&self, key: &str, epoch: u64, expression: &str) -> Kept<()> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(items::lease(key).item()))
            .update_expression(expression)
            .condition_expression(OURS)
            .expression_attribute_values(":epoch", items::number(epoch))
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":one", items::number(1));
        // DynamoDB refuses values that no expression uses.
        if expression.contains(":now") {
            update = update.expression_attribute_values(":now", items::number(now_ms()));
        }
        if expression.contains(":false") {
            update = update.expression_attribute_values(":false", AttributeValue::Bool(false));
        }
        match unhindered(|| update.clone().send(), is_conflict).await {
            Ok(_) => Ok(()),
            Err(error) if error::code(&error) == REFUSED => {
                Err(LedgerError::Lost { key: key.to_owned() })
            }
            Err(error) => Err(self.unreachable("renewing a lease", error)),
        }
    }
}

/// Keeps a lease until it is given back, lost, or its process ends.
async fn renew_for_ever(ledger: Weak<Inner>, key: String, epoch: u64) {
    loop {
        let Some(every) = ledger.upgrade().map(|inner| inner.times.renewed_every) else { return };
        tokio::time::sleep(every).await;
        let Some(inner) = ledger.upgrade() else { return };
        match inner.beat(&key, epoch).await {
            Ok(()) => {}
            Err(LedgerError::Lost { .. }) => {
                // The next write says so.
                inner.held().remove(&key);
                return;
            }
            // The next beat may get through; meanwhile the driver is ever less sure of its lease.
            Err(error) => tracing::warn!(%error, "a lease could not be renewed"),
        }
    }
}

fn seen(item: &Item) -> Kept<Seen> {
    Ok(Seen {
        epoch: items::number_of(item, "epoch")?,
        beat: items::number_of(item, "beat")?,
        is_held: item.get("is_held").and_then(|value| value.as_bool().ok()).copied() == Some(true),
        holder: items::text_of(item, "holder")?.to_owned(),
        renewed_at_ms: items::number_of(item, "renewed_at_ms")?,
        nonce: items::optional(item, "nonce", items::text_of)?.unwrap_or_default().to_owned(),
    })
}

/// What no other call has: the process, the instant, and a number of its own.
fn nonce() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}-{number}", std::process::id(), now.as_nanos())
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
