//! The tasks of a service: stopped ones are read once and remembered, since ECS forgets them after
//! about an hour.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use aws_sdk_ecs::types::{DesiredStatus, Service, Task};
use rollout::SideHealth;
use runner::Called;

use super::crash::{is_own_fault, reason};
use crate::aws::Aws;
use crate::error::{call_error, code};

/// Tasks one call describes (API reference, "DescribeTasks").
const MOST_TASKS: usize = 100;
/// Reasons that are told.
const REASONS: usize = 5;

/// What is known of the stopped tasks of each service.
#[derive(Debug, Default)]
pub(crate) struct Crashes(Mutex<BTreeMap<Key, Stopped>>);

/// A service's ARN and when it was made: a later one of its name is another.
type Key = (String, i64);

#[derive(Clone, Debug, Default)]
struct Stopped {
    /// The ARNs that were read.
    seen: BTreeSet<String>,
    /// When tasks stopped by their own fault, and why.
    crashes: Vec<(i64, String)>,
}

/// Reads the stopped tasks of a service into its side's health.
///
/// # Errors
/// When ECS does not answer.
pub(super) async fn read_crashes(
    aws: &Aws,
    service: &Service,
    health: &mut SideHealth,
) -> Called<()> {
    let key = (service.service_arn().unwrap_or_default().to_owned(), made_at(service));
    let mut stopped = aws.crashes().of(&key);
    let listed = list(aws, service, DesiredStatus::Stopped).await?;
    let news: Vec<String> = listed.into_iter().filter(|arn| !stopped.seen.contains(arn)).collect();
    if !news.is_empty() {
        stopped.learn(&describe(aws, service, &news).await?, made_at(service));
        aws.crashes().keep(key, stopped.clone());
    }
    health.tasks_crashed = u32::try_from(stopped.crashes.len()).unwrap_or(u32::MAX);
    let last = stopped.crashes.len().saturating_sub(REASONS);
    let last = stopped.crashes.iter().skip(last);
    health.crash_reasons = last.map(|(_, reason)| reason.clone()).collect();
    Ok(())
}

impl Crashes {
    fn of(&self, key: &Key) -> Stopped {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned().unwrap_or_default()
    }

    fn keep(&self, key: Key, stopped: Stopped) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, stopped);
    }
}

impl Stopped {
    /// Takes in tasks that have stopped. Those of an earlier service of the same name, which ECS
    /// still lists, do not count.
    fn learn(&mut self, tasks: &[Task], service_made_at: i64) {
        for task in tasks {
            let is_over = task.last_status() == Some("STOPPED");
            if !is_over || !self.seen.insert(task.task_arn().unwrap_or_default().to_owned()) {
                continue;
            }
            let began = task.created_at().map_or(service_made_at, |at| at.secs());
            if began >= service_made_at && is_own_fault(task) {
                let stopped_at = task.stopped_at().map_or(0, |at| at.secs());
                self.crashes.push((stopped_at, reason(task)));
            }
        }
        self.crashes.sort();
    }
}

/// When a service was made, in seconds since the epoch.
fn made_at(service: &Service) -> i64 {
    service.created_at().map_or(0, |at| at.secs())
}

/// All tasks of a service that shall run, or shall not; none when it is gone.
///
/// # Errors
/// When ECS does not answer.
pub(super) async fn list(
    aws: &Aws,
    service: &Service,
    status: DesiredStatus,
) -> Called<Vec<String>> {
    let name = service.service_name().unwrap_or_default();
    let arns = aws
        .clients()
        .ecs
        .list_tasks()
        .set_cluster(service.cluster_arn().map(str::to_owned))
        .service_name(name)
        .desired_status(status)
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await;
    match arns {
        Err(error)
            if matches!(code(&error), "ServiceNotFoundException" | "ServiceNotActiveException") =>
        {
            Ok(Vec::new())
        }
        arns => arns.map_err(|error| call_error(&format!("ListTasks of {name}"), error)),
    }
}

/// What these tasks are; one that ECS has forgotten meanwhile is left out.
///
/// # Errors
/// When ECS does not answer.
pub(super) async fn describe(aws: &Aws, service: &Service, arns: &[String]) -> Called<Vec<Task>> {
    let mut tasks = Vec::new();
    for some in arns.chunks(MOST_TASKS) {
        let request = aws
            .clients()
            .ecs
            .describe_tasks()
            .set_cluster(service.cluster_arn().map(str::to_owned))
            .set_tasks(Some(some.to_vec()));
        let answer = request.send().await.map_err(|error| {
            let name = service.service_name().unwrap_or_default();
            call_error(&format!("DescribeTasks of {name}"), error)
        })?;
        tasks.extend(answer.tasks.unwrap_or_default());
    }
    Ok(tasks)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::primitives::DateTime;
    use aws_sdk_ecs::types::TaskStopCode;

    use super::*;

    fn task(id: &str, made_at: i64, stopped_at: i64) -> Task {
        Task::builder()
            .task_arn(id)
            .last_status("STOPPED")
            .created_at(DateTime::from_secs(made_at))
            .stopped_at(DateTime::from_secs(stopped_at))
            .stop_code(TaskStopCode::EssentialContainerExited)
            .stopped_reason(id)
            .build()
    }

    #[test]
    fn a_crash_counts_once_and_one_of_an_earlier_service_of_that_name_never() {
        let mut stopped = Stopped::default();
        stopped.learn(&[task("late", 1_010, 1_030), task("former", 900, 1_020)], 1_000);
        stopped.learn(&[task("late", 1_010, 1_030), task("early", 1_000, 1_015)], 1_000);
        let times: Vec<i64> = stopped.crashes.iter().map(|(at, _)| *at).collect();
        assert_eq!(times, [1_015, 1_030]);
    }

    #[test]
    fn a_task_on_its_way_out_is_read_again_once_it_has_stopped() {
        let mut stopped = Stopped::default();
        let mut stopping = task("a", 1_010, 1_030);
        stopping.last_status = Some("STOPPING".to_owned());
        stopped.learn(&[stopping], 1_000);
        assert_eq!(stopped.crashes.len(), 0);
        stopped.learn(&[task("a", 1_010, 1_030)], 1_000);
        assert_eq!(stopped.crashes.len(), 1);
    }
}
