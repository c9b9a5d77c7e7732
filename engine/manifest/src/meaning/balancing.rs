//! `target_groups` and `listeners`: they name container ports, each other, and answer requests.

use crate::diagnostic::Diagnostic;
use crate::file::{Action, ConditionField, ContainerRef, Protocol, Rule};
use crate::parse::Parsed;

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut problems = target_groups(parsed);
    problems.extend(listeners(parsed));
    for (l, listener) in parsed.file.listeners.iter().enumerate() {
        problems.extend(priorities(parsed, l, &listener.rules));
        for (r, rule) in listener.rules.iter().enumerate() {
            let base = format!("/listeners/{l}/rules/{r}");
            problems.extend(actions(parsed, &base, rule));
            problems.extend(conditions(parsed, &base, rule));
        }
    }
    problems
}

/// The predecessor took the names of containers in any case.
fn same_port(a: &ContainerRef, b: &ContainerRef) -> bool {
    a.port == b.port && a.name.eq_ignore_ascii_case(&b.name)
}

fn spelled(port: &ContainerRef) -> String {
    format!("{}:{}", port.name, port.port.get())
}

/// A target group is for a mapped port, and some listener leads to it.
fn target_groups(parsed: &Parsed) -> Vec<Diagnostic> {
    let file = &parsed.file;
    let mapped: Vec<ContainerRef> = file.service.containers.iter().flat_map(mapped_ports).collect();
    let spelled_mapped: Vec<String> = mapped.iter().map(spelled).collect();
    let known: Vec<&str> = spelled_mapped.iter().map(String::as_str).collect();
    let mut problems = Vec::new();
    for (index, group) in file.target_groups.iter().enumerate() {
        let pointer = format!("/target_groups/{index}/container");
        let name = spelled(&group.container);
        if !mapped.iter().any(|port| same_port(port, &group.container)) {
            let kind = "mapped container port";
            problems.push(parsed.unknown_name("unknown-port", &pointer, kind, &name, &known));
        }
        let reached = |listener: &crate::file::Listener| {
            same_port(&listener.target_group.container, &group.container)
        };
        if !file.listeners.iter().any(reached) {
            let title = format!("no listener leads to the target group of {name}");
            problems.push(
                parsed
                    .error("target-group-without-listener", &pointer, title)
                    .help("ECS refuses a target group that no balancer knows: add a listener"),
            );
        }
        let earlier = &file.target_groups[..index];
        if earlier.iter().any(|other| same_port(&other.container, &group.container)) {
            let title = format!("{name} has a second target group");
            problems.push(parsed.error("repeated-target-group", &pointer, title));
        }
    }
    problems
}

/// The ports of a container that the balancer may lead to.
pub(crate) fn mapped_ports(container: &crate::file::Container) -> Vec<ContainerRef> {
    let port = |mapping: &crate::file::PortMapping| ContainerRef {
        name: container.name.clone(),
        port: mapping.container_port,
    };
    container.port_mappings.iter().map(port).collect()
}

fn listeners(parsed: &Parsed) -> Vec<Diagnostic> {
    let file = &parsed.file;
    let groups: Vec<String> = file.target_groups.iter().map(|g| spelled(&g.container)).collect();
    let known: Vec<&str> = groups.iter().map(String::as_str).collect();
    let mut problems = Vec::new();
    for (index, listener) in file.listeners.iter().enumerate() {
        let base = format!("/listeners/{index}");
        let wanted = &listener.target_group.container;
        if !file.target_groups.iter().any(|group| same_port(&group.container, wanted)) {
            let (pointer, name) = (format!("{base}/target_group/container"), spelled(wanted));
            let kind = "target group of the container port";
            let code = "unknown-target-group";
            problems.push(parsed.unknown_name(code, &pointer, kind, &name, &known));
        }
        if listener.protocol == Protocol::Https && listener.certificates.is_empty() {
            let title = "an HTTPS listener needs a certificate";
            problems.push(
                parsed
                    .error("no-certificate", &format!("{base}/protocol"), title)
                    .help("name its domain as ACM lists it: certificates: [\"*.example.com\"]"),
            );
        }
        if file.listeners[..index].iter().any(|earlier| earlier.port == listener.port) {
            let title = format!("port {} has a second listener", listener.port.get());
            problems.push(
                parsed
                    .error("repeated-listener", &format!("{base}/port"), title)
                    .help("a balancer listens once on a port: put rules on the first listener"),
            );
        }
    }
    problems
}

fn priorities(parsed: &Parsed, listener: usize, rules: &[Rule]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        if let Some(priority) = rule.priority
            && rules[..index].iter().any(|earlier| earlier.priority == rule.priority)
        {
            let pointer = format!("/listeners/{listener}/rules/{index}/priority");
            let title = format!("another rule has the priority {} already", priority.get());
            problems.push(parsed.error("repeated-priority", &pointer, title));
        }
    }
    problems
}

/// One action at most answers the request, and with a status a balancer may give.
fn actions(parsed: &Parsed, base: &str, rule: &Rule) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut answered = false;
    for (index, action) in rule.actions.iter().enumerate() {
        let pointer = format!("{base}/actions/{index}");
        let answers = matches!(action, Action::FixedResponse { .. } | Action::Redirect { .. });
        if answers && answered {
            let title = "an earlier action has answered the request already";
            problems.push(parsed.error("answered-twice", &pointer, title));
        }
        answered |= answers;
        if let Action::FixedResponse { config, .. } = action
            && (300..400).contains(&config.status_code.get())
        {
            let pointer = format!("{pointer}/config/status_code");
            let title = format!("a balancer cannot answer {} itself", config.status_code.get());
            problems.push(
                parsed
                    .error("fixed-redirect", &pointer, title)
                    .help("use an action of type redirect"),
            );
        }
    }
    problems
}

fn conditions(parsed: &Parsed, base: &str, rule: &Rule) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, condition) in rule.conditions.iter().enumerate() {
        let pointer = format!("{base}/conditions/{index}");
        match (condition.field, &condition.http_header_name) {
            (ConditionField::HttpHeader, None) => problems.push(
                parsed
                    .error("no-header-name", &pointer, "which header is not said")
                    .help("add http_header_name"),
            ),
            (ConditionField::HttpHeader, Some(_)) | (_, None) => {}
            (_, Some(_)) => {
                let pointer = format!("{pointer}/http_header_name");
                let title = "http_header_name has a meaning only for the field http-header";
                problems.push(parsed.error("stray-header-name", &pointer, title));
            }
        }
    }
    problems
}
