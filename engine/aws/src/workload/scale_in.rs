//! Keeping both sides from scaling in while a run lasts (S06).
//!
//! That this run suspended it is written as a tag on the scalable target itself, before the
//! suspension and taken off after its end: no crash can lose it, and another driver finds it. A
//! target without the tag whose scale-in is suspended was suspended by somebody else, and stays so.

use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTarget, ServiceNamespace, SuspendedState,
};
use rollout::Side;
use runner::{CallError, CallErrorKind, Called};

use crate::aws::Aws;
use crate::error::{call_error, code};
use crate::scene::Scene;

/// The tag; its value is the deployment that suspended scale-in.
const MARK: &str = "ecs-crd:scale-in-suspended-by";

/// Suspends scale-in by policies of a side's service, if it is scaled at all.
///
/// # Errors
/// When Application Auto Scaling does not take it.
pub(super) async fn suspend(aws: &Aws, scene: &Scene, side: Side, by: &str) -> Called<()> {
    let Some(target) = target(aws, scene, side).await? else { return Ok(()) };
    if is_suspended(&target) {
        return Ok(());
    }
    let arn = arn(&target)?;
    let tagged = aws.clients().autoscaling.tag_resource().resource_arn(arn).tags(MARK, by).send();
    tagged.await.map_err(|error| call_error(&format!("TagResource of {arn}"), error))?;
    set(aws, &target, true).await
}

/// Gives a side its scale-in back, if it was taken by us.
///
/// # Errors
/// When Application Auto Scaling does not take it.
pub(super) async fn restore(aws: &Aws, scene: &Scene, side: Side) -> Called<()> {
    let Some(target) = target(aws, scene, side).await? else { return Ok(()) };
    let arn = arn(&target)?;
    if !is_marked(aws, arn).await? {
        return Ok(());
    }
    if is_suspended(&target) {
        set(aws, &target, false).await?;
    }
    let untagged =
        aws.clients().autoscaling.untag_resource().resource_arn(arn).tag_keys(MARK).send();
    untagged.await.map_err(|error| call_error(&format!("UntagResource of {arn}"), error))?;
    Ok(())
}

/// What scales a side's service (API reference, "DescribeScalableTargets").
async fn target(aws: &Aws, scene: &Scene, side: Side) -> Called<Option<ScalableTarget>> {
    let id = format!("service/{}/{}", scene.cluster(), scene.service_name(side));
    let request = aws
        .clients()
        .autoscaling
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .resource_ids(&id);
    let answer = request.send().await;
    let answer =
        answer.map_err(|error| call_error(&format!("DescribeScalableTargets of {id}"), error))?;
    Ok(answer.scalable_targets().iter().find(|target| target.resource_id() == id).cloned())
}

fn is_suspended(target: &ScalableTarget) -> bool {
    let state = target.suspended_state();
    state.and_then(|state| state.dynamic_scaling_in_suspended()) == Some(true)
}

fn arn(target: &ScalableTarget) -> Called<&str> {
    target.scalable_target_arn().ok_or_else(|| {
        let why = format!("the scalable target {} has no ARN to tag", target.resource_id());
        CallError::new(CallErrorKind::Refused, why)
    })
}

async fn is_marked(aws: &Aws, arn: &str) -> Called<bool> {
    let answer = aws.clients().autoscaling.list_tags_for_resource().resource_arn(arn).send().await;
    match answer {
        Ok(answer) => Ok(answer.tags().is_some_and(|tags| tags.contains_key(MARK))),
        // It went with its stack meanwhile.
        Err(error) if code(&error) == "ResourceNotFoundException" => Ok(false),
        Err(error) => Err(call_error(&format!("ListTagsForResource of {arn}"), error)),
    }
}

/// Minimum and maximum are left out and so stay as they are (API reference,
/// "RegisterScalableTarget").
async fn set(aws: &Aws, target: &ScalableTarget, is_suspended: bool) -> Called<()> {
    let request = aws
        .clients()
        .autoscaling
        .register_scalable_target()
        .service_namespace(target.service_namespace().clone())
        .scalable_dimension(target.scalable_dimension().clone())
        .resource_id(target.resource_id())
        .suspended_state(state(target, is_suspended));
    let doing = format!("RegisterScalableTarget of {}", target.resource_id());
    request.send().await.map_err(|error| call_error(&doing, error))?;
    Ok(())
}

/// The target's state with another word on scale-in; a word left out would be `false` (API
/// reference, "SuspendedState").
fn state(target: &ScalableTarget, is_suspended: bool) -> SuspendedState {
    let former = target.suspended_state();
    SuspendedState::builder()
        .dynamic_scaling_in_suspended(is_suspended)
        .set_dynamic_scaling_out_suspended(former.and_then(|it| it.dynamic_scaling_out_suspended()))
        .set_scheduled_scaling_suspended(former.and_then(|it| it.scheduled_scaling_suspended()))
        .build()
}

#[cfg(test)]
mod tests {
    use aws_sdk_applicationautoscaling::primitives::DateTime;

    use super::*;

    fn target(state: Option<SuspendedState>) -> ScalableTarget {
        ScalableTarget::builder()
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id("service/stage-ecs-cluster/shop-1")
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .min_capacity(2)
            .max_capacity(9)
            .role_arn("arn:aws:iam::123456789012:role/scaling")
            .creation_time(DateTime::from_secs(0))
            .set_suspended_state(state)
            .build()
            .expect("it has all it needs")
    }

    #[test]
    fn s06_only_scale_in_changes_and_what_else_is_suspended_stays() {
        let former = SuspendedState::builder()
            .dynamic_scaling_in_suspended(false)
            .dynamic_scaling_out_suspended(false)
            .scheduled_scaling_suspended(true);
        let target = target(Some(former.build()));
        assert!(!is_suspended(&target));
        for wanted in [true, false] {
            let state = state(&target, wanted);
            assert_eq!(state.dynamic_scaling_in_suspended(), Some(wanted));
            assert_eq!(state.dynamic_scaling_out_suspended(), Some(false));
            assert_eq!(state.scheduled_scaling_suspended(), Some(true));
        }
    }

    #[test]
    fn a_target_that_says_nothing_is_not_suspended() {
        assert!(!is_suspended(&target(None)));
    }
}
