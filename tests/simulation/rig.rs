//! What outlives a driver: a world, a ledger, and a person; and drivers of a story over them.

use std::sync::Arc;

use rollout::Plan;
use runner::{
    Archive, Began, Context, DriveEnd, DriveError, Driver, GateHost, Interrupt, Leases,
    MemoryLedger, Nobody,
};
use sim::{MemoryWorld, Scenario, SimCloud, Store};

use crate::mortal::{Fuse, MortalLedger, Person, mortal_cloud};
use crate::native::Native;
use crate::script::Scripted;
use crate::story::{Case, Played, screen};

/// What is leased: one driver a world.
const WORLD: &str = "world";

/// A story made ready to be played many times.
pub(crate) struct Stage<'a> {
    pub(crate) case: &'a Case,
    plan: Plan,
    scenario: Scenario,
}

impl<'a> Stage<'a> {
    pub(crate) fn of(case: &'a Case) -> Self {
        Stage { case, plan: case.plan(), scenario: case.read_scenario() }
    }

    fn gates(&self) -> Arc<dyn GateHost> {
        match &self.case.script {
            Some(script) => Arc::new(Scripted(script.clone())),
            None => Arc::new(Native::of(&self.plan)),
        }
    }
}

/// A world and a ledger in which a story is played.
pub(crate) struct Rig<'a> {
    stage: &'a Stage<'a>,
    pub(crate) ledger: MemoryLedger,
    store: Store,
    person: Person,
}

/// A run that was begun: its id, and how its driver came off.
pub(crate) struct Drive {
    pub(crate) id: String,
    pub(crate) end: Result<DriveEnd, DriveError>,
}

impl<'a> Rig<'a> {
    /// A new world.
    pub(crate) fn new(stage: &'a Stage<'a>) -> Self {
        Rig {
            stage,
            ledger: MemoryLedger::new(),
            store: Store::Memory(MemoryWorld::default()),
            person: Person::new(&stage.case.words),
        }
    }

    pub(crate) fn sim(&self) -> SimCloud {
        let scenario = self.stage.scenario.clone();
        SimCloud::open(&self.store, Some(scenario), None).expect("the world opens")
    }

    /// Plays the story from its beginning, as far as the driver lives.
    pub(crate) async fn begin(&self, fuse: Arc<Fuse>) -> Drive {
        let sim = self.sim();
        let (id, began) = self.began(&sim).await;
        let (context, _) = self.context(&sim, fuse).await;
        let driver = Driver::begin(context, &id, began).await;
        Drive { end: drive(driver).await, id }
    }

    /// A run's id and its first line.
    pub(crate) async fn began(&self, sim: &SimCloud) -> (String, Began) {
        let plan = &self.stage.plan;
        let id = sim.new_deployment_id(plan).expect("an id");
        let began = Began {
            goal: self.stage.case.goal,
            plan: plan.clone(),
            plan_hash: plan.hash(),
            ground: sim.cloud().discovery.ground(plan).await.expect("the ground is sound"),
            file_text: String::new(),
            parameters: Default::default(),
            components: Default::default(),
            version: "0".to_owned(),
            by: "a test".to_owned(),
        };
        (id, began)
    }

    /// Goes on with a run, as far as the driver lives.
    pub(crate) async fn resume(&self, id: &str, fuse: Arc<Fuse>) -> Result<DriveEnd, DriveError> {
        let (context, _) = self.context(&self.sim(), fuse).await;
        drive(Driver::resume(context, id, "a test").await).await
    }

    /// What a driver works with in a process of its own, and the ledger as that process has it: its
    /// leases end with it.
    pub(crate) async fn context(&self, sim: &SimCloud, fuse: Arc<Fuse>) -> (Context, MemoryLedger) {
        let ledger = self.ledger.another_process();
        let inner = ledger.clone();
        let lease = inner.acquire(WORLD, "a test").await.expect("nobody else drives");
        let cloud = mortal_cloud(sim.cloud(), fuse.clone());
        let (person, clock) = (self.person.clone(), sim.cloud().clock);
        let context = Context {
            cloud,
            ledger: Arc::new(MortalLedger { inner, fuse, person, clock }),
            gates: self.stage.gates(),
            lease,
            follower: Box::new(Nobody),
            interrupt: Interrupt::default(),
            interrupt_rolls_back: true,
        };
        (context, ledger)
    }

    /// What a run that has ended left.
    pub(crate) async fn played(&self, id: &str, end: &DriveEnd) -> Played {
        let entries = self.ledger.entries(id, 0).await.expect("the journal");
        let screen = screen(id, &entries);
        Played { exit_code: end.exit_code, screen, entries, sim: self.sim() }
    }
}

async fn drive(driver: Result<Driver, DriveError>) -> Result<DriveEnd, DriveError> {
    driver?.run().await
}
