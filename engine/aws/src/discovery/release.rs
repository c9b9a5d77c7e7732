//! The release that is live: what the registry says, and how it stands.

use aws_sdk_ecs::types::Service;
use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum;
use rollout::{Baseline, Plan};
use runner::Called;

use super::balancers;
use crate::aws::Aws;
use crate::clients::Clients;
use crate::error::{call_error, code};
use crate::registry::{Item, item};
use crate::scene::{Scene, missing};

/// Refusals that mean that the service is not there.
const GONE: [&str; 2] = ["ClusterNotFoundException", "ServiceNotFoundException"];

/// The live release, if the registry knows one whose balancer is there.
pub(crate) async fn live(aws: &Aws, plan: &Plan, scene: &Scene) -> Called<Option<Baseline>> {
    let Some(item) = item(aws.clients(), &plan.service).await? else {
        return Ok(None);
    };
    let Some(label) = scene.label_of(&item.balancer_arn) else {
        return dropped(aws.clients(), plan, &item).await;
    };
    let (tasks, targets_healthy) = counts(aws.clients(), plan, scene, label).await?;
    Ok(Some(Baseline {
        label: label.to_owned(),
        version: item.version,
        started_at: item.deployed_at,
        tasks,
        targets_healthy,
    }))
}

/// An item whose balancer is gone names nothing live; one whose balancer only has other tags does.
async fn dropped(clients: &Clients, plan: &Plan, item: &Item) -> Called<Option<Baseline>> {
    if !balancers::exists(clients, &item.balancer_arn).await? {
        return Ok(None);
    }
    Err(missing(format!(
        "looked for load balancers tagged CanaryGroup {} and CanaryRelease {} or {}; found that the \
         registry names release {} as the live one, on {}: `canary` of the file does not fit this \
         service",
        plan.service.group, plan.labels.blue, plan.labels.green, item.label, item.balancer_arn
    )))
}

/// Tasks asked for, and healthy targets, of the release behind a label.
async fn counts(clients: &Clients, plan: &Plan, scene: &Scene, label: &str) -> Called<(u32, u32)> {
    let name = scene.service_name_of(label);
    let Some(service) = service(clients, &plan.service.cluster, &name).await? else {
        return Ok((0, 0));
    };
    let mut healthy = 0;
    for balancer in service.load_balancers() {
        healthy +=
            healthy_targets(clients, balancer.target_group_arn().unwrap_or_default()).await?;
    }
    Ok((u32::try_from(service.desired_count()).unwrap_or_default(), healthy))
}

async fn service(clients: &Clients, cluster: &str, name: &str) -> Called<Option<Service>> {
    let answer = clients.ecs.describe_services().cluster(cluster).services(name).send().await;
    let answer = match answer {
        Err(error) if GONE.contains(&code(&error)) => return Ok(None),
        answer => {
            answer.map_err(|error| call_error(&format!("DescribeServices of {name}"), error))?
        }
    };
    let mut services = answer.services.unwrap_or_default().into_iter();
    Ok(services.find(|service| service.status() == Some("ACTIVE")))
}

async fn healthy_targets(clients: &Clients, target_group_arn: &str) -> Called<u32> {
    let answer =
        clients.elb.describe_target_health().target_group_arn(target_group_arn).send().await;
    let answer = match answer {
        Err(error) if code(&error) == "TargetGroupNotFound" => return Ok(0),
        answer => answer.map_err(|error| {
            call_error(&format!("DescribeTargetHealth of {target_group_arn}"), error)
        })?,
    };
    let states = answer.target_health_descriptions().iter().filter_map(|it| it.target_health());
    let healthy = states.filter(|it| it.state() == Some(&TargetHealthStateEnum::Healthy)).count();
    Ok(u32::try_from(healthy).unwrap_or(u32::MAX))
}
