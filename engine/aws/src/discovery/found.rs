//! All that the templates of a release depend on.

use std::collections::BTreeSet;

use manifest::file::DeploymentFile;
use rollout::Side;
use runner::Called;
use stack::{Found, Zone, wanted};

use super::balancers::Balancer;
use super::{certificates, cluster, images, listeners, secrets};
use crate::aws::Aws;
use crate::scene::Scene;

/// Looks for everything a file names. What it names and is not there is refused by the rendering,
/// at its place in the file.
///
/// # Errors
/// `Missing` for a balancer, a zone or the cluster.
pub(crate) async fn find(aws: &Aws, scene: &Scene, file: &DeploymentFile) -> Called<Found> {
    let (clients, now) = (aws.clients(), aws.connection().clock.now());
    let wanted = wanted(file, &scene.parameters);
    let (green, blue) = (scene.balancer(Side::Green)?, scene.balancer(Side::Blue)?);
    let zones = wanted.names.iter().map(|name| scene.zone(name).cloned());
    let zones: BTreeSet<_> = zones.collect::<Called<_>>()?;
    let ports = file.listeners.iter().filter_map(|it| u16::try_from(it.port.get()).ok()).collect();
    let (cluster_arn, listeners, certificates, images, secrets) = tokio::try_join!(
        cluster::find(clients, &file.service.cluster),
        listeners::find(clients, &green.arn, &ports),
        certificates::find(clients, &wanted.certificates, i64::from(now.0)),
        images::find(clients, &wanted.images),
        secrets::find(clients, &wanted.secrets),
    )?;
    Ok(Found {
        vpc_id: green.vpc_id.clone(),
        cluster_arn,
        green: balancer(green),
        blue: balancer(blue),
        listeners,
        certificates,
        zones: zones.into_iter().map(|zone| Zone { id: zone.id, name: zone.name }).collect(),
        images,
        secrets,
    })
}

fn balancer(balancer: &Balancer) -> stack::Balancer {
    stack::Balancer {
        label: balancer.label.clone(),
        arn: balancer.arn.clone(),
        dns_name: balancer.dns_name.clone(),
    }
}
