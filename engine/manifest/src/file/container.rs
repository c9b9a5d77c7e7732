//! `service.containers`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::LogConfiguration;
use crate::values::{ContainerPort, Flag, Pairs, Port, Seconds, Whole};

/// A container of the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Container")]
pub struct Container {
    /// The container's name.
    #[serde(default = "default_container")]
    #[schemars(
        regex(pattern = "^[A-Za-z0-9_-]{1,255}$"),
        extend("patternErrorMessage" = "Expected 1 to 255 letters, digits, dashes or underscores.")
    )]
    pub name: String,
    /// The image. One in this account's ECR must exist before the deployment begins.
    #[serde(default = "Container::default_image")]
    #[schemars(length(min = 1), example = &"nginx:1.25")]
    pub image: String,
    /// CPU units, 1024 for one vCPU.
    #[serde(default = "Container::default_cpu")]
    pub cpu: Whole<0, 262_144>,
    /// The most memory, in MiB; a container that needs more is killed.
    #[serde(default = "Container::default_memory")]
    pub memory: Whole<4, 2_097_152>,
    /// Memory that is set aside, in MiB; the container may use more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 128)]
    pub memory_reservation: Option<Whole<4, 2_097_152>>,
    /// Ports of the container that the balancer or other services reach.
    #[serde(default)]
    pub port_mappings: Vec<PortMapping>,
    /// The entry point, in place of the image's.
    #[serde(default)]
    #[schemars(example = json!(["/bin/sh", "-c"]))]
    pub entry_point: Vec<String>,
    /// The command, in place of the image's.
    #[serde(default)]
    #[schemars(example = json!(["serve", "--port", "9000"]))]
    pub command: Vec<String>,
    /// Environment variables. AWS_ENVIRONMENT, AWS_REGION and AWS_ACCOUNT_ID are added.
    #[serde(default)]
    pub environment: Pairs,
    /// Environment variables whose values are secrets: name of the variable, id or ARN of the
    /// secret in Secrets Manager.
    #[serde(default)]
    pub secrets: Pairs,
    /// DNS servers of the container. Not with the network mode awsvpc.
    #[serde(default)]
    #[schemars(example = json!(["10.0.0.2"]))]
    pub dns_servers: Vec<String>,
    /// Domains in which names are looked up. Not with the network mode awsvpc.
    #[serde(default)]
    #[schemars(example = json!(["svc.local"]))]
    pub dns_search_domains: Vec<String>,
    /// Whether the container has no network at all.
    #[serde(default)]
    pub disable_networking: Flag,
    /// Labels for SELinux and AppArmor.
    #[serde(default)]
    #[schemars(example = json!(["no-new-privileges"]))]
    pub docker_security_options: Vec<String>,
    /// Whether the task ends when this container does.
    #[serde(default = "Container::default_essential")]
    pub essential: Flag,
    /// Containers that can be reached by name. Only with the network mode bridge.
    #[serde(default)]
    #[schemars(example = json!(["redis"]))]
    pub links: Vec<String>,
    /// Whether the container has the powers of root on the instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privileged: Option<Flag>,
    /// Volumes and where they are mounted.
    #[serde(default)]
    pub mount_points: Vec<MountPoint>,
    /// The host name inside the container. Not with the network mode awsvpc.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"app")]
    pub hostname: Option<String>,
    /// Where the container's output goes. Default: awslogs, to the service's own log group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_configuration: Option<LogConfiguration>,
    /// Seconds that containers which depend on this one wait for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 60)]
    pub start_timeout: Option<Seconds<1, 86_400>>,
    /// Seconds between the request to stop and the kill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 30)]
    pub stop_timeout: Option<Seconds<1, 86_400>>,
    /// Containers that must have reached a condition before this one starts.
    #[serde(default)]
    pub depends_on: Vec<Dependency>,
    /// A command by which ECS finds out whether the container is healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// Has no effect: the names of the service belong in service.fqdn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("deprecated" = true))]
    pub fqdn: Option<super::Names>,
}

/// The name of a container, where none is given.
pub(super) fn default_container() -> String {
    "default".to_owned()
}

impl Container {
    pub(crate) fn default_image() -> String {
        "{{account_id}}.dkr.ecr.{{region}}.amazonaws.com/{{name}}:{{version}}".to_owned()
    }

    fn default_cpu() -> Whole<0, 262_144> {
        Whole::new(128)
    }

    fn default_memory() -> Whole<4, 2_097_152> {
        Whole::new(128)
    }

    fn default_essential() -> Flag {
        Flag(true)
    }
}

/// A port of a container and the port of the instance that leads to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Port mapping")]
pub struct PortMapping {
    /// The port inside the container.
    pub container_port: ContainerPort,
    /// The port of the instance: 0 for any free one, a number, or a number for each side.
    #[serde(default = "PortMapping::default_host_port")]
    #[schemars(example = 0, example = json!({ "blue": 8100, "green": 8102 }))]
    pub host_port: Port,
    /// The transport protocol.
    #[serde(default)]
    pub protocol: Transport,
}

impl PortMapping {
    fn default_host_port() -> Port {
        Port::Same(Whole::new(0))
    }
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

/// A volume and where it is mounted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Mount point")]
pub struct MountPoint {
    /// The path inside the container.
    #[schemars(length(min = 1), example = &"/data")]
    pub container_path: String,
    /// The name of a volume of the service.
    #[schemars(length(min = 1), example = &"data")]
    pub source_volume: String,
    /// Whether the container cannot write to it.
    #[serde(default)]
    pub read_only: Flag,
}

/// A container that must have come so far before this one starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Dependency")]
pub struct Dependency {
    /// The name of the other container.
    #[schemars(length(min = 1), example = &"redis")]
    pub container_name: String,
    /// How far it must have come.
    pub condition: DependencyCondition,
}

/// How far a container must have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum DependencyCondition {
    /// It was started.
    Start,
    /// It ended.
    Complete,
    /// It ended with exit code 0.
    Success,
    /// Its health check passed.
    Healthy,
}

/// A command by which ECS finds out whether a container is healthy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Container health check")]
pub struct HealthCheck {
    /// The command: CMD and its words, or CMD-SHELL and a line for the shell.
    #[schemars(length(min = 1), example = json!(["CMD-SHELL", "curl -f http://localhost/"]))]
    pub command: Vec<String>,
    /// Seconds between two checks. Default 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 30)]
    pub interval: Option<Seconds<5, 300>>,
    /// Failures in a row after which the container is unhealthy. Default 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 3)]
    pub retries: Option<Whole<1, 10>>,
    /// Seconds after the start in which failures do not count. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 10)]
    pub start_period: Option<Seconds<0, 300>>,
    /// Seconds after which a check has failed. Default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 5)]
    pub timeout: Option<Seconds<2, 60>>,
}
