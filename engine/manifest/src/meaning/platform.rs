//! `service`: where tasks run, and on what disks.

use crate::diagnostic::Diagnostic;
use crate::file::{Compatibility, ConstraintType, NetworkMode, StrategyType};
use crate::parse::Parsed;

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut problems = fargate(parsed);
    problems.extend(placement(parsed));
    problems.extend(volumes(parsed));
    problems
}

/// Fargate runs tasks of a stated size with interfaces of their own.
fn fargate(parsed: &Parsed) -> Vec<Diagnostic> {
    let service = &parsed.file.service;
    if !service.requires_compatibilities.contains(&Compatibility::Fargate) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    if service.network_mode != Some(NetworkMode::Awsvpc) {
        let title = "Fargate runs tasks in the network mode awsvpc only";
        problems.push(
            parsed
                .error("fargate-network-mode", "/service/network_mode", title)
                .help("network_mode: awsvpc"),
        );
    }
    for (field, given) in [("cpu", service.cpu.is_some()), ("memory", service.memory.is_some())] {
        if !given {
            let title = format!("Fargate needs the task's size: `service.{field}` is missing");
            let pointer = "/service/requires_compatibilities";
            problems.push(parsed.error("fargate-size", pointer, title));
        }
    }
    problems
}

fn placement(parsed: &Parsed) -> Vec<Diagnostic> {
    let service = &parsed.file.service;
    let constraints = service.placement_constraints.iter().enumerate().filter_map(|(index, it)| {
        let missing = it.r#type == ConstraintType::MemberOf && it.expression.is_none();
        missing.then(|| {
            let pointer = format!("/service/placement_constraints/{index}");
            let title = "memberOf needs an expression";
            parsed
                .error("no-expression", &pointer, title)
                .help("expression: \"attribute:ecs.instance-type == t2.small\"")
        })
    });
    let strategies = service.placement_strategies.iter().enumerate().filter_map(|(index, it)| {
        let missing = it.r#type != StrategyType::Random && it.field.is_none();
        missing.then(|| {
            let pointer = format!("/service/placement_strategies/{index}");
            parsed
                .error("no-field", &pointer, "what to pack or spread by is not said")
                .help("field: memory, or field: attribute:ecs.availability-zone")
        })
    });
    constraints.chain(strategies).collect()
}

fn volumes(parsed: &Parsed) -> Vec<Diagnostic> {
    let volumes = parsed.file.service.volumes.iter().enumerate();
    let pointer = |index: usize| format!("/service/volumes/{index}");
    let names = volumes.clone().map(|(i, v)| (format!("{}/name", pointer(i)), v.name.as_str()));
    let mut problems = parsed.repeated("repeated-name", "volume", names);
    for (index, volume) in volumes {
        if volume.host.is_some() && volume.docker_volume_configuration.is_some() {
            let title = "a volume is a path of the instance or a Docker volume, not both";
            problems.push(parsed.error("two-volumes", &pointer(index), title));
        }
    }
    problems
}
