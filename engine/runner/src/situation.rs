//! What a gate is told: the deployment as it stands at the instant of a look.

use rollout::{EpochS, Gate, Phase, Side, SideHealth};
use sha2::{Digest, Sha256};

use crate::driver::Driver;
use crate::question::{Release, Situation};

impl Driver {
    /// What a gate is told at this instant, in the first round of a look.
    pub(crate) fn situation(&self, gate: &Gate, now: EpochS) -> Situation {
        let plan = &self.deployment.plan;
        let memory = self.memory.get(&gate.name);
        let evaluation = memory.map_or(0, |memory| memory.looks);
        let dwell = self.machine.state().dwell();
        let step = dwell.map_or(plan.steps.len() - 1, |dwell| dwell.step);
        let phase = dwell.map_or(Phase::Bake, |dwell| dwell.phase);
        let book = self.machine.book();
        let next = match phase {
            Phase::Preflight => step,
            _ => (step + 1).min(plan.steps.len() - 1),
        };
        Situation {
            deployment: self.deployment.id.clone(),
            service: plan.service.name.clone(),
            environment: plan.service.environment.clone(),
            region: plan.service.region.clone(),
            evaluation,
            seed: seed(&self.deployment.id, &gate.name, evaluation),
            phase,
            step: u32::try_from(step).unwrap_or(u32::MAX),
            steps: u32::try_from(plan.steps.len()).unwrap_or(u32::MAX),
            weight: book.split.green().percent(),
            next_weight: plan.steps[next].weight.percent(),
            now,
            started_at: self.deployment.started_at,
            weight_verified_at: dwell.map_or(now, |dwell| dwell.verified_at),
            ttl_s: plan.ttl_s,
            canary_traffic_at: book.canary_traffic_at,
            round: 0,
            baseline: self.baseline(),
            canary: self.release(Side::Green),
            configuration: gate.config.to_string(),
            memory: memory.map(|memory| memory.learnt.clone()).unwrap_or_default(),
        }
    }

    fn baseline(&self) -> Option<Release> {
        self.deployment.ground.baseline.as_ref().map(|_| self.release(Side::Blue))
    }

    fn release(&self, side: Side) -> Release {
        let Self { deployment, machine, places, .. } = self;
        let book = machine.book();
        let health = book.health.as_ref().map(|(_, health)| health);
        let (version, label, started_at, weight, health) = match (side, &deployment.ground.baseline)
        {
            (Side::Blue, Some(old)) => (
                &old.version,
                &old.label,
                old.started_at,
                book.split.blue(),
                health.and_then(|health| health.blue.clone()),
            ),
            _ => (
                &deployment.plan.service.version,
                &deployment.ground.canary_label,
                deployment.started_at,
                book.split.green(),
                health.map(|health| health.green.clone()),
            ),
        };
        let health: SideHealth = health.unwrap_or_default();
        Release {
            version: version.clone(),
            label: label.clone(),
            started_at,
            weight: weight.percent(),
            tasks_desired: health.tasks_desired,
            tasks_running: health.tasks_running,
            targets_healthy: health.targets_healthy,
            targets_unhealthy: health.targets_unhealthy,
            place: places.of(side).cloned().unwrap_or_default(),
        }
    }
}

fn seed(deployment: &str, gate: &str, evaluation: u32) -> u32 {
    let digest = Sha256::digest([deployment, gate, &evaluation.to_string()].join("/"));
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}
