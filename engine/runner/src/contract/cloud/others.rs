//! The registry, requests of gates, and the clock.

use rollout::{Side, Stack};

use super::{Stage, green_serves, settled};
use crate::question::RequestQuestion;
use crate::{Called, StackState};

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

fn get(url: &str) -> RequestQuestion {
    RequestQuestion {
        id: "q".to_owned(),
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 30_000,
        follow_redirects: false,
    }
}

/// S13: addresses of the machine, of the network and of its credentials are refused.
///
/// # Errors
/// What the cloud answered instead.
pub async fn nothing_but_the_deployments_hosts_is_reached(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.170.2/v2/credentials",
        "http://[fd00:ec2::254]/",
        "http://2852039166/",
        "http://127.0.0.1/",
        "http://localhost/",
        "file:///etc/passwd",
        "no url",
    ] {
        let answer = cloud.probes.request(&deployment, &get(url)).await;
        assert!(answer.is_err_and(|error| !error.is_retryable()), "{url} was reached");
    }
    Ok(())
}

/// Green can be asked before it has any weight, and not before or after it stands.
///
/// # Errors
/// What the cloud answered instead.
pub async fn green_answers_through_its_own_balancer(stage: &impl Stage) -> Called<()> {
    let (cloud, deployment) = (stage.cloud(), stage.deployment());
    green_serves(stage, 2).await?;
    let place = cloud.workload.place(&deployment, Side::Green).await?.unwrap_or_default();
    let url = format!("http://{}/health", place.address);
    let answer = cloud.probes.request(&deployment, &get(&url)).await?;
    assert_eq!((answer.id.as_str(), answer.truncated), ("q", false));
    assert!((100..600).contains(&answer.status));
    assert!(answer.timings.total_ms >= answer.timings.first_byte_ms);
    cloud.stacks.retire(&deployment, Stack::Green).await?;
    assert_eq!(settled(stage, Stack::Green).await?, StackState::Absent);
    assert!(cloud.probes.request(&deployment, &get(&url)).await.is_err());
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
