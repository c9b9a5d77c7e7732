//! How a stack stands.

use aws_sdk_cloudformation::types::{self, ResourceStatus, StackResourceSummary, StackStatus};
use rollout::Stack;
use runner::{Called, Deployment, StackState};

use super::memory::Asked;
use super::{reason, remove, standing};
use crate::aws::Aws;
use crate::clients::Clients;
use crate::error::call_error;

/// What a status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Rising,
    Ready,
    /// Could not be made.
    Failed,
    /// Being changed so that something of it stays: the first act of its deletion (S17).
    Parting,
    /// Changed so: the second act can begin.
    Parted,
    /// Could not be changed so.
    Inseparable,
    Falling,
    Stuck,
    Gone,
}

pub(crate) fn status(status: &StackStatus, is_parting: bool) -> Status {
    use StackStatus as S;
    match status {
        S::CreateInProgress | S::ReviewInProgress | S::ImportInProgress => Status::Rising,
        S::CreateFailed | S::RollbackInProgress | S::RollbackComplete | S::RollbackFailed => {
            Status::Failed
        }
        S::DeleteInProgress => Status::Falling,
        S::DeleteFailed => Status::Stuck,
        S::DeleteComplete => Status::Gone,
        S::UpdateInProgress | S::UpdateCompleteCleanupInProgress if is_parting => Status::Parting,
        S::UpdateComplete if is_parting => Status::Parted,
        S::UpdateRollbackInProgress | S::UpdateRollbackCompleteCleanupInProgress if is_parting => {
            Status::Parting
        }
        S::UpdateFailed | S::UpdateRollbackFailed | S::UpdateRollbackComplete if is_parting => {
            Status::Inseparable
        }
        _ => Status::Ready,
    }
}

/// Reads it; a deletion in two acts is carried on.
pub(crate) async fn read(aws: &Aws, deployment: &Deployment, stack: Stack) -> Called<StackState> {
    let asked = aws.memory().recall(deployment, stack);
    let standing = match &asked {
        Some(asked) => standing::describe(aws.clients(), &asked.stack_id).await?,
        None => standing::of_deployment(aws, deployment, stack).await?,
    };
    let Some(standing) = standing else {
        // A deleted stack is still found by its id, so one just made is only not found yet.
        return Ok(match asked {
            Some(Asked { retired: false, .. }) => StackState::Rising,
            _ => StackState::Absent,
        });
    };
    let is_retired = asked.as_ref().is_some_and(|asked| asked.retired);
    let is_tagged = standing::tag(&standing, remove::PARTING_TAG).is_some();
    let is_parting = is_retired || is_tagged;
    let Some(found) = standing.stack_status() else { return Ok(StackState::Rising) };
    let id = standing.stack_id().or(standing.stack_name()).unwrap_or_default();
    match (status(found, is_parting), asked) {
        (Status::Rising, _) if !is_retired => rising(aws.clients(), id).await,
        (Status::Falling | Status::Stuck | Status::Gone, Some(Asked { retired: false, .. })) => {
            failed(aws.clients(), &standing, id).await
        }
        (Status::Failed, _) if !is_retired => failed(aws.clients(), &standing, id).await,
        // An update without our tag was somebody else's.
        (Status::Parted, _) if is_tagged => {
            remove::delete(aws.clients(), id, &[]).await?;
            Ok(StackState::Falling)
        }
        (Status::Inseparable, _) => {
            Ok(StackState::Stuck { left: inseparable(aws.clients(), &standing, id).await? })
        }
        (Status::Ready | Status::Parted, _) => Ok(StackState::Ready),
        (Status::Stuck, _) => Ok(StackState::Stuck { left: left(aws.clients(), id).await? }),
        (Status::Gone, _) => Ok(StackState::Absent),
        (Status::Rising | Status::Failed | Status::Falling | Status::Parting, _) => {
            Ok(StackState::Falling)
        }
    }
}

/// A creation that will fail has failed when its first resource has.
async fn rising(clients: &Clients, id: &str) -> Called<StackState> {
    Ok(match reason::failure(clients, id).await? {
        Some(reason) => StackState::Failed { reason },
        None => StackState::Rising,
    })
}

async fn failed(clients: &Clients, standing: &types::Stack, id: &str) -> Called<StackState> {
    let reason = reason::failure(clients, id).await?;
    let said = || standing.stack_status_reason().map(str::to_owned);
    let reason = reason.or_else(said).unwrap_or_else(|| "no reason was given".to_owned());
    Ok(StackState::Failed { reason })
}

async fn inseparable(clients: &Clients, standing: &types::Stack, id: &str) -> Called<Vec<String>> {
    let name = standing.stack_name().unwrap_or_default();
    let why = reason::of_update(clients, id).await?;
    let why = why.unwrap_or_else(|| "no reason was given".to_owned());
    Ok(vec![format!(
        "stack {name}: other services use its listener, and it could not be changed to leave it: \
         {why}"
    )])
}

/// What could not be deleted.
async fn left(clients: &Clients, id: &str) -> Called<Vec<String>> {
    let resources = resources(clients, id).await?;
    let failed =
        resources.iter().filter(|it| it.resource_status() == Some(&ResourceStatus::DeleteFailed));
    let left: Vec<String> = failed.map(named).collect();
    Ok(if left.is_empty() { vec![format!("stack {id}")] } else { left })
}

/// All resources of a stack.
pub(crate) async fn resources(clients: &Clients, id: &str) -> Called<Vec<StackResourceSummary>> {
    let resources = clients.cloudformation.list_stack_resources().stack_name(id);
    let resources = resources.into_paginator().items().send().try_collect().await;
    resources.map_err(|error| call_error(&format!("ListStackResources of {id}"), error))
}

fn named(resource: &StackResourceSummary) -> String {
    let kind = resource.resource_type().unwrap_or("resource");
    let name = resource.physical_resource_id().or(resource.logical_resource_id());
    let why = resource.resource_status_reason().unwrap_or("no reason was given");
    format!("{kind} {}: {why}", name.unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_one_of_ours() {
        let table = [
            ("CREATE_IN_PROGRESS", Status::Rising, Status::Rising),
            ("CREATE_COMPLETE", Status::Ready, Status::Ready),
            ("CREATE_FAILED", Status::Failed, Status::Failed),
            ("ROLLBACK_COMPLETE", Status::Failed, Status::Failed),
            ("DELETE_IN_PROGRESS", Status::Falling, Status::Falling),
            ("DELETE_FAILED", Status::Stuck, Status::Stuck),
            ("DELETE_COMPLETE", Status::Gone, Status::Gone),
            ("UPDATE_IN_PROGRESS", Status::Ready, Status::Parting),
            ("UPDATE_COMPLETE", Status::Ready, Status::Parted),
            ("UPDATE_ROLLBACK_COMPLETE", Status::Ready, Status::Inseparable),
            ("UPDATE_ROLLBACK_IN_PROGRESS", Status::Ready, Status::Parting),
        ];
        for (text, standing, parting) in table {
            assert_eq!(status(&StackStatus::from(text), false), standing, "{text}");
            assert_eq!(status(&StackStatus::from(text), true), parting, "{text}");
        }
    }
}
