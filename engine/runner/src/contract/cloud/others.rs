//! The registry, requests of gates, and the clock.

use std::collections::BTreeMap;

use rollout::{HttpGrant, Side, Stack};
use url::Url;

use super::{Stage, green_serves, settled};
use crate::question::RequestQuestion;
use crate::{
    CallError, CallErrorKind, Called, Deployment, ProbeRequest, Probes, Reach, StackState,
};

/// What a deployment registers is the live release of the next; what is unregistered is unknown.
///
/// # Errors
/// What the cloud answered instead.
pub async fn what_is_registered_is_the_next_ground(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    green_serves(stage, 3).await?;
    cloud.registry.register(&deployment).await?;
    cloud.registry.register(&deployment).await?;
    let ground = cloud.discovery.ground(&deployment.plan).await?;
    let live = ground.baseline.as_ref().map(|it| (it.label.as_str(), it.tasks));
    assert_eq!(live, Some((deployment.ground.canary_label.as_str(), 3)));
    assert_ne!(ground.canary_label, deployment.ground.canary_label);
    cloud.registry.unregister(&deployment).await?;
    cloud.registry.unregister(&deployment).await?;
    assert_eq!(cloud.discovery.ground(&deployment.plan).await?.baseline, None);
    Ok(())
}

/// A request granted to its origin, whatever that is; green stands at `address`.
fn get(deployment: &Deployment, address: &str, url: &str) -> Result<ProbeRequest, String> {
    let origin = Url::parse(url).map_err(|error| error.to_string())?.origin();
    let grant =
        HttpGrant { origin: origin.ascii_serialization(), headers_from_secret: BTreeMap::new() };
    let reach = Reach {
        gate: "smoke".to_owned(),
        grants: vec![grant],
        green: Some(address.to_owned()),
        blue: None,
        first_name: deployment.plan.names.first().cloned().unwrap_or_default(),
    };
    let question = RequestQuestion {
        id: "q".to_owned(),
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 30_000,
        follow_redirects: false,
    };
    ProbeRequest::granted(reach, question)
}

/// S13: addresses of the machine, of the network and of its credentials are refused.
///
/// # Errors
/// What the cloud answered instead.
pub async fn nothing_but_the_deployments_hosts_is_reached(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    no_grant_opens_the_machine(cloud.probes.as_ref(), &deployment).await;
    Ok(())
}

/// The same, for probes that stand alone.
pub async fn no_grant_opens_the_machine(probes: &dyn Probes, deployment: &Deployment) {
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.170.2/v2/credentials",
        "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::254]/",
        "http://[fd00:ec2::23]/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://0xa9.0376.169.254/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://localhost/",
        "file:///etc/passwd",
        "no url",
    ] {
        match get(deployment, "green.invalid", url) {
            Ok(request) => {
                let answer = probes.request(deployment, &request).await;
                assert!(answer.is_err_and(|error| !error.is_retryable()), "{url} was reached");
            }
            // What is no URL of HTTP does not come as far as the port.
            Err(why) => assert!(["file:///etc/passwd", "no url"].contains(&url), "{url}: {why}"),
        }
    }
}

/// Green can be asked before it has any weight, and not before or after it stands.
///
/// # Errors
/// What the cloud answered instead.
pub async fn green_answers_through_its_own_balancer(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    green_serves(stage, 2).await?;
    let place = cloud.workload.place(&deployment, Side::Green).await?.unwrap_or_default();
    let request = get(&deployment, &place.address, "http://green/health");
    let request = request.map_err(|why| CallError::new(CallErrorKind::Refused, why))?;
    let answer = cloud.probes.request(&deployment, &request).await?;
    assert_eq!((answer.id.as_str(), answer.truncated), ("q", false));
    assert!((100..600).contains(&answer.status));
    assert!(answer.timings.total_ms >= answer.timings.first_byte_ms);
    cloud.stacks.retire(&deployment, Stack::Green).await?;
    assert_eq!(settled(stage, Stack::Green).await?, StackState::Absent);
    assert!(cloud.probes.request(&deployment, &request).await.is_err());
    Ok(())
}

/// An instant that has passed is not waited for, and time never runs backwards.
///
/// # Errors
/// What the cloud answered instead.
pub async fn the_clock_never_waits_for_the_past(stage: &impl Stage) -> Called<()> {
    let cloud = stage.cloud();
    let now = cloud.clock.now();
    cloud.clock.wait(now.minus_s(3_600)).await?;
    assert!(cloud.clock.now() >= now && cloud.clock.now() <= now.plus_s(5));
    cloud.clock.wait(now.plus_s(10)).await?;
    assert!(cloud.clock.now() > now);
    Ok(())
}
