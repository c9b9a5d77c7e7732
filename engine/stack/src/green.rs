//! The stack of a release: roles, task definition, target groups, listeners, service, scaling.

use serde_json::{Value, json};

use crate::conflicts::conflicts;
use crate::draft::Draft;
use crate::json::reference;
use crate::logical::groups;
use crate::names;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::rendered::Rendered;
use crate::resources::target_group::target_group;
use crate::resources::task_definition::task_definition;
use crate::resources::{listener, role, scaling, secrets, service};

/// The stack of a new release: on a stack that stands, it is not for updating.
///
/// # Errors
/// Everything that stands against it: what the account lacks, what somebody else has taken, what
/// ECS would refuse, and a template over `MOST_BYTES`.
pub fn green(release: &Release<'_>) -> Result<Rendered, Vec<Refusal>> {
    let mut draft = Draft::default();
    draft.refuse_all(conflicts(release));
    check_images(release, &mut draft);
    secrets::check(release, &mut draft);
    parameters(release, &mut draft);
    let groups = groups(release.file);
    let execution_role = role::execution_role(release, &mut draft);
    draft.resource("TaskExecutionRole", execution_role);
    let task_role = role::task_role(release, &mut draft);
    draft.resource("TaskDefinition", task_definition(release, task_role.is_some()));
    if let Some(role) = task_role {
        draft.resource("TaskRole", role);
    }
    for group in &groups {
        let id = group.target_group_id();
        draft.resource(&id, target_group(release, group));
        draft.output(&format!("{id}Arn"), &format!("The ARN of {id}"), reference(&id));
    }
    let known = listener::listeners(release, &groups, &mut draft);
    draft.resource("Service", service::service(release, &groups, &known));
    draft.output("ServiceArn", "The ARN of the ECS service", reference("Service"));
    scaling::scaling(release, &mut draft);
    let (environment, name) = (&release.parameters.environment, &release.file.service.name);
    let stack = names::release_stack(environment, name, release.label());
    draft.finish(release, rollout::Stack::Green, stack)
}

fn check_images(release: &Release<'_>, draft: &mut Draft) {
    for (index, container) in release.file.service.containers.iter().enumerate() {
        let image = &container.image;
        let wanted = crate::wanted::is_own_image(release.parameters, image);
        if wanted && !release.found.images.contains(image) {
            let at = format!("/service/containers/{index}/image");
            draft.refuse(at, format!("there is no image `{image}` in this account's registry"));
        }
    }
}

/// The parameters ecs-crd-cli 1.2.0 gives its stacks, each with its value as the default.
fn parameters(release: &Release<'_>, draft: &mut Draft) {
    let (service, found) = (&release.file.service, release.found);
    let of = release.parameters;
    draft.text("ProjectName", "Project name.", &service.project);
    draft.text("CanaryRelease", "The identifier of canary release.", release.label());
    draft.text("Cluster", "ARN of cluster used for deployment.", &found.cluster_arn);
    draft.text("ClusterName", "Name of cluster used for deployment.", &service.cluster);
    draft.text(
        "LoadBalancer",
        "The Amazon Resource Name (ARN) of the load balancer.",
        &found.green.arn,
    );
    draft.text("Region", "Amazon Web Services Region to deploy.", &of.region);
    draft.text("Environment", "Environment to deploy.", &of.environment);
    draft.parameter("ServiceName", never_empty("Service name.", &service.name));
    draft.parameter("Version", never_empty("Version of service.", service.version.as_str()));
}

fn never_empty(description: &str, default: &str) -> Value {
    json!({ "Type": "String", "Description": description, "MinLength": 1, "Default": default })
}
