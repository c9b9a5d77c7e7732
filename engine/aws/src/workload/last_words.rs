//! What a deletion would lose: events, why tasks stopped, their last log lines (S12).

use aws_sdk_ecs::types::{DesiredStatus, Service, Task};
use rollout::Side;
use runner::Called;

use super::crash::{is_own_fault, reason, task_id};
use super::tasks::{describe, list};
use super::{log_lines, services};
use crate::aws::Aws;
use crate::scene::Scene;

/// Events of the service that are kept.
const EVENTS: usize = 3;
/// What ECS says of a service with which all is well.
const ROUTINE: [&str; 5] = [
    "has reached a steady state",
    "deployment completed",
    "has started ",
    "registered ",
    "has begun draining connections",
];
/// Stopped tasks that are told of.
const STOPPED: usize = 5;
/// Tasks whose log lines are read.
const LOGGED: usize = 2;

/// The last words of a side; none when ECS no longer knows its service.
///
/// # Errors
/// When AWS does not answer.
pub(super) async fn of(aws: &Aws, scene: &Scene, side: Side) -> Called<Vec<String>> {
    let known = services::known(aws, scene, &[side]).await?;
    let Some(service) = known.first() else { return Ok(Vec::new()) };
    let mut stopped = tasks(aws, service, DesiredStatus::Stopped).await?;
    stopped.sort_by_key(|task| std::cmp::Reverse(weight(task)));
    let mut lines: Vec<String> = events(service);
    lines.extend(stopped.iter().take(STOPPED).map(told));
    let mut logged: Vec<Task> = stopped.into_iter().filter(is_own_fault).take(LOGGED).collect();
    if logged.is_empty() {
        logged = tasks(aws, service, DesiredStatus::Running).await?;
        logged.truncate(1);
    }
    for task in &logged {
        lines.extend(log_lines::last(aws, task).await?);
    }
    let name = scene.service_name(side);
    Ok(lines.into_iter().map(|line| format!("{name}: {line}")).collect())
}

async fn tasks(aws: &Aws, service: &Service, status: DesiredStatus) -> Called<Vec<Task>> {
    let arns = list(aws, service, status).await?;
    describe(aws, service, &arns).await
}

/// Crashes first, then the newest.
fn weight(task: &Task) -> (bool, i64) {
    (is_own_fault(task), task.stopped_at().map_or(0, |at| at.secs()))
}

fn told(task: &Task) -> String {
    format!("task {} stopped: {}", task_id(task.task_arn().unwrap_or_default()), reason(task))
}

/// The newest that are news, in the order they happened (API reference, "Service", events: the
/// newest first).
fn events(service: &Service) -> Vec<String> {
    let messages = service.events().iter().filter_map(|event| event.message());
    let news = messages.filter(|message| !ROUTINE.iter().any(|routine| message.contains(routine)));
    let mut lines: Vec<String> =
        news.take(EVENTS).map(|message| format!("event: {message}")).collect();
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::primitives::DateTime;
    use aws_sdk_ecs::types::{ServiceEvent, TaskStopCode};

    use super::*;

    #[test]
    fn crashes_are_told_before_tasks_that_were_stopped() {
        let task = |code: &str, at| {
            let stopped = Task::builder().stop_code(TaskStopCode::from(code));
            stopped.stopped_at(DateTime::from_secs(at)).build()
        };
        let mut tasks = [
            task("ServiceSchedulerInitiated", 30),
            task("EssentialContainerExited", 10),
            task("EssentialContainerExited", 20),
        ];
        tasks.sort_by_key(|task| std::cmp::Reverse(weight(task)));
        let times: Vec<i64> = tasks.iter().map(|task| weight(task).1).collect();
        assert_eq!(times, [20, 10, 30]);
    }

    #[test]
    fn the_newest_events_that_are_news_are_told_in_the_order_they_happened() {
        let event = |message: &str| ServiceEvent::builder().message(message).build();
        let routine = "(service webapi-2) has reached a steady state.";
        let all = ["four", routine, "three", "two", "one"].map(event);
        let service = Service::builder().set_events(Some(all.into())).build();
        assert_eq!(events(&service), ["event: two", "event: three", "event: four"]);
    }
}
