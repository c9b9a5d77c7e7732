//! CloudFormation: made once, deleted once.

use std::sync::Arc;

use rollout::{Side, Stack};

use super::{Stage, settled};
use crate::{CallErrorKind, Called, Deployment, StackState};

/// A second order for a stack of the same deployment adopts it, on its way and complete.
///
/// # Errors
/// What the cloud answered instead.
pub async fn provisioning_twice_is_one_stack(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let absent = cloud.stacks.state(&deployment, Stack::Green).await?;
    assert_eq!(absent, StackState::Absent);
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    assert_eq!(settled(stage, Stack::Green).await?, StackState::Ready);
    let place = cloud.workload.place(&deployment, Side::Green).await?;
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    assert_eq!(cloud.stacks.state(&deployment, Stack::Green).await?, StackState::Ready);
    assert_eq!(cloud.workload.place(&deployment, Side::Green).await?, place);
    Ok(())
}

/// A stack that stands and carries another deployment's token is not taken over.
///
/// # Errors
/// What the cloud answered instead.
pub async fn a_stack_of_another_deployment_is_refused(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    settled(stage, Stack::Green).await?;
    let other = Deployment { id: format!("{}-other", deployment.id), ..deployment };
    let refused = cloud.stacks.provision(&other, Stack::Green).await.map_err(|it| it.kind);
    assert_eq!(refused, Err(CallErrorKind::Refused));
    Ok(())
}

/// Asked again, or for nothing, a deletion says the same.
///
/// # Errors
/// What the cloud answered instead.
pub async fn retiring_what_is_absent_or_falling_is_fine(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    cloud.stacks.retire(&deployment, Stack::Green).await?;
    assert_eq!(settled(stage, Stack::Green).await?, StackState::Absent);
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    settled(stage, Stack::Green).await?;
    cloud.stacks.retire(&deployment, Stack::Green).await?;
    cloud.stacks.retire(&deployment, Stack::Green).await?;
    assert_eq!(settled(stage, Stack::Green).await?, StackState::Absent);
    cloud.stacks.retire(&deployment, Stack::Green).await?;
    Ok(())
}

/// What is gone has no balancer dimensions any more, and the other side is untouched.
///
/// # Errors
/// What the cloud answered instead.
pub async fn a_retired_stack_leaves_no_place_behind(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    assert_eq!(cloud.workload.place(&deployment, Side::Green).await?, None);
    super::green_serves(stage, 2).await?;
    let [green, blue] = [Side::Green, Side::Blue];
    assert_ne!(
        cloud.workload.place(&deployment, green).await?,
        cloud.workload.place(&deployment, blue).await?
    );
    cloud.stacks.retire(&deployment, Stack::Green).await?;
    assert_eq!(settled(stage, Stack::Green).await?, StackState::Absent);
    assert_eq!(cloud.workload.place(&deployment, green).await?, None);
    assert!(cloud.workload.place(&deployment, blue).await?.is_some());
    let again = Deployment { ground: Arc::new((*deployment.ground).clone()), ..deployment };
    assert!(!cloud.workload.health(&again).await?.green.may_serve());
    Ok(())
}
