//! What the tests play on: a service, its plan, and a simulated cloud in memory.

use std::sync::Arc;

use rollout::{
    Ground, Labels, OnInconclusive, OnInterrupt, Plan, Scale, Service, Step, Topics, Weight,
};
use runner::contract::cloud::Stage;
use runner::{Called, Cloud, Deployment};
use sim::{MemoryWorld, Scenario, SimCloud, Store};

/// A simulated cloud in memory and a deployment on it.
pub(crate) struct SimStage {
    pub(crate) sim: SimCloud,
    pub(crate) deployment: Deployment,
}

/// A plan of two steps.
pub(crate) fn plan() -> Plan {
    let step = |weight, wait_s| Step {
        weight: Weight::new(weight).unwrap(),
        wait_s,
        max_wait_s: 3600,
        gates: Vec::new(),
    };
    Plan {
        service: Service {
            project: "shop".into(),
            name: "cart".into(),
            version: "2.0.0".into(),
            group: "private".into(),
            environment: "stage".into(),
            region: "eu-west-3".into(),
            cluster: "stage-ecs-cluster".into(),
        },
        names: vec!["cart.example.com".into(), "cart.example.org".into()],
        labels: Labels { blue: "1".into(), green: "2".into() },
        scale: Scale { desired: 2, wait_s: 60, max_wait_s: 600 },
        preflight: None,
        steps: vec![step(10, 60), step(100, 60)],
        gates: Vec::new(),
        drain_s: 300,
        ttl_s: 60,
        on_interrupt: OnInterrupt::Keep,
        on_inconclusive: OnInconclusive::Rollback,
        topics: Topics::default(),
    }
}

/// A deployment of the plan, on the ground as it is found.
pub(crate) async fn deployment(sim: &SimCloud, plan: Plan) -> Called<Deployment> {
    let cloud = sim.cloud();
    let ground: Ground = cloud.discovery.ground(&plan).await?;
    Ok(Deployment {
        id: sim.new_deployment_id(&plan)?,
        started_at: cloud.clock.now(),
        plan: Arc::new(plan),
        ground: Arc::new(ground),
        file_text: "".into(),
        parameters: Arc::default(),
    })
}

impl SimStage {
    pub(crate) async fn new(scenario: Scenario) -> Called<Self> {
        let sim = SimCloud::open(&Store::Memory(MemoryWorld::default()), Some(scenario), None)?;
        let deployment = deployment(&sim, plan()).await?;
        Ok(SimStage { sim, deployment })
    }
}

impl Stage for SimStage {
    fn cloud(&self) -> Cloud {
        self.sim.cloud()
    }

    fn deployment(&self) -> Deployment {
        self.deployment.clone()
    }
}
