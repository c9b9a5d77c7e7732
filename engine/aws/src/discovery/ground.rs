//! What stands there of a service.

use rollout::{Ground, Plan, Stack};
use runner::Called;

use super::{names, release};
use crate::aws::Aws;
use crate::scene::Scene;
use crate::stacks::standing::of_service;

/// What stands there. A balancer or a cluster that is gone is no error here, so that what is left
/// of a service can be removed; `Aws::survey` asks for them.
///
/// # Errors
/// `Missing` for a name without a zone, at its apex, or with records of another kind; for two
/// balancers of one label; and for a registry that names another balancer.
pub(crate) async fn find(aws: &Aws, plan: &Plan, scene: &Scene) -> Called<Ground> {
    let (baseline, init, new_names) = tokio::try_join!(
        release::live(aws, plan, scene),
        of_service(aws.clients(), &plan.service, Stack::Init, ""),
        names::new(plan, scene),
    )?;
    let gone_names = match &init {
        Some(init) => names::gone(aws.clients(), plan, scene, init).await?,
        None => Vec::new(),
    };
    // Without a live release the first balancer gets the new one.
    let canary_label = match &baseline {
        Some(live) if live.label == plan.labels.blue => &plan.labels.green,
        _ => &plan.labels.blue,
    };
    Ok(Ground {
        canary_label: canary_label.clone(),
        init_exists: init.is_some(),
        new_names,
        gone_names,
        baseline,
    })
}
