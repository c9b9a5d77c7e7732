//! A deployment on whose behalf is asked.

use std::sync::Arc;

use rollout::{
    EpochS, Ground, Labels, OnInconclusive, OnInterrupt, Plan, Scale, Service, Step, Topics, Weight,
};
use runner::Deployment;

/// `cart.example.com`, at its last weight.
pub(crate) fn deployment() -> Deployment {
    let weight = Weight::FULL;
    let plan = Plan {
        service: Service {
            project: "shop".into(),
            name: "cart".into(),
            version: "2.0.0".into(),
            group: "private".into(),
            environment: "stage".into(),
            region: "eu-west-3".into(),
            cluster: "stage-ecs-cluster".into(),
        },
        names: vec!["cart.example.com".into()],
        labels: Labels { blue: "1".into(), green: "2".into() },
        scale: Scale { desired: 2, wait_s: 60, max_wait_s: 600 },
        preflight: None,
        steps: vec![Step { weight, wait_s: 60, max_wait_s: 3_600, gates: Vec::new() }],
        gates: Vec::new(),
        drain_s: 300,
        ttl_s: 60,
        on_interrupt: OnInterrupt::Keep,
        on_inconclusive: OnInconclusive::Rollback,
        topics: Topics::default(),
    };
    let ground = Ground {
        baseline: None,
        canary_label: "2".into(),
        init_exists: false,
        new_names: Vec::new(),
        gone_names: Vec::new(),
    };
    Deployment {
        id: "d1".into(),
        started_at: EpochS(0),
        plan: Arc::new(plan),
        ground: Arc::new(ground),
        file_text: "".into(),
        parameters: Arc::default(),
    }
}
