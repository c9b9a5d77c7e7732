//! What ECS would refuse only after the stack was begun: fields that exclude each other.

use manifest::Port;
use manifest::file::{Compatibility, Container, PidMode, SchedulingStrategy, Service};

use crate::refusal::Refusal;
use crate::release::Release;
use crate::resources::network::{is_fargate, maps_no_ports};

/// A tag's value has at most so many characters.
const LONGEST_TAG: usize = 256;

/// A field that was given and may not be: whether it was, its name, and why not.
type Row = (bool, &'static str, &'static str);

pub(crate) fn conflicts(release: &Release<'_>) -> Vec<Refusal> {
    let service = &release.file.service;
    let mut refusals = of_rows("/service", &service_rows(service));
    for (index, container) in service.containers.iter().enumerate() {
        let base = format!("/service/containers/{index}");
        refusals.extend(of_rows(&base, &container_rows(service, container)));
        refusals.extend(host_ports(release, container, &base));
    }
    refusals.extend(volumes(service));
    refusals.extend(tags(release));
    refusals
}

fn of_rows(base: &str, rows: &[Row]) -> Vec<Refusal> {
    let given = rows.iter().filter(|(given, ..)| *given);
    given.map(|(_, field, why)| Refusal::new(format!("{base}/{field}"), *why)).collect()
}

fn service_rows(it: &Service) -> Vec<Row> {
    let fargate = is_fargate(it);
    let daemon = it.scheduling_strategy == SchedulingStrategy::Daemon;
    let external = it.requires_compatibilities.contains(&Compatibility::External);
    vec![
        (
            it.needs_network() && it.network.is_none(),
            "network",
            "tasks with interfaces of their own need subnets: add `service.network`",
        ),
        (
            external,
            "requires_compatibilities",
            "tasks outside AWS cannot stand behind a load balancer",
        ),
        (
            fargate && !it.placement_constraints.is_empty(),
            "placement_constraints",
            "on Fargate there are no instances to choose from",
        ),
        (
            fargate && !it.placement_strategies.is_empty(),
            "placement_strategies",
            "on Fargate there are no instances to choose from",
        ),
        (
            daemon && !it.placement_strategies.is_empty(),
            "placement_strategies",
            "a daemon runs on every instance: there is nothing to choose",
        ),
        (fargate && daemon, "scheduling_strategy", "Fargate runs no daemons"),
        (
            daemon && it.auto_scaling.is_some(),
            "auto_scaling",
            "a daemon has as many tasks as there are instances",
        ),
        (fargate && it.ipc_mode.is_some(), "ipc_mode", "Fargate knows no IPC mode"),
        (
            fargate && it.pid_mode == Some(PidMode::Host),
            "pid_mode",
            "on Fargate only the mode `task` is possible",
        ),
        (
            !fargate && it.platform_version.is_some(),
            "platform_version",
            "only Fargate has platform versions: add requires_compatibilities: [FARGATE]",
        ),
    ]
}

fn container_rows(service: &Service, it: &Container) -> Vec<Row> {
    let fargate = is_fargate(service);
    let awsvpc = service.needs_network();
    let why = "not possible with the network mode awsvpc";
    vec![
        (awsvpc && !it.links.is_empty(), "links", "only possible with the network mode bridge"),
        (awsvpc && !it.dns_servers.is_empty(), "dns_servers", why),
        (awsvpc && !it.dns_search_domains.is_empty(), "dns_search_domains", why),
        (awsvpc && it.hostname.is_some(), "hostname", why),
        (awsvpc && it.disable_networking.0, "disable_networking", why),
        (
            fargate && it.privileged.is_some_and(|privileged| privileged.0),
            "privileged",
            "not possible on Fargate",
        ),
        (
            fargate && !it.docker_security_options.is_empty(),
            "docker_security_options",
            "not possible on Fargate",
        ),
    ]
}

/// Where ports are not mapped the host's port is the container's.
fn host_ports(release: &Release<'_>, container: &Container, base: &str) -> Vec<Refusal> {
    let differs = |host: Port, port: i64| release.port(host).is_some_and(|host| host != port);
    let mappings = container.port_mappings.iter().enumerate();
    mappings
        .filter(|_| maps_no_ports(&release.file.service))
        .filter(|(_, it)| differs(it.host_port, it.container_port.get()))
        .map(|(index, it)| {
            let port = it.container_port.get();
            let what =
                format!("in this network mode the port of the host is the container's, {port}");
            Refusal::new(format!("{base}/port_mappings/{index}/host_port"), what)
        })
        .collect()
}

fn volumes(service: &Service) -> Vec<Refusal> {
    let on_instance = |volume: &manifest::file::Volume| {
        let path = volume.host.as_ref().is_some_and(|host| host.source_path.is_some());
        path || volume.docker_volume_configuration.is_some()
    };
    let volumes = service.volumes.iter().enumerate();
    volumes
        .filter(|(_, volume)| is_fargate(service) && on_instance(volume))
        .map(|(index, _)| {
            let what = "on Fargate there is no instance whose disk could be mounted";
            Refusal::new(format!("/service/volumes/{index}"), what)
        })
        .collect()
}

/// What AWS takes as the value of a tag: letters, digits, spaces and `_ . : / = + - @`.
fn tags(release: &Release<'_>) -> Vec<Refusal> {
    let fits = |value: &str| {
        value.chars().count() <= LONGEST_TAG
            && value.chars().all(|it| it.is_alphanumeric() || " _.:/=+-@".contains(it))
    };
    let fields = [("Project", "project"), ("Service", "name"), ("Version", "version")];
    release
        .tags()
        .into_iter()
        .filter(|(_, value)| !fits(value))
        .filter_map(|(tag, value)| {
            let (_, field) = fields.iter().find(|(known, _)| *known == tag)?;
            let what = format!("`{value}` cannot be the value of a tag: at most {LONGEST_TAG} letters, digits, spaces and _ . : / = + - @");
            Some(Refusal::new(format!("/service/{field}"), what))
        })
        .collect()
}
