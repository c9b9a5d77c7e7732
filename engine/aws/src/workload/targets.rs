//! Every target of every target group of a side, counted by what its balancer thinks of it (S05).

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    TargetHealth, TargetHealthDescription, TargetHealthReasonEnum, TargetHealthStateEnum,
};
use rollout::SideHealth;
use runner::Called;

use crate::aws::Aws;
use crate::error::{call_error, code};

/// Reads the target groups of a side into its health.
///
/// # Errors
/// When Elastic Load Balancing does not answer.
pub(super) async fn read(aws: &Aws, arns: &[&str], health: &mut SideHealth) -> Called<()> {
    for arn in arns {
        let answer = aws.clients().elb.describe_target_health().target_group_arn(*arn).send().await;
        let targets = match answer {
            Ok(answer) => answer.target_health_descriptions.unwrap_or_default(),
            // Half gone with its stack: it has no targets.
            Err(error) if code(&error) == "TargetGroupNotFound" => Vec::new(),
            Err(error) => return Err(call_error(&format!("DescribeTargetHealth of {arn}"), error)),
        };
        count(&targets, health);
    }
    Ok(())
}

/// Adds the targets of a group (API reference, "TargetHealth", state). What is neither judged nor
/// on its way out may not serve yet: `unused` is a target that no listener or zone of the balancer
/// reaches, `unavailable` one whose health is not known.
fn count(targets: &[TargetHealthDescription], health: &mut SideHealth) {
    let mut registered = 0_u32;
    let mut reasons: BTreeSet<String> = health.unhealthy_reasons.drain(..).collect();
    for target in targets {
        let judged = target.target_health();
        let state = judged.and_then(|health| health.state());
        let (counter, is_staying) = match state {
            Some(TargetHealthStateEnum::Healthy) => (&mut health.targets_healthy, true),
            Some(TargetHealthStateEnum::Unhealthy) => (&mut health.targets_unhealthy, true),
            Some(TargetHealthStateEnum::Draining | TargetHealthStateEnum::UnhealthyDraining) => {
                (&mut health.targets_draining, false)
            }
            _ => (&mut health.targets_initial, true),
        };
        *counter += 1;
        if let (Some(TargetHealthStateEnum::Unhealthy), Some(judged)) = (state, judged) {
            let told = reason(judged);
            reasons.extend((!told.is_empty()).then_some(told));
        }
        registered += u32::from(is_staying);
    }
    health.groups_empty += u32::from(registered == 0);
    // In an order of their own: the same reasons in another are no news.
    health.unhealthy_reasons = reasons.into_iter().collect();
}

/// Why a target is not healthy: the sentence, or at least the code.
fn reason(judged: &TargetHealth) -> String {
    let code = judged.reason().map(TargetHealthReasonEnum::as_str);
    judged.description().or(code).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(groups: &[&[&str]]) -> SideHealth {
        let mut health = SideHealth { tasks_desired: 1, tasks_running: 1, ..SideHealth::default() };
        for states in groups {
            let target = |state: &&str| {
                let state = TargetHealthStateEnum::from(*state);
                let health = TargetHealth::builder().state(state).build();
                TargetHealthDescription::builder().target_health(health).build()
            };
            count(&states.iter().map(target).collect::<Vec<_>>(), &mut health);
        }
        health
    }

    #[test]
    fn s05_every_target_of_every_group_counts() {
        assert!(counted(&[&["healthy"], &["healthy", "healthy", "draining"]]).may_serve());
        for state in ["initial", "unhealthy", "unused", "unavailable", "a-new-one"] {
            let last = counted(&[&["healthy", "healthy"], &["healthy", state]]);
            assert!(!last.may_serve(), "{state}: {last:?}");
        }
    }

    #[test]
    fn why_targets_are_unhealthy_is_told_once() {
        let target = |described: Option<&str>| {
            let health = TargetHealth::builder().state(TargetHealthStateEnum::Unhealthy);
            let health = health.reason(TargetHealthReasonEnum::Timeout);
            let health = health.set_description(described.map(str::to_owned)).build();
            TargetHealthDescription::builder().target_health(health).build()
        };
        let mut health = SideHealth::default();
        count(&[target(Some("Request timed out")), target(Some("Request timed out"))], &mut health);
        count(&[target(None)], &mut health);
        assert_eq!(health.unhealthy_reasons, ["Request timed out", "Target.Timeout"]);
    }

    #[test]
    fn s05_a_group_without_a_target_that_stays_is_empty() {
        for states in [&[] as &[&str], &["draining", "unhealthy.draining"]] {
            let health = counted(&[&["healthy"], states]);
            assert_eq!((health.groups_empty, health.may_serve()), (1, false), "{states:?}");
        }
        assert_eq!(counted(&[&["unhealthy"]]).groups_empty, 0);
    }
}
