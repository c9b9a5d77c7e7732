//! The run in a world: the latest deployment that wrote, its moments, and who is its canary.

use std::collections::BTreeMap;

use rollout::{EpochS, Side, Split};
use runner::Deployment;
use serde::{Deserialize, Serialize};

use super::{Conduct, Label, Release, World};
use crate::scenario::{Moment, Unhealthy};

/// The weights that stood at each name; none where it had no records.
pub(crate) type Stood = BTreeMap<String, Option<Vec<(Label, u8)>>>;

/// The latest deployment that wrote something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) deployment: String,
    /// The key of its service.
    pub(crate) service: String,
    pub(crate) started_at: EpochS,
    pub(crate) first_traffic_at: Option<EpochS>,
    pub(crate) blue: Label,
    pub(crate) green: Label,
    /// Foreign writes that happened: what stood before, by name, until it was taken back.
    pub(crate) drifts: BTreeMap<u32, Stood>,
}

/// The labels of both sides of a deployment.
pub(crate) fn side_label(deployment: &Deployment, side: Side) -> &str {
    let labels = &deployment.plan.labels;
    let canary = &deployment.ground.canary_label;
    match (side, &deployment.ground.baseline) {
        (Side::Green, _) => canary,
        (Side::Blue, Some(baseline)) => &baseline.label,
        (Side::Blue, None) if labels.blue == *canary => &labels.green,
        (Side::Blue, None) => &labels.blue,
    }
}

/// The weights of both labels that make this split.
pub(crate) fn weights(deployment: &Deployment, split: Split) -> Vec<(Label, u8)> {
    vec![
        (side_label(deployment, Side::Blue).to_owned(), split.blue().percent()),
        (side_label(deployment, Side::Green).to_owned(), split.green().percent()),
    ]
}

impl World {
    /// A deployment writes: if it is another than before, its run begins here.
    pub(crate) fn begin(&mut self, deployment: &Deployment) {
        let known = self.run.as_ref().is_some_and(|run| run.deployment == deployment.id);
        if known {
            return;
        }
        self.spent.fill(0);
        self.stuck = 0;
        self.run = Some(Run {
            deployment: deployment.id.clone(),
            service: deployment.plan.service.key(),
            started_at: deployment.started_at,
            first_traffic_at: None,
            blue: side_label(deployment, Side::Blue).to_owned(),
            green: side_label(deployment, Side::Green).to_owned(),
            drifts: BTreeMap::new(),
        });
    }

    /// When a moment of the run is; never, when it depends on what has not happened.
    pub(crate) fn instant(&self, moment: Moment) -> Option<EpochS> {
        let run = self.run.as_ref();
        match moment {
            Moment::StartS(seconds) => {
                Some(run.map_or(super::BIRTH, |run| run.started_at).plus_s(seconds))
            }
            Moment::FirstTrafficS(seconds) => Some(run?.first_traffic_at?.plus_s(seconds)),
        }
    }

    /// Whether now lies between two moments.
    pub(crate) fn is_within(&self, from: Option<Moment>, until: Option<Moment>) -> bool {
        let begun = from.is_none_or(|from| self.instant(from).is_some_and(|at| at <= self.now));
        let over = until.and_then(|until| self.instant(until)).is_some_and(|at| at <= self.now);
        begun && !over
    }

    /// Whether a release is the new one of the run.
    pub(crate) fn is_canary(&self, release: &Release) -> bool {
        self.run.as_ref().is_some_and(|run| run.deployment == release.stack.token)
    }

    /// How the tasks of a release behave.
    pub(crate) fn conduct(&self, release: &Release) -> Conduct<'_> {
        let canary = &self.scenario.canary;
        let calm = Conduct::calm(self.seed);
        if self.is_canary(release) {
            let crash = canary.crash.as_ref();
            return Conduct {
                starts_in_s: canary.starts_in_s,
                healthy_in_s: canary.healthy_in_s,
                pending: canary.pending,
                crash: crash.and_then(|crash| Some((crash, self.instant(crash.from)?))),
                unhealthy: self.unhealthy(canary.unhealthy.as_ref()),
                ..calm
            };
        }
        Conduct { unhealthy: self.unhealthy(self.scenario.baseline.unhealthy.as_ref()), ..calm }
    }

    fn unhealthy(&self, unhealthy: Option<&Unhealthy>) -> Option<(u32, EpochS, EpochS)> {
        let unhealthy = unhealthy?;
        let until = unhealthy.until.and_then(|until| self.instant(until));
        let from = self.instant(unhealthy.from)?;
        Some((unhealthy.targets, from, until.unwrap_or(EpochS(u32::MAX))))
    }
}
