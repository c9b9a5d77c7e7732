//! Volumes of a task, each under its own name.

use manifest::Pairs;
use manifest::file::{DockerVolume, HostVolume, Volume};
use serde_json::{Map, Value, json};

use crate::json::Properties;

pub(crate) fn volume(volume: &Volume) -> Value {
    Properties::new()
        .with("Name", &volume.name)
        .maybe("Host", volume.host.as_ref().map(host))
        .maybe(
            "DockerVolumeConfiguration",
            volume.docker_volume_configuration.as_ref().map(docker_volume),
        )
        .into_value()
}

fn host(host: &HostVolume) -> Value {
    Properties::new().maybe("SourcePath", host.source_path.as_ref()).into_value()
}

fn docker_volume(docker: &DockerVolume) -> Value {
    Properties::new()
        .maybe("Autoprovision", docker.autoprovision)
        .maybe("Driver", docker.driver.as_ref())
        .maybe("DriverOpts", mapping(&docker.driver_opts))
        .maybe("Labels", mapping(&docker.labels))
        .maybe("Scope", docker.scope)
        .into_value()
}

/// Names with values as a mapping; none where there are none.
fn mapping(pairs: &Pairs) -> Option<Map<String, Value>> {
    let entries = pairs.0.iter().map(|(name, value)| (name.clone(), json!(value)));
    (!pairs.0.is_empty()).then(|| entries.collect())
}
