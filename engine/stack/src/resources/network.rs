//! Where tasks run, and how they are reached: on instances, or each with an interface of its own.

use manifest::file::{Compatibility, Network, NetworkMode, Service};
use serde_json::{Value, json};

use crate::json::Properties;

pub(crate) fn launch_type(service: &Service) -> &'static str {
    if is_fargate(service) { "FARGATE" } else { "EC2" }
}

pub(crate) fn is_fargate(service: &Service) -> bool {
    service.requires_compatibilities.contains(&Compatibility::Fargate)
}

/// Whether a container's port is the task's port too: the network modes awsvpc and host have no
/// mapping of ports.
pub(crate) fn maps_no_ports(service: &Service) -> bool {
    service.needs_network() || service.network_mode == Some(NetworkMode::Host)
}

pub(crate) fn configuration(network: &Network) -> Value {
    let address = if network.assign_public_ip.0 { "ENABLED" } else { "DISABLED" };
    let awsvpc = Properties::new()
        .with("AssignPublicIp", address)
        .with("Subnets", &network.subnets)
        .list("SecurityGroups", &network.security_groups)
        .into_value();
    json!({ "AwsvpcConfiguration": awsvpc })
}
