//! The port: both sides, or the one that is asked for.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ecs::types::Service;
use rollout::{Health, Side, SideHealth};
use runner::question::Place;
use runner::{Called, Deployment, Workload};

use super::{dimensions, last_words, scale, scale_in, services, targets, tasks};
use crate::aws::Aws;
use crate::deadline::in_time;

#[async_trait]
impl Workload for Aws {
    async fn scale(&self, deployment: &Deployment, tasks: u32) -> Called<()> {
        let scene = self.scene(deployment).await?;
        in_time("scaling green", scale::scale(self, &scene, tasks)).await
    }

    async fn health(&self, deployment: &Deployment) -> Called<Health> {
        let scene = self.scene(deployment).await?;
        let has_blue = deployment.ground.baseline.is_some();
        let sides = if has_blue { [Side::Green, Side::Blue].as_slice() } else { &[Side::Green] };
        in_time("reading the health of both sides", async {
            let known = services::known(self, &scene, sides).await?;
            let of = |side| {
                let name = scene.service_name(side);
                let is_its = |it: &&Service| it.service_name() == Some(&name);
                known.iter().filter(|it| services::is_active(it)).find(is_its)
            };
            let green = side_health(self, of(Side::Green)).await?;
            let blue = match has_blue {
                true => Some(side_health(self, of(Side::Blue)).await?),
                false => None,
            };
            Ok(Health { green, blue })
        })
        .await
    }

    async fn suspend_scale_in(&self, deployment: &Deployment) -> Called<()> {
        let scene = self.scene(deployment).await?;
        in_time("suspending scale-in", async {
            scale_in::suspend(self, &scene, Side::Blue, &deployment.id).await?;
            scale_in::suspend(self, &scene, Side::Green, &deployment.id).await
        })
        .await
    }

    async fn restore_scale_in(&self, deployment: &Deployment) -> Called<()> {
        let scene = self.scene(deployment).await?;
        in_time("restoring scale-in", async {
            scale_in::restore(self, &scene, Side::Green).await?;
            scale_in::restore(self, &scene, Side::Blue).await
        })
        .await
    }

    async fn preserve(&self, deployment: &Deployment, side: Side) -> Called<Vec<String>> {
        let scene = self.scene(deployment).await?;
        in_time("saving the last words", last_words::of(self, &scene, side)).await
    }

    async fn place(&self, deployment: &Deployment, side: Side) -> Called<Option<Arc<Place>>> {
        let scene = self.scene(deployment).await?;
        let Ok(balancer) = scene.balancer(side) else { return Ok(None) };
        let service = services::active(self, &scene, side).await?;
        let place = |service| Arc::new(dimensions::place(&service, scene.cluster(), balancer));
        Ok(service.map(place))
    }
}

/// The health of a service; without one, nobody is healthy.
async fn side_health(aws: &Aws, service: Option<&Service>) -> Called<SideHealth> {
    let mut health = SideHealth::default();
    let Some(service) = service else { return Ok(health) };
    health.tasks_desired = u32::try_from(service.desired_count()).unwrap_or(0);
    health.tasks_running = u32::try_from(service.running_count()).unwrap_or(0);
    tasks::read_crashes(aws, service, &mut health).await?;
    targets::read(aws, &services::target_groups(service), &mut health).await?;
    Ok(health)
}
