//! Whose fault a stopped task is, and how that is told.

use aws_sdk_ecs::types::{Container, Task, TaskStopCode};

/// Reasons of a task that could not be started for want of a place to run: none of its own (Amazon
/// ECS developer guide, "Amazon ECS stopped tasks error messages").
const NO_CAPACITY: [&str; 2] = ["Capacity is unavailable", "capacity unavailable"];

/// Whether a task stopped by its own fault: an essential container ended, or it could not be
/// started. Scale-in, deployments, rebalancing and failed health checks are
/// `ServiceSchedulerInitiated`; Spot, a lost host and people have codes of their own (API
/// reference, "Task", stopCode).
pub(super) fn is_own_fault(task: &Task) -> bool {
    match task.stop_code() {
        Some(TaskStopCode::EssentialContainerExited) => true,
        Some(TaskStopCode::TaskFailedToStart) => {
            let reason = task.stopped_reason().unwrap_or_default();
            !NO_CAPACITY.iter().any(|it| reason.contains(it))
        }
        _ => false,
    }
}

/// Why a task stopped, as ECS words it, with the exit code and reason of each container.
pub(super) fn reason(task: &Task) -> String {
    let code = task.stop_code().map_or("stopped", |code| code.as_str());
    let said = task.stopped_reason().unwrap_or("no reason given");
    let containers = task.containers().iter().filter_map(end);
    [format!("{code}: {said}")].into_iter().chain(containers).collect::<Vec<_>>().join("; ")
}

/// How a container ended; none if it says nothing about it.
fn end(container: &Container) -> Option<String> {
    let name = container.name().unwrap_or("a container");
    match (container.exit_code(), container.reason()) {
        (None, None) => None,
        (Some(code), None) => Some(format!("{name} exited with code {code}")),
        (None, Some(reason)) => Some(format!("{name}: {reason}")),
        (Some(code), Some(reason)) => Some(format!("{name} exited with code {code}: {reason}")),
    }
}

/// The end of a task's ARN.
pub(super) fn task_id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(code: &str, reason: &str) -> Task {
        Task::builder().stop_code(TaskStopCode::from(code)).stopped_reason(reason).build()
    }

    #[test]
    fn only_a_task_that_fails_by_itself_has_crashed() {
        let table = [
            ("EssentialContainerExited", "Essential container in task exited", true),
            ("TaskFailedToStart", "CannotPullContainerError: pull image manifest: 404", true),
            ("TaskFailedToStart", "Capacity is unavailable at this time.", false),
            ("ServiceSchedulerInitiated", "Scaling activity initiated by deployment", false),
            (
                "ServiceSchedulerInitiated",
                "Task failed ELB health checks in (target-group x)",
                false,
            ),
            ("SpotInterruption", "Your Spot Task was interrupted.", false),
            ("TerminationNotice", "Host EC2 (instance i-1) terminated.", false),
            ("UserInitiated", "Task stopped by user", false),
            ("InfrastructureHealth", "a new host", false),
            ("SomethingNew", "what is it", false),
        ];
        for (code, reason, wanted) in table {
            assert_eq!(is_own_fault(&task(code, reason)), wanted, "{code} {reason}");
        }
        assert!(!is_own_fault(&Task::builder().build()));
    }

    #[test]
    fn a_reason_names_exit_codes_and_the_containers_own_reasons() {
        let web = Container::builder().name("web").exit_code(137);
        let killed = web.clone().reason("OutOfMemoryError: container killed due to memory usage");
        let side = Container::builder().name("sidecar").build();
        let mut task = task("EssentialContainerExited", "Essential container in task exited");
        task.containers = Some(vec![killed.build(), side]);
        assert_eq!(
            reason(&task),
            "EssentialContainerExited: Essential container in task exited; web exited with code \
             137: OutOfMemoryError: container killed due to memory usage"
        );
        assert_eq!(task_id("arn:aws:ecs:eu-west-3:123456789012:task/stage/1dc5c17a"), "1dc5c17a");
    }
}
