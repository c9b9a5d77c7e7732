//! ECS and the target groups: tasks asked for once, health read as it is.

use rollout::{SideHealth, Stack};

use super::{Stage, give_up_at, green_serves, pass, settled};
use crate::Called;

/// The number it has already is asked for again without a task being replaced.
///
/// # Errors
/// What the cloud answered instead.
pub async fn scaling_again_is_no_new_deployment(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    green_serves(stage, 3).await?;
    cloud.workload.scale(&deployment, 3).await?;
    let health = cloud.workload.health(&deployment).await?.green;
    assert!(health.may_serve(), "{health:?}");
    assert_eq!((health.tasks_desired, health.targets_draining), (3, 0));
    Ok(())
}

/// Targets are first unjudged, then healthy; a side with unjudged ones may not serve (S05).
///
/// # Errors
/// What the cloud answered instead.
pub async fn health_goes_from_initial_to_healthy(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    settled(stage, Stack::Green).await?;
    assert_eq!(cloud.workload.health(&deployment).await?.green.targets_healthy, 0);
    cloud.workload.scale(&deployment, 2).await?;
    let (until, mut was_initial) = (give_up_at(&cloud), false);
    loop {
        let green = cloud.workload.health(&deployment).await?.green;
        assert_eq!(green.tasks_desired, 2);
        was_initial |= green.targets_initial > 0;
        if green.targets_initial > 0 || green.tasks_running < 2 {
            assert!(!green.may_serve(), "{green:?}");
        }
        if green.may_serve() {
            assert_eq!((green.targets_healthy, green.groups_empty), (2, 0));
            break;
        }
        assert!(cloud.clock.now() < until, "green never became healthy");
        pass(&cloud, 1).await?;
    }
    assert!(was_initial, "no target was seen before it was judged");
    Ok(())
}

/// The old release is read too, and what is done to green does not touch it.
///
/// # Errors
/// What the cloud answered instead.
pub async fn health_tells_both_sides(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    let before = cloud.workload.health(&deployment).await?;
    let tasks = deployment.ground.baseline.as_ref().map(|baseline| baseline.tasks);
    assert_eq!(before.blue.as_ref().map(|blue| blue.tasks_running), tasks);
    assert!(before.blue.as_ref().is_some_and(SideHealth::may_serve));
    green_serves(stage, 2).await?;
    assert_eq!(cloud.workload.health(&deployment).await?.blue, before.blue);
    Ok(())
}

/// Both may be asked for again and in any state.
///
/// # Errors
/// What the cloud answered instead.
pub async fn suspending_and_restoring_scale_in_are_repeatable(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    cloud.workload.restore_scale_in(&deployment).await?;
    cloud.workload.suspend_scale_in(&deployment).await?;
    cloud.workload.suspend_scale_in(&deployment).await?;
    cloud.workload.restore_scale_in(&deployment).await?;
    cloud.workload.restore_scale_in(&deployment).await
}
