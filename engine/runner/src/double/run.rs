//! A run brought to its first weight, and what it wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rollout::{
    Baseline, EpochS, Event, Gate, Goal, Grants, Ground, Health, HttpGrant, Labels, Limits, Mode,
    OnInconclusive, OnInterrupt, OnTrouble, Phase, Plan, Scale, Service, SideHealth, Split, Stack,
    Step, Topics, Weight,
};

use super::{Script, ScriptedGates};
use crate::{
    Archive, Began, Context, Driver, Entry, Evaluation, Interrupt, Leases, MemoryLedger, Nobody,
};

/// When every run begins.
pub(crate) const T0: EpochS = EpochS(1_800_000_000);
const ID: &str = "d-1";

/// A driver and what it works with.
pub(crate) struct Run {
    pub(crate) driver: Driver,
    pub(crate) script: Arc<Script>,
    pub(crate) ledger: MemoryLedger,
    gates: Vec<String>,
}

pub(crate) fn green_at(percent: u32) -> Split {
    Split::green_at(Weight::new(percent).unwrap())
}

impl Run {
    /// A run whose green was just asked for.
    pub(crate) async fn new(gates: &[&str], host: ScriptedGates) -> Self {
        let (script, ledger) = (Arc::new(Script::new(T0)), MemoryLedger::new());
        let context = Context {
            cloud: script.cloud(),
            ledger: Arc::new(ledger.clone()),
            gates: Arc::new(host),
            lease: ledger.acquire("world", "a test").await.unwrap(),
            follower: Box::new(Nobody),
            interrupt: Interrupt::default(),
            interrupt_rolls_back: false,
        };
        let plan = plan(gates);
        let began = Began {
            goal: Goal::Deploy,
            plan_hash: plan.hash(),
            plan,
            ground: ground(),
            file_text: String::new(),
            parameters: BTreeMap::new(),
            components: BTreeMap::new(),
            version: "0".to_owned(),
            by: "a test".to_owned(),
        };
        let driver = Driver::begin(context, ID, began).await.unwrap();
        let gates = gates.iter().map(|gate| (*gate).to_owned()).collect();
        Run { driver, script, ledger, gates }
    }

    /// A run at its first weight, verified just now.
    pub(crate) async fn at_first_weight(gates: &[&str], host: ScriptedGates) -> Self {
        let mut run = Run::new(gates, host).await;
        run.happen(Event::StackRequested { stack: Stack::Green }).await;
        run.happen(Event::StackReady { stack: Stack::Green }).await;
        run.happen(Event::ScaleInSuspended).await;
        run.happen(Event::Scaled { tasks: 2 }).await;
        run.pass(60);
        run.happen(Event::HealthRead { health: healthy() }).await;
        run.happen(Event::HealthRead { health: healthy() }).await;
        run.shift(10).await;
        run
    }

    /// The next weight is written and verified.
    pub(crate) async fn shift(&mut self, percent: u32) {
        let split = green_at(percent);
        self.happen(Event::WeightsWritten { split, changes: vec!["C1".to_owned()] }).await;
        self.happen(Event::WeightVerified { split }).await;
    }

    pub(crate) async fn happen(&mut self, event: Event) {
        self.driver.happened(event, None).await.unwrap();
    }

    pub(crate) fn now(&self) -> EpochS {
        self.driver.now()
    }

    pub(crate) fn pass(&self, seconds: u32) {
        self.script.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Asks all the gates; what was kept of it, in their order.
    pub(crate) async fn look(&mut self) -> Vec<Arc<Evaluation>> {
        let before = self.evaluations().await.len();
        self.driver.look(&self.gates.clone()).await.unwrap();
        self.evaluations().await.split_off(before)
    }

    /// Grants a gate an origin.
    pub(crate) fn grant(&mut self, gate: &str, origin: &str) {
        let mut plan = self.driver.deployment.plan.as_ref().clone();
        let granted = HttpGrant { origin: origin.to_owned(), headers_from_secret: BTreeMap::new() };
        plan.gates.iter_mut().filter(|it| it.name == gate).for_each(|it| {
            it.grants.http.push(granted.clone());
        });
        self.driver.deployment.plan = Arc::new(plan);
    }

    pub(crate) async fn evaluations(&self) -> Vec<Arc<Evaluation>> {
        self.ledger.evaluations(ID).await.unwrap()
    }

    pub(crate) async fn entries(&self) -> Vec<Arc<Entry>> {
        self.ledger.entries(ID, 0).await.unwrap()
    }

    pub(crate) fn id(&self) -> &'static str {
        ID
    }
}

pub(crate) fn healthy() -> Health {
    let side = SideHealth {
        tasks_desired: 2,
        tasks_running: 2,
        targets_healthy: 2,
        ..SideHealth::default()
    };
    Health { green: side.clone(), blue: Some(side) }
}

fn ground() -> Ground {
    let baseline = Baseline {
        label: "1".to_owned(),
        version: "1".to_owned(),
        started_at: EpochS(1),
        tasks: 2,
        targets_healthy: 2,
    };
    Ground {
        baseline: Some(baseline),
        canary_label: "2".to_owned(),
        init_exists: true,
        new_names: Vec::new(),
        gone_names: Vec::new(),
    }
}

fn gate(name: &str) -> Gate {
    Gate {
        name: name.to_owned(),
        plugin: "scripted".to_owned(),
        config: serde_json::Value::Null,
        phases: BTreeSet::from([Phase::Shift, Phase::Bake]),
        every_s: 15,
        timeout_s: 10,
        mode: Mode::Enforce,
        on_error: OnTrouble::Hold,
        on_no_data: OnTrouble::Hold,
        patience_s: 300,
        grants: Grants::default(),
        limits: Limits::default(),
    }
}

pub(crate) fn plan(gates: &[&str]) -> Plan {
    let step = |percent| Step {
        weight: Weight::new(percent).unwrap(),
        wait_s: 60,
        max_wait_s: 3_660,
        gates: gates.iter().map(|gate| (*gate).to_owned()).collect(),
    };
    Plan {
        service: Service {
            project: "shop".to_owned(),
            name: "cart".to_owned(),
            version: "2".to_owned(),
            group: "private".to_owned(),
            environment: "stage".to_owned(),
            region: "eu-west-3".to_owned(),
            cluster: "main".to_owned(),
        },
        names: vec!["cart.example.com".to_owned()],
        labels: Labels { blue: "1".to_owned(), green: "2".to_owned() },
        scale: Scale { desired: 2, wait_s: 60, max_wait_s: 600 },
        preflight: None,
        steps: [10, 50, 100].map(step).to_vec(),
        gates: gates.iter().map(|name| gate(name)).collect(),
        drain_s: 300,
        ttl_s: 60,
        on_interrupt: OnInterrupt::Keep,
        on_inconclusive: OnInconclusive::Rollback,
        topics: Topics::default(),
    }
}
