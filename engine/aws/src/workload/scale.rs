//! Asking for tasks of green.

use aws_sdk_ecs::types::{DeploymentConfiguration, SchedulingStrategy, Service};
use rollout::Side;
use runner::{CallError, CallErrorKind, Called};

use super::services;
use crate::aws::Aws;
use crate::error::call_error;
use crate::scene::Scene;

/// Asks for so many tasks, unless as many or more were asked for already: by the call before this
/// one, or by green's own scaling since.
///
/// A new deployment is never forced: green has never run another task definition, and forcing one
/// is not repeatable (API reference, "UpdateService", forceNewDeployment).
///
/// # Errors
/// `Refused` when there is no such service, or ECS did not take it.
pub(super) async fn scale(aws: &Aws, scene: &Scene, tasks: u32) -> Called<()> {
    let name = scene.service_name(Side::Green);
    let Some(service) = services::active(aws, scene, Side::Green).await? else {
        let why = format!("UpdateService of {name}: there is no such service in its cluster");
        return Err(CallError::new(CallErrorKind::Refused, why));
    };
    let desired = i32::try_from(tasks).unwrap_or(i32::MAX);
    if !lacks(&service, desired) {
        return Ok(());
    }
    let request = aws
        .clients()
        .ecs
        .update_service()
        .cluster(&scene.cluster_arn)
        .service(&name)
        .desired_count(desired)
        .set_deployment_configuration(limits(&service, desired));
    let answer = request.send().await;
    answer.map_err(|error| call_error(&format!("UpdateService of {name} to {tasks}"), error))?;
    Ok(())
}

/// Whether tasks have to be asked for. A daemon has one on each instance, and ECS takes no number
/// for it (API reference, "CreateService", schedulingStrategy).
fn lacks(service: &Service, desired: i32) -> bool {
    service.scheduling_strategy() != Some(&SchedulingStrategy::Daemon)
        && service.desired_count() < desired
}

/// How many tasks a deployment of the service may stop and start: none of those asked for, and as
/// many again for each, as ecs-crd-cli 1.2.0 sets it; one task has ECS's defaults. The rest of its
/// configuration stays (API reference, "DeploymentConfiguration").
fn limits(service: &Service, desired: i32) -> Option<DeploymentConfiguration> {
    if desired < 2 {
        return None;
    }
    let former = service.deployment_configuration().cloned();
    let mut limits = former.unwrap_or_else(|| DeploymentConfiguration::builder().build());
    limits.minimum_healthy_percent = Some(100);
    limits.maximum_percent = Some(desired.saturating_mul(100));
    Some(limits)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::DeploymentCircuitBreaker;

    use super::*;

    #[test]
    fn tasks_are_asked_for_where_there_are_too_few_and_never_of_a_daemon() {
        let of = |strategy, count| {
            Service::builder().scheduling_strategy(strategy).desired_count(count).build()
        };
        assert!(lacks(&of(SchedulingStrategy::Replica, 1), 2));
        assert!(!lacks(&of(SchedulingStrategy::Replica, 8), 2));
        assert!(!lacks(&of(SchedulingStrategy::Daemon, 1), 2));
    }

    #[test]
    fn a_deployment_stops_none_of_several_tasks_and_keeps_the_rest_of_its_configuration() {
        let breaker = DeploymentCircuitBreaker::builder().enable(true).rollback(false).build();
        let former = DeploymentConfiguration::builder()
            .deployment_circuit_breaker(breaker.clone())
            .minimum_healthy_percent(0);
        let service = Service::builder().deployment_configuration(former.build()).build();
        let limits = limits(&service, 3).expect("three tasks have limits");
        assert_eq!(limits.minimum_healthy_percent(), Some(100));
        assert_eq!(limits.maximum_percent(), Some(300));
        assert_eq!(limits.deployment_circuit_breaker(), Some(&breaker));
    }

    #[test]
    fn a_single_task_keeps_the_defaults() {
        assert_eq!(limits(&Service::builder().build(), 1), None);
    }
}
