//! The port: which names, which records, then the work of the other files.

use async_trait::async_trait;
use rollout::{Drift, Split};
use runner::{Called, Deployment, Effective, Traffic, Written};

use super::pair::Pair;
use super::read::{Name, at_names};
use super::swap::Swap;
use super::{drift, ensure, remove, send};
use crate::aws::Aws;
use crate::deadline::in_time;

#[async_trait]
impl Traffic for Aws {
    async fn write(
        &self,
        deployment: &Deployment,
        from: Split,
        to: Split,
        over_drift: bool,
    ) -> Called<Written> {
        let scene = self.scene(deployment).await?;
        let names = Name::all(&scene, &deployment.plan.names)?;
        let pair = Pair::of(&scene, deployment.plan.ttl_s);
        let comment = comment(deployment, &to.to_string());
        let (dns, sent) = (&scene.dns, self.sent());
        let swap = Swap { dns, pair: &pair, sent, comment: &comment, from, to, over_drift };
        in_time(&comment, swap.write(&names)).await
    }

    async fn effective(
        &self,
        deployment: &Deployment,
        split: Split,
        changes: &[String],
    ) -> Called<Effective> {
        let scene = self.scene(deployment).await?;
        let pending = send::first_pending(&scene.dns, self.sent(), changes);
        if in_time("asking whether changes are in effect", pending).await?.is_some() {
            return Ok(Effective::Pending);
        }
        let drifts = self.drift(deployment, split).await?;
        Ok(match drifts.is_empty() {
            true => Effective::Verified,
            false => Effective::Drifted { drifts },
        })
    }

    async fn drift(&self, deployment: &Deployment, split: Split) -> Called<Vec<Drift>> {
        let scene = self.scene(deployment).await?;
        let names = Name::all(&scene, &deployment.plan.names)?;
        let pair = Pair::of(&scene, deployment.plan.ttl_s);
        let found = in_time("reading the weighted records", at_names(&scene.dns, &names)).await?;
        Ok(drift::drifts(&found, &pair, split))
    }

    async fn ensure_names(&self, deployment: &Deployment) -> Called<()> {
        let scene = self.scene(deployment).await?;
        let names = Name::all(&scene, &deployment.plan.names)?;
        let pair = Pair::of(&scene, deployment.plan.ttl_s);
        let comment = comment(deployment, "records for new names");
        let work = ensure::ensure(&scene.dns, &pair, self.sent(), &names, &comment);
        in_time(&comment, work).await
    }

    async fn remove(&self, deployment: &Deployment) -> Called<()> {
        let scene = self.scene(deployment).await?;
        let pair = Pair::of(&scene, deployment.plan.ttl_s);
        let names = deployment.plan.names.iter().chain(&deployment.ground.gone_names);
        // A name that lies in no zone any more has no records.
        let in_a_zone = names.filter(|name| scene.zone(name).is_ok()).cloned();
        let names = Name::all(&scene, &in_a_zone.collect::<Vec<_>>())?;
        let comment = comment(deployment, "removing the records");
        in_time(&comment, remove::remove(&scene.dns, &pair, &names, &comment)).await
    }
}

/// For who reads the trail, and for errors.
fn comment(deployment: &Deployment, what: &str) -> String {
    let service = &deployment.plan.service.name;
    format!("ecs-crd {}: {what} of {service}", deployment.id)
}
