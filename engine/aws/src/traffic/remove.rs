//! Deleting the service's records by exact value, and making sure by listing.

use runner::{CallError, CallErrorKind, Called};

use super::batch::{self, MOST_NAMES};
use super::pair::Pair;
use super::read::{Name, at_names};
use super::send::send;

/// How often records are deleted and listed.
const TRIES: u32 = 3;

/// Deletes the pair's records at these names, zone by zone; records of anybody else stay.
///
/// # Errors
/// `Retryable` when some are there again each time; or Route 53 did not answer.
pub(super) async fn remove(
    dns: &aws_sdk_route53::Client,
    pair: &Pair,
    names: &[Name],
    comment: &str,
) -> Called<()> {
    for of_zone in names.chunk_by(|one, other| one.zone == other.zone) {
        for some in of_zone.chunks(MOST_NAMES) {
            remove_batch(dns, pair, some, comment).await?;
        }
    }
    Ok(())
}

async fn remove_batch(
    dns: &aws_sdk_route53::Client,
    pair: &Pair,
    names: &[Name],
    comment: &str,
) -> Called<()> {
    let Some(zone) = names.first().map(|name| &name.zone) else { return Ok(()) };
    for _ in 0..TRIES {
        let mut changes = Vec::new();
        for at in at_names(dns, names).await? {
            changes.extend(batch::removal(&at, pair)?);
        }
        if changes.is_empty() {
            return Ok(());
        }
        // Taken or refused, the next listing says what is left.
        send(dns, zone, comment, changes).await?;
    }
    let why = format!("{comment}: zone {} still lists records of the service", zone.name);
    Err(CallError::new(CallErrorKind::Retryable, why))
}
