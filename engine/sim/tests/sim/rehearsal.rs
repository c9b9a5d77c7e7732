//! A rollout on a simulated cloud, driven to its end in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollout::{
    Gate, Goal, Grants, Labels, Limits, Mode, OnInconclusive, OnInterrupt, OnTrouble, Phase, Plan,
    Scale, Service, Step, Topics, Weight,
};
use runner::{Began, Context, Driver, Interrupt, Leases, MemoryLedger, Nobody};
use sim::{SimCloud, Store};

use crate::watchman::Watchman;

/// How a rehearsal ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct End {
    pub(crate) id: String,
    pub(crate) exit_code: u8,
    pub(crate) why: String,
}

/// Five weights over half an hour, one gate every minute.
pub(crate) fn plan() -> Plan {
    let step = |weight| Step {
        weight: Weight::new(weight).unwrap(),
        wait_s: 360,
        max_wait_s: 3_960,
        gates: vec!["watchman".into()],
    };
    let gate = Gate {
        name: "watchman".into(),
        plugin: "native".into(),
        config: serde_json::Value::Null,
        phases: BTreeSet::from([Phase::Shift, Phase::Bake]),
        every_s: 60,
        timeout_s: 10,
        mode: Mode::Enforce,
        on_error: OnTrouble::Hold,
        on_no_data: OnTrouble::Hold,
        patience_s: 300,
        grants: Grants::default(),
        limits: Limits::default(),
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
        names: vec!["cart.example.com".into()],
        labels: Labels { blue: "1".into(), green: "2".into() },
        scale: Scale { desired: 2, wait_s: 60, max_wait_s: 600 },
        preflight: None,
        steps: [5, 10, 25, 50, 100].map(step).to_vec(),
        gates: vec![gate],
        drain_s: 300,
        ttl_s: 60,
        on_interrupt: OnInterrupt::Keep,
        on_inconclusive: OnInconclusive::Rollback,
        topics: Topics::default(),
    }
}

/// Drives a plan to its end on what stands in a store.
pub(crate) async fn rehearse(goal: Goal, sim: &SimCloud, mut plan: Plan) -> End {
    let cloud = sim.cloud();
    let ground = cloud.discovery.ground(&plan).await.unwrap();
    if ground.baseline.is_none() {
        plan.steps.drain(..plan.steps.len() - 1);
    }
    let id = sim.new_deployment_id(&plan).unwrap();
    let ledger = MemoryLedger::new();
    let lease = ledger.acquire("world", "a rehearsal").await.unwrap();
    let context = Context {
        cloud,
        ledger: Arc::new(ledger),
        gates: Arc::new(Watchman),
        lease,
        follower: Box::new(Nobody),
        interrupt: Interrupt::default(),
        interrupt_rolls_back: false,
    };
    let began = Began {
        goal,
        plan_hash: plan.hash(),
        plan,
        ground,
        file_text: String::new(),
        parameters: BTreeMap::new(),
        components: BTreeMap::new(),
        version: "0".into(),
        by: "a rehearsal".into(),
    };
    let mut driver = Driver::begin(context, &id, began).await.unwrap();
    let end = driver.run().await.unwrap();
    let why = format!("{} {:?}", end.why, driver.machine().state());
    End { id, exit_code: end.exit_code, why }
}

/// Opens a store and drives the plan to its end there.
pub(crate) async fn deploy(store: &Store, scenario: sim::Scenario) -> (SimCloud, End) {
    let sim = SimCloud::open(store, Some(scenario), None).unwrap();
    let end = rehearse(Goal::Deploy, &sim, plan()).await;
    (sim, end)
}
