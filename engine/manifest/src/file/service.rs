//! `service`: the ECS service.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{AutoScaling, Container, IamRoles, PlacementConstraint, PlacementStrategy, Volume};
use crate::values::{Flag, Whole, Words};

/// The ECS service and its task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Service")]
pub struct Service {
    /// The project the service belongs to; {{project}} elsewhere.
    #[schemars(length(min = 1), example = &"demo")]
    pub project: String,
    /// The service's name; {{name}} elsewhere.
    #[schemars(length(min = 1), example = &"webapi")]
    pub name: String,
    /// The version to deploy; {{version}} elsewhere. Quote it where it looks like a number.
    #[serde(default = "Service::default_version")]
    #[schemars(example = &"1.4.2")]
    pub version: Words,
    /// The DNS names of the service, one or a list; {{fqdn}} and {{fqdn[N]}} elsewhere.
    pub fqdn: Names,
    /// The name of the ECS cluster.
    #[serde(default = "Service::default_cluster")]
    #[schemars(length(min = 1))]
    pub cluster: String,
    /// The containers of the task.
    #[schemars(length(min = 1))]
    pub containers: Vec<Container>,
    /// How ECS places tasks: a number of them, or one on every instance.
    #[serde(default)]
    pub scheduling_strategy: SchedulingStrategy,
    /// The Fargate platform version. Default: the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"1.4.0")]
    pub platform_version: Option<Words>,
    /// Rules for where tasks may be placed.
    #[serde(default)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// Preferences for where tasks are placed.
    #[serde(default)]
    pub placement_strategies: Vec<PlacementStrategy>,
    /// CPU units of the whole task, 1024 for one vCPU. Required on Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 256)]
    pub cpu: Option<Whole<1, 262_144>>,
    /// Memory of the whole task, in MiB. Required on Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 512)]
    pub memory: Option<Whole<4, 2_097_152>>,
    /// The network mode of the task. Default: ECS chooses bridge on EC2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<NetworkMode>,
    /// Subnets and security groups of the tasks, for the network mode awsvpc and for Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// Whose inter-process communication namespace the containers share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipc_mode: Option<IpcMode>,
    /// Whose process namespace the containers share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid_mode: Option<PidMode>,
    /// Launch types the task must be fit for. Default: EC2.
    #[serde(default)]
    #[schemars(example = json!(["FARGATE"]))]
    pub requires_compatibilities: Vec<Compatibility>,
    /// Policies of the roles the task is started with and runs with.
    #[serde(default)]
    pub iam_roles: IamRoles,
    /// How the number of tasks follows the load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_scaling: Option<AutoScaling>,
    /// Volumes that containers may mount.
    #[serde(default)]
    pub volumes: Vec<Volume>,
}

impl Service {
    fn default_version() -> Words {
        Words::from("latest")
    }

    pub(crate) fn default_cluster() -> String {
        "{{environment}}-ecs-cluster".to_owned()
    }

    /// Whether tasks have network interfaces of their own, so that subnets must be known.
    #[must_use]
    pub fn needs_network(&self) -> bool {
        self.network_mode == Some(NetworkMode::Awsvpc)
            || self.requires_compatibilities.contains(&Compatibility::Fargate)
    }
}

/// One DNS name, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "DNS names", example = &"webapi.example.com")]
pub enum Names {
    /// One name.
    One(#[schemars(length(min = 1))] String),
    /// Several; the first is the service's own.
    Many(#[schemars(length(min = 1), inner(length(min = 1)))] Vec<String>),
}

impl Names {
    /// In the order of the file.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Many(names) => names,
        }
    }
}

/// How ECS schedules tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SchedulingStrategy {
    /// A number of tasks.
    #[default]
    Replica,
    /// One task on every instance.
    Daemon,
}

/// The network mode of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NetworkMode {
    /// An interface of its own for each task.
    Awsvpc,
    /// Docker's bridge on the instance.
    Bridge,
    /// The instance's own network.
    Host,
    /// None.
    None,
}

/// Where tasks with interfaces of their own are attached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Network")]
pub struct Network {
    /// The ids of the subnets.
    #[schemars(
        length(min = 1, max = 16),
        inner(length(min = 1)),
        example = json!(["subnet-0a1b2c3d4e5f60718"])
    )]
    pub subnets: Vec<String>,
    /// The ids of the security groups. Default: the VPC's own.
    #[serde(default)]
    #[schemars(length(max = 5), inner(length(min = 1)), example = json!(["sg-0a1b2c3d4e5f60718"]))]
    pub security_groups: Vec<String>,
    /// Whether tasks get a public address. Needed to pull images from a subnet without NAT.
    #[serde(default)]
    pub assign_public_ip: Flag,
}

/// Whose IPC namespace containers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IpcMode {
    /// The instance's.
    Host,
    /// Nobody's.
    None,
    /// One for the task.
    Task,
}

/// Whose process namespace containers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PidMode {
    /// The instance's.
    Host,
    /// One for the task.
    Task,
}

/// A launch type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Compatibility {
    /// Instances of the cluster.
    Ec2,
    /// Fargate.
    Fargate,
    /// Instances outside AWS.
    External,
}
