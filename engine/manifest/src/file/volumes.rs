//! `service.volumes`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{Flag, Pairs, Words};

/// A volume that containers may mount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Volume")]
pub struct Volume {
    /// Its name, for the mount points' source_volume.
    #[schemars(length(min = 1, max = 255), example = &"data")]
    pub name: String,
    /// A path of the instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostVolume>,
    /// A Docker volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docker_volume_configuration: Option<DockerVolume>,
}

/// A path of the instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Host volume")]
pub struct HostVolume {
    /// The path on the instance. Default: Docker chooses one that does not outlive the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"/etc/{{environment}}/config")]
    pub source_path: Option<String>,
}

/// A Docker volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Docker volume")]
pub struct DockerVolume {
    /// Whether a shared volume is made where it does not exist. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoprovision: Option<Flag>,
    /// The volume driver. Default: local.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"local")]
    pub driver: Option<Words>,
    /// Options of the driver.
    pub driver_opts: Pairs,
    /// Labels of the volume.
    pub labels: Pairs,
    /// How long the volume lives. Default: task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// How long a Docker volume lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Beyond the task.
    Shared,
    /// As long as the task.
    Task,
}
