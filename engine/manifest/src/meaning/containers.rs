//! `service.containers`: containers that refer to each other and to volumes.

use crate::diagnostic::Diagnostic;
use crate::parse::Parsed;

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let containers = &parsed.file.service.containers;
    let pointer = |index: usize, field: &str| format!("/service/containers/{index}/{field}");
    let names = containers.iter().enumerate().map(|(i, c)| (pointer(i, "name"), c.name.as_str()));
    let mut problems = parsed.repeated("repeated-name", "container", names);
    problems.extend(references(parsed));
    for (index, container) in containers.iter().enumerate() {
        if let Some(reserved) = container.memory_reservation
            && reserved.get() > container.memory.get()
        {
            let (reserved, most) = (reserved.get(), container.memory.get());
            let title = format!("{reserved} MiB are set aside of at most {most}");
            let at = pointer(index, "memory_reservation");
            problems.push(parsed.error("reservation-above-memory", &at, title));
        }
    }
    if !containers.iter().any(|container| container.essential.0) {
        let title = "no container is essential: the task would have no reason to run";
        problems.push(parsed.error("nothing-essential", "/service/containers", title));
    }
    problems
}

/// Names of other containers and of volumes.
fn references(parsed: &Parsed) -> Vec<Diagnostic> {
    let service = &parsed.file.service;
    let containers: Vec<&str> = service.containers.iter().map(|c| c.name.as_str()).collect();
    let volumes: Vec<&str> = service.volumes.iter().map(|v| v.name.as_str()).collect();
    let mut problems = Vec::new();
    let mut refer = |pointer: String, kind: &str, name: &str, known: &[&str]| {
        if !known.contains(&name) {
            let code = if kind == "volume" { "unknown-volume" } else { "unknown-container" };
            problems.push(parsed.unknown_name(code, &pointer, kind, name, known));
        }
    };
    for (index, container) in service.containers.iter().enumerate() {
        let base = format!("/service/containers/{index}");
        for (i, link) in container.links.iter().enumerate() {
            let name = link.split(':').next().unwrap_or_default();
            refer(format!("{base}/links/{i}"), "container", name, &containers);
        }
        for (i, dependency) in container.depends_on.iter().enumerate() {
            let pointer = format!("{base}/depends_on/{i}/container_name");
            refer(pointer, "container", &dependency.container_name, &containers);
        }
        for (i, mount) in container.mount_points.iter().enumerate() {
            let pointer = format!("{base}/mount_points/{i}/source_volume");
            refer(pointer, "volume", &mount.source_volume, &volumes);
        }
    }
    problems
}
