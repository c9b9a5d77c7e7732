//! A release that was provisioned: its stack, its tasks and targets, at any instant.

use std::sync::Arc;

use rollout::{EpochS, SideHealth};
use runner::question::{Dimension, Place};
use serde::{Deserialize, Serialize};

use super::stack::StackLife;
use crate::draw::{Draw, Stream};
use crate::scenario::{Crash, CrashReason, HEALTHY_IN_S, STARTS_IN_S};

/// A task starts later than set by at most this part of the time it takes.
const STARTS_LATER: u32 = 4;

/// How long a target that leaves is still draining, in seconds.
const DRAINS_S: u32 = 30;

/// A release behind one of the balancers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Release {
    /// Its balancer's CanaryRelease label.
    pub(crate) label: String,
    pub(crate) version: String,
    pub(crate) stack: StackLife,
    /// When how many tasks were asked for, in rising time.
    pub(crate) scalings: Vec<(EpochS, u32)>,
    /// What its draws are about.
    pub(crate) subject: u64,
    #[serde(with = "runner::shared")]
    pub(crate) place: Arc<Place>,
}

/// How a release's tasks behave, with the moments made instants.
#[derive(Clone, Debug)]
pub(crate) struct Conduct<'a> {
    pub(crate) seed: u64,
    pub(crate) starts_in_s: u32,
    pub(crate) healthy_in_s: u32,
    pub(crate) pending: bool,
    pub(crate) crash: Option<(&'a Crash, EpochS)>,
    /// How many targets fail their checks, from when, until when.
    pub(crate) unhealthy: Option<(u32, EpochS, EpochS)>,
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Pending,
    Initial,
    Healthy,
}

impl Conduct<'_> {
    /// As a release behaves that gives no trouble.
    pub(crate) fn calm(seed: u64) -> Self {
        Conduct {
            seed,
            starts_in_s: STARTS_IN_S,
            healthy_in_s: HEALTHY_IN_S,
            pending: false,
            crash: None,
            unhealthy: None,
        }
    }
}

impl Release {
    /// Tasks asked for.
    pub(crate) fn desired(&self) -> u32 {
        self.scalings.last().map_or(0, |&(_, tasks)| tasks)
    }

    /// Tasks and targets at `now`.
    pub(crate) fn health(&self, conduct: &Conduct<'_>, now: EpochS) -> SideHealth {
        let desired = self.desired();
        if !self.stack.serves(now) {
            return SideHealth::default();
        }
        let mut health = SideHealth { tasks_desired: desired, ..SideHealth::default() };
        if let Some(since) = self.stack.draining_since() {
            health.tasks_desired = 0;
            health.groups_empty = 1;
            health.targets_draining = if now < since.plus_s(DRAINS_S) { desired } else { 0 };
            return health;
        }
        if self.have_all_settled(conduct, now) {
            health.tasks_running = desired;
            health.targets_healthy = desired;
        } else {
            self.count_tasks(&mut health, conduct, now);
        }
        health.targets_draining = self.leaving(now);
        health.groups_empty = u32::from(health.targets_initial + health.targets_healthy == 0);
        if let Some((targets, from, until)) = conduct.unhealthy
            && (from..until).contains(&now)
        {
            health.targets_unhealthy = targets.min(health.targets_healthy);
            health.targets_healthy -= health.targets_unhealthy;
        }
        if let Some((crash, _)) = conduct.crash {
            let told = health.tasks_crashed.min(5) as usize;
            health.crash_reasons = vec![crash.sentence(); told];
        }
        health
    }

    /// Whether the last task asked for is healthy however late it started: then so are all, and
    /// they need not be counted one by one.
    fn have_all_settled(&self, conduct: &Conduct<'_>, now: EpochS) -> bool {
        let settle_in_s =
            conduct.starts_in_s + conduct.starts_in_s / STARTS_LATER + conduct.healthy_in_s;
        let last = self.scalings.last();
        !conduct.pending
            && conduct.crash.is_none()
            && last.is_some_and(|(at, _)| now >= at.plus_s(settle_in_s))
    }

    fn count_tasks(&self, health: &mut SideHealth, conduct: &Conduct<'_>, now: EpochS) {
        for index in 0..health.tasks_desired {
            let (task, crashes) = self.task(index, conduct, now);
            health.tasks_crashed += crashes;
            health.tasks_running += u32::from(task != Task::Pending);
            health.targets_initial += u32::from(task == Task::Initial);
            health.targets_healthy += u32::from(task == Task::Healthy);
        }
    }

    /// Targets of a scale-down that still drain.
    fn leaving(&self, now: EpochS) -> u32 {
        let pairs = self.scalings.windows(2);
        let recent = pairs.filter(|pair| now < pair[1].0.plus_s(DRAINS_S));
        recent.map(|pair| pair[0].1.saturating_sub(pair[1].1)).sum()
    }

    /// When a task of that index was asked for, for good.
    fn asked_at(&self, index: u32) -> EpochS {
        let since = self.scalings.iter().rev().take_while(|(_, tasks)| *tasks > index).last();
        since.map_or(EpochS(u32::MAX), |&(at, _)| at)
    }

    /// What a task does at `now`, and how often it has crashed.
    fn task(&self, index: u32, conduct: &Conduct<'_>, now: EpochS) -> (Task, u32) {
        let asked_at = self.asked_at(index);
        if conduct.pending || now < asked_at {
            return (Task::Pending, 0);
        }
        let mut draw = Draw::new(conduct.seed, Stream::TaskStart, self.subject, u64::from(index));
        let starts_in_s = conduct.starts_in_s + draw.below(conduct.starts_in_s / STARTS_LATER + 1);
        let settled = |since: u32| match since {
            since if since < starts_in_s => Task::Pending,
            since if since < starts_in_s + conduct.healthy_in_s => Task::Initial,
            _ => Task::Healthy,
        };
        let Some((crash, from)) = conduct.crash.filter(|(_, from)| now >= *from) else {
            return (settled(now.since_s(asked_at)), 0);
        };
        // A task that ran when the crashing began ends so many seconds later, then starts over.
        let first_end = asked_at.plus_s(starts_in_s).max(from).plus_s(crash.after_s);
        if now < first_end {
            return (settled(now.since_s(asked_at)), 0);
        }
        let cycle_s = (starts_in_s + crash.after_s).max(1);
        let since = now.since_s(first_end);
        (settled(since % cycle_s), 1 + since / cycle_s)
    }

    /// Stopped-task reasons, exit codes and last log lines.
    pub(crate) fn last_words(&self, conduct: &Conduct<'_>, now: EpochS) -> Vec<String> {
        let health = self.health(conduct, now);
        let Some((crash, _)) = conduct.crash.filter(|_| health.tasks_crashed > 0) else {
            return Vec::new();
        };
        let stopped = format!(
            "{}: {} tasks stopped, the last: {}",
            self.stack.name,
            health.tasks_crashed,
            crash.sentence()
        );
        let log = crash.log.iter().map(|line| format!("{}: log: {line}", self.stack.name));
        [stopped].into_iter().chain(log).collect()
    }
}

impl Crash {
    /// As ECS words it.
    fn sentence(&self) -> String {
        match self.reason {
            CrashReason::EssentialContainerExited => format!(
                "EssentialContainerExited: essential container in task exited with code {}",
                self.exit_code
            ),
            CrashReason::TaskFailedToStart => {
                "TaskFailedToStart: CannotPullContainerError: the image could not be pulled"
                    .to_owned()
            }
        }
    }
}

/// Where a release of this service stands behind the balancer of that label.
pub(crate) fn place(service: &rollout::Service, label: &str) -> Place {
    let rollout::Service { group, name, environment, region, cluster, .. } = service;
    let balancer = crate::draw::subject(&[group, label, environment, region]);
    let target_group = crate::draw::subject(&[&service.key(), label]);
    let load_balancer = dimension("LoadBalancer", format!("app/{group}-{label}/{balancer:016x}"));
    let target_group = dimension(
        "TargetGroup",
        format!("targetgroup/{:010x}-default-tg/{target_group:016x}", target_group >> 24),
    );
    Place {
        address: format!("{group}-{label}-{}.{region}.elb.simulated", balancer % 1_000_000_000),
        load_balancer: vec![load_balancer.clone()],
        target_groups: vec![vec![load_balancer, target_group]],
        service: vec![
            dimension("ClusterName", cluster.clone()),
            dimension("ServiceName", format!("{name}-{label}")),
        ],
    }
}

fn dimension(name: &str, value: String) -> Dimension {
    Dimension { name: name.to_owned(), value }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rollout::{EpochS, SideHealth};

    use super::{Conduct, Release, StackLife};

    fn release(subject: u64) -> Release {
        let stack = StackLife {
            name: "stage-shop-2".into(),
            token: "d-1".into(),
            asked_at: EpochS(0),
            settled_at: EpochS(0),
            failure: None,
            removal: None,
        };
        let scalings = vec![(EpochS(100), 2), (EpochS(160), 4)];
        let (label, version) = ("2".into(), "2.0.0".into());
        Release { label, version, stack, scalings, subject, place: Arc::default() }
    }

    #[test]
    fn a_release_that_has_settled_has_the_health_of_its_tasks() {
        for subject in 0..40 {
            let (release, conduct) = (release(subject), Conduct::calm(subject));
            for at in (100..400).map(EpochS) {
                let mut counted = SideHealth { tasks_desired: 4, ..SideHealth::default() };
                release.count_tasks(&mut counted, &conduct, at);
                let health = release.health(&conduct, at);
                assert_eq!(health, SideHealth { groups_empty: health.groups_empty, ..counted });
            }
            assert!(release.have_all_settled(&conduct, EpochS(399)));
        }
    }
}
