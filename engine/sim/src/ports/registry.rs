//! The registry of what is live.

use async_trait::async_trait;
use rollout::Side;
use runner::{Called, Deployment, Registry};

use crate::cloud::Sim;
use crate::scenario::Call;
use crate::world::{RegistryItem, side_label};

#[async_trait]
impl Registry for Sim {
    async fn register(&self, deployment: &Deployment) -> Called<()> {
        self.write(Call::Register, deployment, |world| {
            let item = RegistryItem {
                label: side_label(deployment, Side::Green).to_owned(),
                version: deployment.plan.service.version.clone(),
                deployed_at: world.now,
            };
            let registry = &mut world.service(&deployment.plan).registry;
            // Again is fine: the first time is when it was deployed.
            let known = registry
                .as_ref()
                .is_some_and(|it| it.label == item.label && it.version == item.version);
            if !known {
                *registry = Some(item);
            }
            Ok(())
        })
    }

    async fn unregister(&self, deployment: &Deployment) -> Called<()> {
        self.write(Call::Unregister, deployment, |world| {
            world.service(&deployment.plan).registry = None;
            Ok(())
        })
    }
}
