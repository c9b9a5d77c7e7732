//! Records for names that have none.

use rollout::Split;
use runner::{CallError, CallErrorKind, Called};

use super::at_name::AtName;
use super::batch::{self, MOST_NAMES};
use super::pair::Pair;
use super::read::{Name, at_names};
use super::send::{Reply, send};
use super::sent::Sent;

/// How often the records of a zone are read again after a refused batch.
const TRIES: u32 = 3;

/// Makes a pair at blue 100 for each name without records, zone by zone.
///
/// # Errors
/// `Refused` when something else stands at a name; or Route 53 did not answer.
pub(super) async fn ensure(
    dns: &aws_sdk_route53::Client,
    pair: &Pair,
    sent: &Sent,
    names: &[Name],
    comment: &str,
) -> Called<()> {
    for of_zone in names.chunk_by(|one, other| one.zone == other.zone) {
        for some in of_zone.chunks(MOST_NAMES) {
            ensure_batch(dns, pair, sent, some, comment).await?;
        }
    }
    Ok(())
}

async fn ensure_batch(
    dns: &aws_sdk_route53::Client,
    pair: &Pair,
    sent: &Sent,
    names: &[Name],
    comment: &str,
) -> Called<()> {
    let Some(zone) = names.first().map(|name| &name.zone) else { return Ok(()) };
    for _ in 0..TRIES {
        let found = at_names(dns, names).await?;
        let bare = without_records(&found, pair)?;
        if bare.is_empty() {
            return Ok(());
        }
        let mut changes = Vec::new();
        for at in &bare {
            changes.extend(batch::swap(at, pair, Split::ALL_BLUE)?);
        }
        if let Reply::Taken(change) = send(dns, zone, comment, changes).await? {
            sent.taken(bare.iter().map(|at| at.name.as_str()), Split::ALL_BLUE, &change);
            return Ok(());
        }
    }
    let why = format!("{comment}: zone {} is being changed by somebody else", zone.name);
    Err(CallError::new(CallErrorKind::Retryable, why))
}

/// The names that have nothing; the pair is fine at any weights, anything else is not ours.
fn without_records<'a>(found: &'a [AtName], pair: &Pair) -> Called<Vec<&'a AtName>> {
    let foreign = found.iter().find(|at| !at.is_empty() && at.pair(pair).is_none());
    if let Some(at) = foreign {
        let why = format!(
            "looked for no record or the weighted pair {} and {} at {}; found {}",
            pair.blue.label,
            pair.green.label,
            at.name,
            at.told(pair)
        );
        return Err(CallError::new(CallErrorKind::Refused, why));
    }
    Ok(found.iter().filter(|at| at.is_empty()).collect())
}
