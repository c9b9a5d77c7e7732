//! Deleting a stack, in one act or, where others use what it owns, in two (S17): it is changed so
//! that the listener stays, and deleted once it is.

use std::collections::BTreeSet;

use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::types::{
    self, Capability, Parameter, ResourceStatus, StackResourceSummary, StackStatus, Tag,
};
use rollout::Stack;
use runner::{CallError, CallErrorKind, Called, Deployment};
use serde_json::Value;

use super::memory::Asked;
use super::shared::Shared;
use super::state::Status;
use super::{shared, standing, state};
use crate::aws::Aws;
use crate::clients::Clients;
use crate::error::{call_error, message};

/// The tag of a stack in the first act of its deletion; it holds the deployment's id.
pub(crate) const PARTING_TAG: &str = "EcsCrdParting";
/// What CloudFormation says to a request while another is under way, or when it was done already.
const NOT_NOW: [&str; 3] = [
    "_IN_PROGRESS state and can not be updated",
    "cannot be deleted while in status",
    "No updates are to be performed",
];

/// Asks for a stack's deletion; one that is absent or on its way out is fine. Returns what stays, a
/// sentence each: looked for again each time, since whoever asked before may not have lived to
/// tell.
pub(crate) async fn retire(
    aws: &Aws,
    deployment: &Deployment,
    stack: Stack,
) -> Called<Vec<String>> {
    let Some(found) = standing::of_deployment(aws, deployment, stack).await? else {
        if let Some(asked) = aws.memory().recall(deployment, stack) {
            aws.memory().keep(deployment, stack, Asked { retired: true, ..asked });
        }
        return Ok(Vec::new());
    };
    let stack_id = found.stack_id().or(found.stack_name()).unwrap_or_default().to_owned();
    let clients = aws.clients();
    let stays = match (is_on_its_way_out(&found), is_parting(&found)) {
        (false, _) => part_or_delete(clients, deployment, &found, &stack_id).await?,
        (true, true) => sentences(shared(clients, &stack_id).await?),
        (true, false) => Vec::new(),
    };
    aws.memory().keep(deployment, stack, Asked { stack_id, retired: true });
    Ok(stays)
}

fn is_parting(found: &types::Stack) -> bool {
    standing::tag(found, PARTING_TAG).is_some()
}

fn is_on_its_way_out(found: &types::Stack) -> bool {
    let status = found.stack_status().map(|it| state::status(it, is_parting(found)));
    matches!(status, Some(Status::Falling | Status::Parting | Status::Parted))
}

/// What stays, a sentence each.
async fn part_or_delete(
    clients: &Clients,
    deployment: &Deployment,
    found: &types::Stack,
    stack_id: &str,
) -> Called<Vec<String>> {
    let resources = resources(clients, stack_id).await?;
    if !shared::may_be_shared(&resources) {
        delete(clients, stack_id, &[]).await?;
        return Ok(Vec::new());
    }
    let template = template(clients, stack_id).await?;
    let shared = shared::listeners(clients, &resources, &template).await?;
    let ids: BTreeSet<String> = shared.iter().map(|it| it.logical_id.clone()).collect();
    let keeping = shared::keeping_certificates(&template);
    if ids.is_empty() && keeping.is_none() {
        delete(clients, stack_id, &[]).await?;
        return Ok(Vec::new());
    }
    if found.stack_status() == Some(&StackStatus::DeleteFailed) {
        // What its template keeps was passed over already.
        let left = |it: &&StackResourceSummary| {
            it.resource_status() != Some(&ResourceStatus::DeleteSkipped)
        };
        let left: BTreeSet<&str> =
            resources.iter().filter(left).filter_map(|it| it.logical_resource_id()).collect();
        let is_left = |id: &String| left.contains(id.as_str());
        delete(clients, stack_id, &Vec::from_iter(ids.into_iter().filter(is_left))).await?;
    } else {
        let service = &deployment.plan.service;
        let vacancy = stack::vacancy(&service.environment, &service.name);
        let changed = stack::retained(&keeping.unwrap_or(template), &ids, &vacancy);
        part(clients, deployment, found, &changed).await?;
    }
    Ok(sentences(shared))
}

/// The resources of a stack that are not deleted.
async fn resources(clients: &Clients, stack_id: &str) -> Called<Vec<StackResourceSummary>> {
    let mut resources = state::resources(clients, stack_id).await?;
    resources.retain(|it| it.resource_status() != Some(&ResourceStatus::DeleteComplete));
    Ok(resources)
}

/// The listeners of a stack in the first act that others use.
async fn shared(clients: &Clients, stack_id: &str) -> Called<Vec<Shared>> {
    let resources = resources(clients, stack_id).await?;
    shared::listeners(clients, &resources, &template(clients, stack_id).await?).await
}

fn sentences(shared: Vec<Shared>) -> Vec<String> {
    shared.into_iter().map(|it| it.sentence).collect()
}

/// Deletes a stack; of one that could not be deleted before, these resources may be left.
pub(crate) async fn delete(clients: &Clients, stack_id: &str, leave: &[String]) -> Called<()> {
    let leave = (!leave.is_empty()).then(|| leave.to_vec());
    let request = clients.cloudformation.delete_stack().stack_name(stack_id);
    let deleted = request.set_retain_resources(leave).send().await;
    let doing = format!("DeleteStack of {stack_id}");
    deleted.map(|_| ()).map_err(|error| not_now(&doing, error))
}

/// What is under way, by a request of ours whose reply was lost or by somebody else, is looked at
/// again.
fn not_now<E>(doing: &str, error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let is_under_way = NOT_NOW.iter().any(|it| message(&error).contains(it));
    let error = call_error(doing, error);
    if is_under_way { CallError::new(CallErrorKind::Retryable, error.message) } else { error }
}

async fn template(clients: &Clients, stack_id: &str) -> Called<Value> {
    let doing = format!("GetTemplate of {stack_id}");
    let answer = clients.cloudformation.get_template().stack_name(stack_id).send().await;
    let answer = answer.map_err(|error| call_error(&doing, error))?;
    serde_json::from_str(answer.template_body().unwrap_or_default()).map_err(|error| {
        let message = format!("{doing}: it is no JSON, so neither tool made it: {error}");
        CallError::new(CallErrorKind::Refused, message)
    })
}

/// The first act. The new tag makes it an update even where nothing but policies changes, which
/// CloudFormation would otherwise refuse.
async fn part(
    clients: &Clients,
    deployment: &Deployment,
    found: &types::Stack,
    template: &Value,
) -> Called<()> {
    let name = found.stack_name().unwrap_or_default();
    let as_before = found.parameters().iter().map(|parameter| {
        Parameter::builder()
            .set_parameter_key(parameter.parameter_key.clone())
            .use_previous_value(true)
            .build()
    });
    let parting = Tag::builder().key(PARTING_TAG).value(&deployment.id).build();
    let tags = found.tags().iter().filter(|tag| tag.key() != Some(PARTING_TAG)).cloned();
    let request = clients
        .cloudformation
        .update_stack()
        .stack_name(name)
        .template_body(template.to_string())
        .set_parameters(Some(as_before.collect()))
        .set_tags(Some(tags.chain([parting]).collect()))
        .capabilities(Capability::CapabilityNamedIam);
    let updated = request.send().await;
    updated.map(|_| ()).map_err(|error| not_now(&format!("UpdateStack of {name}"), error))
}
