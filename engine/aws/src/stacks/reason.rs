//! Why a stack could not be made or changed: its first failure that is no mere cancellation.

use aws_sdk_cloudformation::types::{ResourceStatus, StackEvent};
use runner::Called;

use crate::clients::Clients;
use crate::error::{call_error, lacking};

/// What CloudFormation says of resources it gave up because another had failed.
const CANCELLED: [&str; 2] = ["resource creation cancelled", "resource update cancelled"];

/// The reason a stack could not be made, if it could not.
pub(crate) async fn failure(clients: &Clients, stack_id: &str) -> Called<Option<String>> {
    Ok(first(&events(clients, stack_id).await?, &ResourceStatus::CreateFailed))
}

/// The reason its last update failed, if it did.
pub(crate) async fn of_update(clients: &Clients, stack_id: &str) -> Called<Option<String>> {
    let events = events(clients, stack_id).await?;
    Ok(first(of_last_update(&events), &ResourceStatus::UpdateFailed))
}

/// The events since the last update began.
fn of_last_update(events: &[StackEvent]) -> &[StackEvent] {
    let begins = |event: &StackEvent| {
        is_of_stack(event) && event.resource_status() == Some(&ResourceStatus::UpdateInProgress)
    };
    &events[..events.iter().position(begins).unwrap_or(events.len())]
}

/// The newest first.
async fn events(clients: &Clients, stack_id: &str) -> Called<Vec<StackEvent>> {
    let events = clients.cloudformation.describe_stack_events().stack_name(stack_id);
    let events = events.into_paginator().items().send().try_collect().await;
    events.map_err(|error| call_error(&format!("DescribeStackEvents of {stack_id}"), error))
}

/// Events come the newest first.
fn first(events: &[StackEvent], status: &ResourceStatus) -> Option<String> {
    let failed = |event: &&StackEvent| event.resource_status() == Some(status);
    let mut failures = events.iter().rev().filter(failed);
    let first = failures.clone().find(|event| !is_of_stack(event) && !is_cancelled(event));
    first.or_else(|| failures.next()).map(sentence)
}

fn is_of_stack(event: &StackEvent) -> bool {
    event.physical_resource_id() == event.stack_id()
}

fn is_cancelled(event: &StackEvent) -> bool {
    let reason = event.resource_status_reason().unwrap_or_default().to_ascii_lowercase();
    CANCELLED.iter().any(|cancelled| reason.starts_with(cancelled))
}

fn sentence(event: &StackEvent) -> String {
    let kind = event.resource_type().unwrap_or("resource");
    let name = event.logical_resource_id().unwrap_or("?");
    let reason = event.resource_status_reason().unwrap_or("no reason was given");
    format!("{name} ({kind}): {reason}{}", lacking(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, status: ResourceStatus, reason: &str) -> StackEvent {
        StackEvent::builder()
            .stack_id("arn:stack")
            .stack_name("stage-webapi-2")
            .physical_resource_id(if id == "stage-webapi-2" { "arn:stack" } else { id })
            .logical_resource_id(id)
            .resource_type("AWS::ECS::Service")
            .resource_status(status)
            .resource_status_reason(reason)
            .build()
    }

    #[test]
    fn a_permission_that_a_handler_lacks_is_named() {
        let said = "Resource handler returned message: \"User: arn:aws:iam::1:user/ann is not \
                    authorized to perform: ecs:CreateService on resource: arn:aws:ecs:x because no \
                    identity-based policy allows it\" (HandlerErrorCode: AccessDenied)";
        let sentence = sentence(&event("Service", ResourceStatus::CreateFailed, said));
        assert!(sentence.contains("; allow ecs:CreateService on arn:aws:ecs:x"), "{sentence}");
    }

    #[test]
    fn the_earliest_failure_that_is_no_cancellation_is_the_reason() {
        let newest_first = [
            event("stage-webapi-2", ResourceStatus::CreateFailed, "the following resources failed"),
            event("TaskRole", ResourceStatus::CreateFailed, "Resource creation cancelled"),
            event("Service", ResourceStatus::CreateFailed, "a later failure"),
            event("TargetGroupWeb80", ResourceStatus::CreateFailed, "name in use"),
            event("Listener80", ResourceStatus::CreateFailed, "Resource creation cancelled"),
            event("Service", ResourceStatus::CreateInProgress, ""),
        ];
        let wanted = "TargetGroupWeb80 (AWS::ECS::Service): name in use";
        assert_eq!(first(&newest_first, &ResourceStatus::CreateFailed).as_deref(), Some(wanted));
    }

    #[test]
    fn an_update_has_not_failed_for_what_failed_in_the_one_before() {
        let newest_first = [
            event("Listener8080", ResourceStatus::UpdateFailed, "Resource update cancelled"),
            event("Listener80", ResourceStatus::UpdateFailed, "now"),
            event("stage-webapi-2", ResourceStatus::UpdateInProgress, "User Initiated"),
            event("Listener80", ResourceStatus::UpdateFailed, "before"),
            event("stage-webapi-2", ResourceStatus::UpdateInProgress, "User Initiated"),
        ];
        let why = |events| first(of_last_update(events), &ResourceStatus::UpdateFailed);
        assert!(why(&newest_first).unwrap().ends_with(": now"));
        assert_eq!(why(&newest_first[2..]), None);
    }

    #[test]
    fn a_stack_that_failed_by_itself_says_so_and_one_that_did_not_has_no_reason() {
        let first = |events: &[StackEvent]| first(events, &ResourceStatus::CreateFailed);
        let own = event("stage-webapi-2", ResourceStatus::CreateFailed, "no permission");
        assert!(first(&[own]).unwrap().ends_with("no permission"));
        assert_eq!(first(&[event("Service", ResourceStatus::CreateComplete, "")]), None);
        assert_eq!(first(&[]), None);
    }
}
