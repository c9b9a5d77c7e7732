//! The ECS service.

use manifest::file::{PlacementConstraint, PlacementStrategy, SchedulingStrategy};
use serde_json::{Value, json};

use super::network;
use crate::json::{Properties, after, joined, reference};
use crate::logical::Group;
use crate::release::Release;

/// The service, without a task at first. ECS refuses a target group that no balancer knows, so it
/// is made after the listeners and rules.
pub(crate) fn service(release: &Release<'_>, groups: &[Group<'_>], known: &[String]) -> Value {
    let it = &release.file.service;
    let balancers: Vec<Value> = groups.iter().map(balancer).collect();
    let constraints: Vec<Value> = it.placement_constraints.iter().map(constraint).collect();
    let strategies: Vec<Value> = it.placement_strategies.iter().map(strategy).collect();
    let network = it.network.as_ref().filter(|_| it.needs_network());
    // A daemon's tasks are as many as there are instances.
    let is_counted = it.scheduling_strategy == SchedulingStrategy::Replica;
    let resource = Properties::new()
        .with("ServiceName", joined("-", &[reference("ServiceName"), reference("CanaryRelease")]))
        .with("Cluster", reference("Cluster"))
        .with("TaskDefinition", reference("TaskDefinition"))
        .with("LaunchType", network::launch_type(it))
        .maybe("PlatformVersion", it.platform_version.as_ref())
        .with("SchedulingStrategy", it.scheduling_strategy)
        .maybe("DesiredCount", is_counted.then_some(0))
        .maybe("NetworkConfiguration", network.map(network::configuration))
        .list("PlacementConstraints", &constraints)
        .list("PlacementStrategies", &strategies)
        .with("LoadBalancers", balancers)
        .into_resource("AWS::ECS::Service");
    after(resource, known)
}

fn balancer(group: &Group<'_>) -> Value {
    json!({
        "ContainerName": group.container.name,
        "ContainerPort": group.mapping.container_port,
        "TargetGroupArn": reference(&group.target_group_id()),
    })
}

fn constraint(it: &PlacementConstraint) -> Value {
    Properties::new()
        .with("Type", it.r#type)
        .maybe("Expression", it.expression.as_ref())
        .into_value()
}

fn strategy(it: &PlacementStrategy) -> Value {
    Properties::new().with("Type", it.r#type).maybe("Field", it.field.as_ref()).into_value()
}
