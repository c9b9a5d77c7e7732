//! Lints of `service`: what is missing, what has no effect.

use crate::diagnostic::Diagnostic;
use crate::meaning::mapped_ports;
use crate::parse::Parsed;

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut said: Vec<Diagnostic> = network(parsed).into_iter().collect();
    for (index, container) in parsed.file.service.containers.iter().enumerate() {
        let base = format!("/service/containers/{index}");
        if container.fqdn.is_some() {
            let span = parsed.key_span(&format!("{base}/fqdn"));
            let title = "names of a container have no effect";
            said.push(
                Diagnostic::warning("ignored-field", span, title)
                    .help("the names of the service belong in `service.fqdn`"),
            );
        }
        for (i, port) in mapped_ports(container).iter().enumerate() {
            let mut groups = parsed.file.target_groups.iter();
            if !groups.any(|group| group.container == *port) {
                let pointer = format!("{base}/port_mappings/{i}/container_port");
                let title = format!("no target group leads to port {}", port.port.get());
                said.push(
                    parsed
                        .warning("unreached-port", &pointer, title)
                        .help("the balancer will not send it any request"),
                );
            }
        }
    }
    said
}

/// Tasks with interfaces of their own need subnets; the predecessor had no place for them.
fn network(parsed: &Parsed) -> Option<Diagnostic> {
    let service = &parsed.file.service;
    match (service.needs_network(), &service.network) {
        (true, None) => Some(
            Diagnostic::warning(
                "no-network",
                parsed.key_span("/service/network_mode"),
                "tasks with interfaces of their own need subnets",
            )
            .help("add `service.network` with `subnets` and `security_groups`"),
        ),
        (false, Some(_)) => Some(
            Diagnostic::warning(
                "ignored-field",
                parsed.key_span("/service/network"),
                "`service.network` has an effect only with the network mode awsvpc",
            )
            .help("network_mode: awsvpc"),
        ),
        _ => None,
    }
}
