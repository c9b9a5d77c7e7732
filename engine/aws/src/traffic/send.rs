//! Sending a change batch, and asking whether a change is in effect.

use aws_sdk_route53::Client;
use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError;
use aws_sdk_route53::types::{Change, ChangeStatus};
use runner::Called;

use super::batch::batch;
use super::sent::Sent;
use crate::discovery::zones::Zone;
use crate::error::{call_error, code};

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It was taken: the id of the change.
    Taken(String),
    /// The records are not what they were when they were read; nothing was changed.
    Stale,
}

/// Sends a batch to its zone. `InvalidChangeBatch` says that a DELETE did not match or a CREATE
/// met a record (API reference, "ChangeResourceRecordSets", errors): the records have changed.
///
/// # Errors
/// Route 53 did not take it for another reason.
pub(super) async fn send(
    dns: &Client,
    zone: &Zone,
    comment: &str,
    changes: Vec<Change>,
) -> Called<Reply> {
    let batch = batch(comment, changes)?;
    let request = dns.change_resource_record_sets().hosted_zone_id(&zone.id).change_batch(batch);
    match request.send().await {
        Ok(answer) => {
            let id = answer.change_info().map(|info| info.id()).unwrap_or_default();
            Ok(Reply::Taken(id.trim_start_matches("/change/").to_owned()))
        }
        Err(error) if code(&error) == "InvalidChangeBatch" => {
            let why = error.as_service_error().map(refusals).unwrap_or_default();
            tracing::warn!(zone = zone.name, why, "a batch was refused: reading again");
            Ok(Reply::Stale)
        }
        Err(error) => Err(call_error(&format!("{comment}, in zone {}", zone.name), error)),
    }
}

/// The sentences of a refused batch.
fn refusals(error: &ChangeResourceRecordSetsError) -> String {
    match error {
        ChangeResourceRecordSetsError::InvalidChangeBatch(batch) => batch.messages().join("; "),
        other => other.to_string(),
    }
}

/// The first of these changes that is not in effect yet. It ends the asking: one `GetChange` a
/// reading is enough, beside those that have just taken effect.
///
/// # Errors
/// When Route 53 does not answer.
pub(super) async fn first_pending<'a>(
    dns: &Client,
    sent: &Sent,
    changes: &'a [String],
) -> Called<Option<&'a String>> {
    for change in changes.iter().filter(|change| !sent.is_in_effect(change)) {
        if !is_in_sync(dns, change).await? {
            return Ok(Some(change));
        }
        sent.took_effect(change);
    }
    Ok(None)
}

/// Whether a change is on all name servers (API reference, "GetChange": `INSYNC`). One that Route
/// 53 has forgotten is older than any it keeps.
///
/// # Errors
/// When Route 53 does not answer.
async fn is_in_sync(dns: &Client, change: &str) -> Called<bool> {
    match dns.get_change().id(change).send().await {
        Ok(answer) => {
            let status = answer.change_info().map(|info| info.status().clone());
            Ok(status == Some(ChangeStatus::Insync))
        }
        Err(error) if code(&error) == "NoSuchChange" => Ok(true),
        Err(error) => Err(call_error(&format!("GetChange of {change}"), error)),
    }
}
