//! Making a stack.
//!
//! Rule priorities and ports are free when they are looked up and may be taken when the stack is
//! made: two services behind one balancer, deployed at once, can both find port 80 free (S17). A
//! lease named `lease_name(balancer)` beside the service's own closes that gap: whoever drives
//! takes it from the ledger before `Aws::survey` and gives it back when the stack stands. Whoever
//! removes a stack holds it as well, until the stack is gone. Where that lease is lost,
//! CloudFormation's refusal (`PriorityInUse`, `DuplicateListener`) fails the creation
//! cleanly.

use aws_sdk_cloudformation::types::{Capability, OnFailure, Parameter, StackStatus, Tag};
use rollout::{Side, Stack};
use runner::{CallError, CallErrorKind, Called, Deployment};
use stack::{DEPLOYMENT_TAG, Rendered};

use super::memory::Asked;
use super::standing;
use crate::aws::Aws;
use crate::discovery::needs_secrets;
use crate::error::{call_error, code};

/// Refusals of CreateStack that say a stack of the name, or of the token, is there already.
const STANDS: [&str; 2] = ["AlreadyExistsException", "TokenAlreadyExistsException"];

/// The lease under which ports and rule priorities of a balancer are taken and left.
#[must_use]
pub fn lease_name(balancer_arn: &str) -> String {
    format!("balancer {balancer_arn}")
}

impl Aws {
    /// The name of the lease under which this stack is made and removed; none where it stands
    /// behind no balancer.
    ///
    /// # Errors
    /// When AWS does not answer.
    pub async fn balancer_lease(
        &self,
        deployment: &Deployment,
        stack: Stack,
    ) -> Called<Option<String>> {
        let side = match stack {
            Stack::Init => return Ok(None),
            Stack::Green => Side::Green,
            Stack::Blue => Side::Blue,
        };
        let scene = self.scene(deployment).await?;
        Ok(scene.balancer(side).ok().map(|balancer| lease_name(&balancer.arn)))
    }

    /// Whether the secrets at hand are enough to go on with a deployment: they have to be there, and
    /// be the ones it began with, if its stack is still to be made. Writes nothing.
    ///
    /// # Errors
    /// A sentence that says what is needed.
    pub async fn check_secrets(&self, deployment: &Deployment) -> Called<()> {
        if !needs_secrets(deployment) || adopted(self, deployment, Stack::Green).await? {
            return Ok(());
        }
        self.rendered(deployment, Stack::Green).await.map(|_| ())
    }
}

/// Asks for a stack; one that stands is adopted if it is this deployment's own.
pub(crate) async fn provision(aws: &Aws, deployment: &Deployment, stack: Stack) -> Called<()> {
    if stack == Stack::Blue {
        let message = "CreateStack: a deployment makes no stack for the old release";
        return Err(CallError::new(CallErrorKind::Refused, message));
    }
    if adopted(aws, deployment, stack).await? {
        return Ok(());
    }
    let rendered = aws.rendered(deployment, stack).await?;
    match request(aws, &rendered).await? {
        Some(stack_id) => {
            let asked = Asked { stack_id, ..Asked::default() };
            aws.memory().keep(deployment, stack, asked);
            Ok(())
        }
        // Made by an earlier try whose reply was lost, or by somebody else just now.
        None => match adopted(aws, deployment, stack).await? {
            true => Ok(()),
            false => Err(CallError::new(
                CallErrorKind::Retryable,
                format!("CreateStack of {}: it is there and cannot be seen", rendered.stack_name),
            )),
        },
    }
}

/// Whether it stands already, made by this deployment.
///
/// # Errors
/// `Refused` when somebody else made it.
async fn adopted(aws: &Aws, deployment: &Deployment, stack: Stack) -> Called<bool> {
    let service = &deployment.plan.service;
    let name = super::names::candidates(service, stack, standing::label(deployment, stack));
    let Some(name) = name.first() else { return Ok(false) };
    let Some(found) = standing::describe(aws.clients(), name).await? else { return Ok(false) };
    let status = found.stack_status();
    let maker = standing::tag(&found, DEPLOYMENT_TAG);
    if maker != Some(deployment.id.as_str()) {
        let kind = match status {
            Some(StackStatus::DeleteInProgress) => CallErrorKind::Retryable,
            _ => CallErrorKind::Refused,
        };
        return Err(CallError::new(kind, somebody_elses(name, maker, status)));
    }
    let stack_id = found.stack_id().unwrap_or(name).to_owned();
    aws.memory().keep(deployment, stack, Asked { stack_id, ..Asked::default() });
    Ok(true)
}

/// What is to be said of a stack in the way.
pub(crate) fn somebody_elses(
    name: &str,
    maker: Option<&str>,
    status: Option<&StackStatus>,
) -> String {
    let maker = maker.map_or("another tool".to_owned(), |id| format!("deployment {id}"));
    let status = status.map_or("unknown", StackStatus::as_str);
    format!(
        "looked for no stack {name} or this deployment's own; found one made by {maker}, in state \
         {status}: if it serves nothing, `aws cloudformation delete-stack --stack-name {name}`"
    )
}

/// The new stack's id; none if there is one of the name already.
async fn request(aws: &Aws, rendered: &Rendered) -> Called<Option<String>> {
    let tags = rendered.tags.iter();
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build());
    let secrets = rendered.secrets.iter().map(|secret| {
        Parameter::builder()
            .parameter_key(&secret.name)
            .parameter_value(secret.value.reveal())
            .build()
    });
    let request = aws
        .clients()
        .cloudformation
        .create_stack()
        .stack_name(&rendered.stack_name)
        .template_body(rendered.body())
        .set_parameters(Some(secrets.collect()))
        .set_tags(Some(tags.collect()))
        .capabilities(Capability::CapabilityNamedIam)
        .on_failure(OnFailure::Delete)
        .client_request_token(&rendered.client_token);
    match request.send().await {
        Err(error) if STANDS.contains(&code(&error)) => Ok(None),
        answer => {
            let doing = format!("CreateStack of {}", rendered.stack_name);
            let answer = answer.map_err(|error| call_error(&doing, error))?;
            Ok(Some(answer.stack_id.unwrap_or_else(|| rendered.stack_name.clone())))
        }
    }
}
