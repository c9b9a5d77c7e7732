//! The ECS services of both sides.
//!
//! A side is found by the name of its service, which either tool makes from the service and the
//! label, and its target groups by the service's own description: so it is found whether its stack
//! is whole or half gone, and with one call for both sides.

use aws_sdk_ecs::types::Service;
use rollout::Side;
use runner::Called;

use crate::aws::Aws;
use crate::error::{call_error, code};
use crate::scene::Scene;

/// The states of a service that is there (API reference, "Service", status).
const ACTIVE: &str = "ACTIVE";

/// The services of these sides that ECS knows, deleted ones included for a while (API reference,
/// "DescribeServices": one that is not there is a failure `MISSING`, not an error).
///
/// # Errors
/// When ECS does not answer.
pub(super) async fn known(aws: &Aws, scene: &Scene, sides: &[Side]) -> Called<Vec<Service>> {
    let names: Vec<String> = sides.iter().map(|side| scene.service_name(*side)).collect();
    let request = aws
        .clients()
        .ecs
        .describe_services()
        .cluster(&scene.cluster_arn)
        .set_services(Some(names.clone()));
    match request.send().await {
        Ok(answer) => Ok(answer.services.unwrap_or_default()),
        Err(error) if code(&error) == "ClusterNotFoundException" => Ok(Vec::new()),
        Err(error) => Err(call_error(&format!("DescribeServices of {}", names.join(", ")), error)),
    }
}

/// A side's service, if it is there.
///
/// # Errors
/// When ECS does not answer.
pub(super) async fn active(aws: &Aws, scene: &Scene, side: Side) -> Called<Option<Service>> {
    let known = known(aws, scene, &[side]).await?;
    Ok(known.into_iter().find(is_active))
}

/// Whether a service is there, rather than on its way out or gone.
pub(super) fn is_active(service: &Service) -> bool {
    service.status() == Some(ACTIVE)
}

/// The ARNs of a service's target groups, in the order of its template, which is the file's.
pub(super) fn target_groups(service: &Service) -> Vec<&str> {
    let mut arns = Vec::new();
    for arn in service.load_balancers().iter().filter_map(|it| it.target_group_arn()) {
        if !arns.contains(&arn) {
            arns.push(arn);
        }
    }
    arns
}
