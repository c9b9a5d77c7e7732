//! What the stacks of a service are called, the predecessor's form too.

use rollout::{Service, Stack};
use stack::names;

/// The stack of the release behind the balancer with that label.
pub(crate) fn release(service: &Service, label: &str) -> String {
    names::release_stack(&service.environment, &service.name, label)
}

/// The stack of log group and records.
pub(crate) fn init(service: &Service) -> String {
    names::init_stack(&service.environment, &service.name)
}

/// The names a stack may have, the one it is made with first.
pub(crate) fn candidates(service: &Service, stack: Stack, label: &str) -> Vec<String> {
    if stack == Stack::Init {
        return vec![init(service)];
    }
    let right = release(service, label);
    let predecessors =
        names::predecessors_release_stack(&service.environment, &service.name, label);
    std::iter::once(right).chain(predecessors).collect()
}
