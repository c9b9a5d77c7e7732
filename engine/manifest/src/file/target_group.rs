//! `target_groups`: how the balancer reaches and checks containers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container::default_container;
use super::listener::Protocol;
use crate::values::{ContainerPort, Port, Seconds, Whole, Words};

/// How the balancer reaches and checks one port of a container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Target group")]
pub struct TargetGroup {
    /// The container port it is for.
    pub container: ContainerRef,
    /// The port of the target group. Default: the container's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 8080)]
    pub port: Option<Port>,
    /// The protocol between balancer and container.
    #[serde(default)]
    pub protocol: Protocol,
    /// Attributes of the target group, as Elastic Load Balancing names them.
    #[serde(default)]
    pub target_group_attributes: Vec<TargetGroupAttribute>,
    /// How the balancer finds out whether a container is healthy.
    pub health_check: TargetHealthCheck,
}

/// A port of a container of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Container port")]
pub struct ContainerRef {
    /// The container's name.
    #[serde(default = "default_container")]
    #[schemars(length(min = 1))]
    pub name: String,
    /// The port inside the container.
    pub port: ContainerPort,
}

/// An attribute of a target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Target group attribute")]
pub struct TargetGroupAttribute {
    /// Its name.
    #[schemars(length(min = 1), example = &"deregistration_delay.timeout_seconds")]
    pub key: String,
    /// Its value.
    #[schemars(example = 30)]
    pub value: Words,
}

/// How the balancer finds out whether a container is healthy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Target health check")]
pub struct TargetHealthCheck {
    /// The port that is asked. Default: the one that takes the traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 8080)]
    pub port: Option<Port>,
    /// The path that is asked for.
    #[serde(default = "TargetHealthCheck::default_path")]
    #[schemars(length(min = 1), example = &"/health")]
    pub path: String,
    /// The protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// The HTTP status codes that mean healthy: one, several, or a range.
    #[serde(default = "TargetHealthCheck::default_matcher")]
    #[schemars(example = &"200-299", example = &"200,302")]
    pub matcher: Words,
    /// Seconds between two checks. Default 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 10)]
    pub interval_seconds: Option<Seconds<5, 300>>,
    /// Successes in a row after which a target is healthy. Default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 2)]
    pub healthy_threshold_count: Option<Whole<2, 10>>,
    /// Failures in a row after which a target is unhealthy. Default 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 3)]
    pub unhealthy_threshold_count: Option<Whole<2, 10>>,
}

impl TargetHealthCheck {
    fn default_path() -> String {
        "/".to_owned()
    }

    fn default_matcher() -> Words {
        Words::from("200")
    }
}
