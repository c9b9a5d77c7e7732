//! The ECS cluster.

use runner::Called;

use crate::clients::Clients;
use crate::error::call_error;
use crate::scene::missing;

/// The ARN of the cluster of that name.
///
/// # Errors
/// `Missing` when there is none, naming those there are.
pub(crate) async fn find(clients: &Clients, name: &str) -> Called<String> {
    let answer = clients.ecs.describe_clusters().clusters(name).send().await;
    let answer =
        answer.map_err(|error| call_error(&format!("DescribeClusters of {name}"), error))?;
    let active = answer.clusters().iter().find(|cluster| cluster.status() == Some("ACTIVE"));
    if let Some(arn) = active.and_then(|cluster| cluster.cluster_arn()) {
        return Ok(arn.to_owned());
    }
    let all = clients.ecs.list_clusters().into_paginator().items().send().try_collect().await;
    let all = all.map_err(|error| call_error("listing the ECS clusters", error))?;
    let names: Vec<&str> = all.iter().filter_map(|arn| arn.rsplit('/').next()).collect();
    let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Err(missing(format!("looked for the ECS cluster {name}; found {found}")))
}
