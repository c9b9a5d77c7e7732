//! Stacks that stand, and whose they are.

use aws_sdk_cloudformation::types;
use rollout::{Service, Side, Stack};
use runner::{Called, Deployment};

use super::names;
use crate::aws::Aws;
use crate::clients::Clients;
use crate::error::{call_error, code, message};

/// By its name, or by its id even when it is gone; none if CloudFormation knows no such stack.
pub(crate) async fn describe(clients: &Clients, name: &str) -> Called<Option<types::Stack>> {
    let ask = asked(clients, name);
    match &clients.memo {
        Some(memo) => memo.stack(name, ask).await,
        None => ask.await,
    }
}

async fn asked(clients: &Clients, name: &str) -> Called<Option<types::Stack>> {
    let answer = clients.cloudformation.describe_stacks().stack_name(name).send().await;
    match answer {
        // "Stack with id NAME does not exist"; there is no code of its own for that.
        Err(error)
            if code(&error) == "ValidationError" && message(&error).contains("does not exist") =>
        {
            Ok(None)
        }
        answer => {
            let answer =
                answer.map_err(|error| call_error(&format!("DescribeStacks of {name}"), error))?;
            Ok(answer.stacks.unwrap_or_default().into_iter().next())
        }
    }
}

/// The service's stack behind a label, under either of its names.
pub(crate) async fn of_service(
    clients: &Clients,
    service: &Service,
    stack: Stack,
    label: &str,
) -> Called<Option<types::Stack>> {
    for name in names::candidates(service, stack, label) {
        let standing = describe(clients, &name).await?;
        let label = (stack != Stack::Init).then_some(label);
        if let Some(standing) = standing.filter(|it| belongs(it, service, label)) {
            return Ok(Some(standing));
        }
    }
    Ok(None)
}

/// A deployment's stack, as long as it stands.
pub(crate) async fn of_deployment(
    aws: &Aws,
    deployment: &Deployment,
    stack: Stack,
) -> Called<Option<types::Stack>> {
    let label = label(deployment, stack);
    of_service(aws.clients(), &deployment.plan.service, stack, label).await
}

/// The label of the balancer a stack stands behind; the init stack behind none.
pub(crate) fn label(deployment: &Deployment, stack: Stack) -> &str {
    let side = match stack {
        Stack::Init => return "",
        Stack::Green => Side::Green,
        Stack::Blue => Side::Blue,
    };
    let (green, labels) = (&deployment.ground.canary_label, &deployment.plan.labels);
    match (side, *green == labels.blue) {
        (Side::Green, _) => green,
        (Side::Blue, true) => &labels.green,
        (Side::Blue, false) => &labels.blue,
    }
}

/// Whether a stack of that name is this service's: names of either tool may collide, the tags and
/// the label that both give a stack do not.
pub(crate) fn belongs(standing: &types::Stack, service: &Service, label: Option<&str>) -> bool {
    let behind = parameter(standing, "CanaryRelease");
    tag(standing, "Service") == Some(&service.name)
        && tag(standing, "Environment") == Some(&service.environment)
        && label.is_none_or(|label| behind.is_none_or(|behind| behind == label))
}

/// The value of a parameter.
pub(crate) fn parameter<'a>(standing: &'a types::Stack, key: &str) -> Option<&'a str> {
    let parameters = standing.parameters().iter();
    parameters.filter(|it| it.parameter_key() == Some(key)).find_map(|it| it.parameter_value())
}

/// The value of a tag.
pub(crate) fn tag<'a>(standing: &'a types::Stack, key: &str) -> Option<&'a str> {
    let mut tags = standing.tags().iter();
    tags.find(|tag| tag.key() == Some(key)).and_then(types::Tag::value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(tags: &[(&str, &str)], label: &str) -> types::Stack {
        let tags =
            tags.iter().map(|(key, value)| types::Tag::builder().key(*key).value(*value).build());
        let label =
            types::Parameter::builder().parameter_key("CanaryRelease").parameter_value(label);
        types::Stack::builder().set_tags(Some(tags.collect())).parameters(label.build()).build()
    }

    fn service() -> Service {
        Service {
            project: "demo".into(),
            name: "webapi".into(),
            version: "2".into(),
            group: "private".into(),
            environment: "stage".into(),
            region: "eu-west-3".into(),
            cluster: "stage-ecs-cluster".into(),
        }
    }

    #[test]
    fn a_stack_is_the_services_by_its_tags_and_its_label_not_by_its_name() {
        let own = [("Service", "webapi"), ("Environment", "stage")];
        let belongs = |tags, label| belongs(&standing(tags, "blue"), &service(), label);
        assert!(belongs(&own, Some("blue")));
        assert!(!belongs(&own, Some("xxue")), "the predecessor's name of both is stage-webapi-ue");
        assert!(belongs(&own, None));
        assert!(!belongs(&[("Service", "web"), ("Environment", "stage")], None));
        assert!(!belongs(&[], None), "somebody's own stack");
    }
}
