//! A container of the task definition.

use manifest::file::{Container, HealthCheck, MountPoint, PortMapping, Transport};
use serde_json::{Value, json};

use super::{logging, network, secrets};
use crate::json::Properties;
use crate::release::Release;

pub(crate) fn container(release: &Release<'_>, it: &Container) -> Value {
    let ports: Vec<Value> = it.port_mappings.iter().map(|port| mapping(release, port)).collect();
    let mounts: Vec<Value> = it.mount_points.iter().map(mount).collect();
    let dependencies: Vec<Value> = it
        .depends_on
        .iter()
        .map(|other| json!({ "ContainerName": other.container_name, "Condition": other.condition }))
        .collect();
    Properties::new()
        .with("Name", &it.name)
        .with("Image", image(release, &it.image))
        .with("Cpu", it.cpu)
        .with("Memory", it.memory)
        .maybe("MemoryReservation", it.memory_reservation)
        .with("Essential", it.essential)
        .list("PortMappings", &ports)
        .list("EntryPoint", &it.entry_point)
        .list("Command", &it.command)
        .with("Environment", environment(release, it))
        .with("Secrets", secrets::of_container(release, it))
        .list("DnsServers", &it.dns_servers)
        .list("DnsSearchDomains", &it.dns_search_domains)
        .maybe("DisableNetworking", it.disable_networking.0.then_some(true))
        .list("DockerSecurityOptions", &it.docker_security_options)
        .list("Links", &it.links)
        .maybe("Privileged", it.privileged)
        .list("MountPoints", &mounts)
        .maybe("Hostname", it.hostname.as_ref())
        .with("LogConfiguration", logging::configuration(release, it))
        .maybe("StartTimeout", it.start_timeout)
        .maybe("StopTimeout", it.stop_timeout)
        .list("DependsOn", &dependencies)
        .maybe("HealthCheck", it.health_check.as_ref().map(health_check))
        .into_value()
}

/// The beginning of images in this account's own registry, in most partitions.
fn own_registry(release: &Release<'_>) -> String {
    let of = release.parameters;
    format!("{}.dkr.ecr.{}.amazonaws.com/", of.account_id, of.region)
}

/// As the file has it; the domain of this account's registry is the partition's.
fn image(release: &Release<'_>, image: &str) -> Value {
    match image.strip_prefix(&own_registry(release)) {
        Some(repository) => {
            let of = release.parameters;
            let registry = format!("{}.dkr.ecr.{}.${{AWS::URLSuffix}}", of.account_id, of.region);
            json!({ "Fn::Sub": format!("{registry}/{repository}") })
        }
        None => json!(image),
    }
}

/// The file's variables, then those of every container that it does not set itself.
fn environment(release: &Release<'_>, it: &Container) -> Vec<Value> {
    let of = release.parameters;
    let added = [
        ("AWS_ENVIRONMENT", &of.environment),
        ("AWS_REGION", &of.region),
        ("AWS_ACCOUNT_ID", &of.account_id),
    ];
    let given = it.environment.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let is_given = |wanted: &str| it.environment.0.iter().any(|(name, _)| name == wanted);
    let added = added.into_iter().filter(|(name, _)| !is_given(name));
    given
        .chain(added.map(|(name, value)| (name, value.as_str())))
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect()
}

/// Without a mapping of ports there is no host port to state.
fn mapping(release: &Release<'_>, it: &PortMapping) -> Value {
    let maps = !network::maps_no_ports(&release.file.service);
    Properties::new()
        .with("ContainerPort", it.container_port)
        .maybe("HostPort", maps.then(|| release.port(it.host_port).unwrap_or(0)))
        .maybe("Protocol", (it.protocol != Transport::Tcp).then_some(it.protocol))
        .into_value()
}

fn mount(it: &MountPoint) -> Value {
    json!({
        "ContainerPath": it.container_path,
        "SourceVolume": it.source_volume,
        "ReadOnly": it.read_only,
    })
}

fn health_check(it: &HealthCheck) -> Value {
    Properties::new()
        .with("Command", &it.command)
        .maybe("Interval", it.interval)
        .maybe("Retries", it.retries)
        .maybe("StartPeriod", it.start_period)
        .maybe("Timeout", it.timeout)
        .into_value()
}
