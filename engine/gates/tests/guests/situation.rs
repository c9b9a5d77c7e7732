//! A situation to ask gates about.

use std::sync::Arc;

use rollout::{EpochS, Phase};
use runner::question::{Dimension, Place, Release, Situation};

/// A look at a canary at weight 10, ten minutes after its first traffic.
pub(crate) fn situation() -> Situation {
    Situation {
        deployment: "sim-1".to_owned(),
        service: "shop".to_owned(),
        environment: "stage".to_owned(),
        region: "eu-west-3".to_owned(),
        evaluation: 3,
        seed: 42,
        phase: Phase::Shift,
        step: 1,
        steps: 3,
        weight: 10,
        next_weight: 50,
        now: EpochS(1_767_226_200),
        started_at: EpochS(1_767_225_000),
        weight_verified_at: EpochS(1_767_225_600),
        ttl_s: 60,
        canary_traffic_at: Some(EpochS(1_767_225_600)),
        round: 0,
        baseline: Some(release("1.4.1", "blue", 90)),
        canary: release("1.4.2", "green", 10),
        configuration: "{}".to_owned(),
        memory: Vec::new(),
    }
}

fn release(version: &str, color: &str, weight: u8) -> Release {
    let balancer = Dimension {
        name: "LoadBalancer".to_owned(),
        value: format!("app/{color}/50dc6c495c0c9188"),
    };
    let group = Dimension {
        name: "TargetGroup".to_owned(),
        value: format!("targetgroup/{color}/73e2d6bc24d8a067"),
    };
    Release {
        version: version.to_owned(),
        label: "1".to_owned(),
        started_at: EpochS(1_767_225_000),
        weight,
        tasks_desired: 2,
        tasks_running: 2,
        targets_healthy: 2,
        targets_unhealthy: 0,
        place: Arc::new(Place {
            address: format!("{color}.elb.test"),
            load_balancer: vec![balancer.clone()],
            target_groups: vec![vec![balancer, group]],
            service: vec![Dimension { name: "ServiceName".to_owned(), value: color.to_owned() }],
        }),
    }
}
