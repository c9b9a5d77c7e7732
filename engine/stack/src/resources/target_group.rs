//! A target group: how the balancer reaches and checks a container port.

use serde_json::{Value, json};

use super::network;
use crate::json::{Properties, tag};
use crate::logical::Group;
use crate::names;
use crate::release::Release;

pub(crate) fn target_group(release: &Release<'_>, group: &Group<'_>) -> Value {
    let it = group.target_group;
    let container_port = group.mapping.container_port.get();
    let id = release.deployment_id;
    let name = names::target_group(id, &group.id, &group.container.name, container_port);
    let attributes: Vec<Value> =
        it.target_group_attributes.iter().map(|it| tag(&it.key, &it.value)).collect();
    let check = &it.health_check;
    Properties::new()
        .with("Name", name)
        .with("VpcId", &release.found.vpc_id)
        .maybe("TargetType", release.file.service.needs_network().then_some("ip"))
        .with("Port", it.port.and_then(|port| release.port(port)).unwrap_or(container_port))
        .with("Protocol", it.protocol)
        .with("HealthCheckEnabled", true)
        .with("HealthCheckPort", health_check_port(release, group))
        .with("HealthCheckPath", &check.path)
        .with("HealthCheckProtocol", check.protocol)
        .with("Matcher", json!({ "HttpCode": check.matcher }))
        .maybe("HealthCheckIntervalSeconds", check.interval_seconds)
        .maybe("HealthyThresholdCount", check.healthy_threshold_count)
        .maybe("UnhealthyThresholdCount", check.unhealthy_threshold_count)
        .list("TargetGroupAttributes", &attributes)
        .with("Tags", tags(release, group))
        .into_resource("AWS::ElasticLoadBalancingV2::TargetGroup")
}

/// The port the file asks for. On a port of the instance that ECS chooses there is none to ask for
/// but the one that takes the traffic, whatever the file says.
fn health_check_port(release: &Release<'_>, group: &Group<'_>) -> String {
    let is_chosen = !network::maps_no_ports(&release.file.service)
        && release.port(group.mapping.host_port).is_none();
    let asked = group.target_group.health_check.port.and_then(|port| release.port(port));
    match asked {
        Some(port) if !is_chosen => port.to_string(),
        _ => "traffic-port".to_owned(),
    }
}

fn tags(release: &Release<'_>, group: &Group<'_>) -> Vec<Value> {
    let [project, service, environment, version] = release.tags();
    let port = group.mapping.container_port.get().to_string();
    [environment, project, service, version]
        .into_iter()
        .chain([
            ("Container", group.container.name.clone()),
            ("ContainerPort", port),
            ("CanaryRelease", release.label().to_owned()),
        ])
        .map(|(key, value)| tag(key, value))
        .collect()
}
