//! ECS and the target groups.

use std::sync::Arc;

use async_trait::async_trait;
use rollout::{Health, Side};
use runner::question::Place;
use runner::{CallError, CallErrorKind, Called, Deployment, Workload};

use crate::cloud::Sim;
use crate::scenario::Call;
use crate::world::{Release, World, side_label};

#[async_trait]
impl Workload for Sim {
    async fn scale(&self, deployment: &Deployment, tasks: u32) -> Called<()> {
        self.write(Call::Scale, deployment, |world| {
            let now = world.now;
            let label = side_label(deployment, Side::Green);
            let service = world.service(&deployment.plan);
            let release = service.release_mut(label).filter(|it| it.stack.serves(now));
            let Some(release) = release else {
                let message = format!(
                    "ecs:UpdateService: ServiceNotFoundException: there is no service {}-{label}",
                    deployment.plan.service.name
                );
                return Err(CallError::new(CallErrorKind::Refused, message));
            };
            if release.desired() != tasks {
                release.scalings.push((now, tasks));
            }
            Ok(())
        })
    }

    async fn health(&self, deployment: &Deployment) -> Called<Health> {
        self.read(Call::Health, |world| {
            let at = world.service_at(&deployment.plan);
            let service = &world.services[at];
            let health = |side| {
                let release = service.release(side_label(deployment, side));
                release.map(|it| it.health(&world.conduct(it), world.now)).unwrap_or_default()
            };
            let blue = deployment.ground.baseline.as_ref().map(|_| health(Side::Blue));
            Ok(Health { green: health(Side::Green), blue })
        })
    }

    async fn suspend_scale_in(&self, deployment: &Deployment) -> Called<()> {
        self.write(Call::SuspendScaleIn, deployment, |world| {
            let service = world.service(&deployment.plan);
            service.suspended_by.get_or_insert_with(|| deployment.id.clone());
            Ok(())
        })
    }

    async fn restore_scale_in(&self, deployment: &Deployment) -> Called<()> {
        self.write(Call::RestoreScaleIn, deployment, |world| {
            world.service(&deployment.plan).suspended_by = None;
            Ok(())
        })
    }

    async fn preserve(&self, deployment: &Deployment, side: Side) -> Called<Vec<String>> {
        self.read(Call::Preserve, |world| {
            let lines = |world: &World, release: &Release| {
                release.last_words(&world.conduct(release), world.now)
            };
            Ok(with_release(world, deployment, side, lines).unwrap_or_default())
        })
    }

    async fn place(&self, deployment: &Deployment, side: Side) -> Called<Option<Arc<Place>>> {
        self.read(Call::Place, |world| {
            let place = |world: &World, release: &Release| {
                release.stack.serves(world.now).then(|| release.place.clone())
            };
            Ok(with_release(world, deployment, side, place).flatten())
        })
    }
}

/// What is to be said of a side, if a release was ever made there.
pub(super) fn with_release<T>(
    world: &mut World,
    deployment: &Deployment,
    side: Side,
    f: impl FnOnce(&World, &Release) -> T,
) -> Option<T> {
    let at = world.service_at(&deployment.plan);
    let label = side_label(deployment, side);
    world.services[at].release(label).map(|release| f(world, release))
}
