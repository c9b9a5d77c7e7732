//! What the stories run on: the shop's plan, scripted gates, and a ledger that dies on cue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use manifest::{CommandLine, Parameters, Plugins};
use rollout::{Decision, GateDescription, Goal, Plan, Split, Verdict, Word};
use runner::question::{Answer, Question, Situation, Turn, TurnOutcome};
use runner::{
    Archive, Began, Context, DriveError, Driver, Entry, Evaluation, GateFault, GateHost, Interrupt,
    Journal, Kept, Lease, Leases, LedgerError, MemoryLedger, Nobody, RunSummary, Shelf, SpokenWord,
    WordFate, Words,
};
use sim::{MemoryWorld, Scenario, SimCloud, Store};

/// The shop of the examples.
pub(crate) fn shop() -> Plan {
    let text = include_bytes!("../../examples/shop/svc.yml");
    let parsed = manifest::parse("svc.yml", text).expect("the example is valid");
    let parameters = Parameters {
        environment: "stage".to_owned(),
        region: "sim-region-1".to_owned(),
        account_id: "000000000000".to_owned(),
        external_ip: None,
    };
    manifest::lower(&parsed, &parameters, &Plugins::built_in(), &CommandLine::default())
        .expect("the example is a plan")
        .plan
}

/// A scenario of the examples.
pub(crate) fn scenario(name: &str) -> Scenario {
    let path = format!("{}/../../examples/shop/scenarios/{name}.yml", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).expect("the scenario is there");
    let value = manifest::to_json(bytes).expect("the scenario is YAML");
    serde_json::from_value(value).expect("the scenario is one")
}

/// Gates that always say the same, whatever they are told.
pub(crate) struct Scripted(pub(crate) Decision);

#[async_trait]
impl GateHost for Scripted {
    async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault> {
        let sentence = format!("{gate} is scripted");
        Err(GateFault { code: "scripted".to_owned(), sentence })
    }

    async fn check(&self, _: &str, _: &str) -> Result<Vec<(String, String)>, GateFault> {
        Ok(Vec::new())
    }

    async fn ask(&self, _: &str, _: &Situation, _: &[u8]) -> Result<Vec<Question>, GateFault> {
        Ok(Vec::new())
    }

    async fn judge(
        &self,
        gate: &str,
        _: &Situation,
        _: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault> {
        if self.0 == Decision::Error {
            let sentence = format!("{gate} trapped");
            return Err(GateFault { code: "trap".to_owned(), sentence });
        }
        let verdict = Verdict::plain(self.0, "scripted", format!("{gate} always says so"));
        let outcome = TurnOutcome::Verdict(verdict);
        Ok(Turn { outcome, state: state.to_vec(), notes: String::new() })
    }

    async fn learn(&self, _: &str, _: &Situation, _: &[u8]) -> Result<Vec<u8>, GateFault> {
        Ok(Vec::new())
    }
}

/// A ledger whose driver dies before or after its n-th line.
pub(crate) struct Dying {
    inner: MemoryLedger,
    line: AtomicU32,
    dies_at: u32,
    after: bool,
}

impl Dying {
    async fn write<T>(&self, write: impl Future<Output = Kept<T>>) -> Kept<T> {
        let line = self.line.fetch_add(1, Ordering::Relaxed);
        if line == self.dies_at && !self.after {
            return Err(LedgerError::Killed);
        }
        let written = write.await?;
        if line == self.dies_at { Err(LedgerError::Killed) } else { Ok(written) }
    }
}

#[async_trait]
impl Journal for Dying {
    async fn begin(&self, lease: &Lease, id: &str, key: &str, first: &Arc<Entry>) -> Kept<()> {
        self.inner.begin(lease, id, key, first).await
    }
    async fn append(&self, lease: &Lease, id: &str, entry: &Arc<Entry>) -> Kept<()> {
        self.write(self.inner.append(lease, id, entry)).await
    }
    async fn keep_evaluation(&self, lease: &Lease, id: &str, look: &Arc<Evaluation>) -> Kept<()> {
        self.write(self.inner.keep_evaluation(lease, id, look)).await
    }
    async fn end(&self, lease: &Lease, id: &str, exit_code: u8) -> Kept<()> {
        self.inner.end(lease, id, exit_code).await
    }
}

#[async_trait]
impl Archive for Dying {
    async fn entries(&self, id: &str, from_seq: u32) -> Kept<Vec<Arc<Entry>>> {
        self.inner.entries(id, from_seq).await
    }
    async fn evaluations(&self, id: &str) -> Kept<Vec<Arc<Evaluation>>> {
        self.inner.evaluations(id).await
    }
    async fn runs(&self) -> Kept<Vec<RunSummary>> {
        self.inner.runs().await
    }
}

#[async_trait]
impl Leases for Dying {
    async fn acquire(&self, key: &str, holder: &str) -> Kept<Lease> {
        self.inner.acquire(key, holder).await
    }
    async fn renew(&self, lease: &Lease) -> Kept<()> {
        self.inner.renew(lease).await
    }
    fn surely_ours(&self, lease: &Lease, for_s: u32) -> bool {
        self.inner.surely_ours(lease, for_s)
    }
    async fn release(&self, lease: &Lease) -> Kept<()> {
        self.inner.release(lease).await
    }
    async fn holder(&self, key: &str) -> Kept<Option<String>> {
        self.inner.holder(key).await
    }
}

#[async_trait]
impl Words for Dying {
    async fn say(&self, id: &str, word: Word, by: &str) -> Kept<u32> {
        self.inner.say(id, word, by).await
    }
    async fn hear(&self, id: &str) -> Kept<Vec<SpokenWord>> {
        self.inner.hear(id).await
    }
    async fn settle(&self, id: &str, number: u32, fate: &WordFate) -> Kept<()> {
        self.inner.settle(id, number, fate).await
    }
    async fn fate(&self, id: &str, number: u32) -> Kept<WordFate> {
        self.inner.fate(id, number).await
    }
}

#[async_trait]
impl Shelf for Dying {
    async fn memory(&self, key: &str, gate: &str) -> Kept<Vec<u8>> {
        self.inner.memory(key, gate).await
    }
    async fn remember(&self, lease: &Lease, key: &str, gate: &str, bytes: &[u8]) -> Kept<()> {
        self.inner.remember(lease, key, gate, bytes).await
    }
    async fn component(&self, digest: &str) -> Kept<Vec<u8>> {
        self.inner.component(digest).await
    }
    async fn keep_component(&self, digest: &str, bytes: &[u8]) -> Kept<()> {
        self.inner.keep_component(digest, bytes).await
    }
}

/// A world, a ledger and gates: what outlives a driver.
pub(crate) struct Rig {
    pub(crate) ledger: MemoryLedger,
    pub(crate) store: Store,
    pub(crate) scenario: Scenario,
    pub(crate) says: Decision,
}

/// How a run ended, and what it left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct End {
    pub(crate) exit_code: u8,
    pub(crate) why: String,
    pub(crate) entries: Vec<Arc<Entry>>,
}

impl Rig {
    pub(crate) fn new(scenario: Scenario, says: Decision) -> Self {
        let store = Store::Memory(MemoryWorld::default());
        Rig { ledger: MemoryLedger::new(), store, scenario, says }
    }

    /// Drives the plan, dying before or after the n-th line that is written, if one is named.
    pub(crate) async fn drive(
        &self,
        plan: &Plan,
        dies_at: Option<(u32, bool)>,
    ) -> (String, Result<End, DriveError>) {
        let sim = SimCloud::open(&self.store, Some(self.scenario.clone()), None).expect("opens");
        let (id, began) = self.began(&sim, plan).await;
        let (context, lease) = self.context(&sim, dies_at).await;
        let driver = Driver::begin(context, &id, began).await;
        let end = self.finish(driver, &id).await;
        self.ledger.release(&lease).await.ok();
        (id, end)
    }

    /// A run's id and its first line.
    pub(crate) async fn began(&self, sim: &SimCloud, plan: &Plan) -> (String, Began) {
        let ground = sim.cloud().discovery.ground(plan).await.expect("the ground is sound");
        let id = sim.new_deployment_id(plan).expect("an id");
        let began = Began {
            goal: Goal::Deploy,
            plan: plan.clone(),
            plan_hash: plan.hash(),
            ground,
            file_text: String::new(),
            parameters: Default::default(),
            components: Default::default(),
            version: "0".to_owned(),
            by: "a test".to_owned(),
        };
        (id, began)
    }

    /// Goes on with a run.
    pub(crate) async fn resume(&self, id: &str) -> Result<End, DriveError> {
        let sim = SimCloud::open(&self.store, None, None).expect("opens");
        let (context, _) = self.context(&sim, None).await;
        let driver = Driver::resume(context, id, "a test").await;
        self.finish(driver, id).await
    }

    /// What a driver works with; its ledger dies as `drive` says.
    pub(crate) async fn context(
        &self,
        sim: &SimCloud,
        dies_at: Option<(u32, bool)>,
    ) -> (Context, Lease) {
        let lease = self.ledger.acquire("world", "a test").await.expect("nobody else drives");
        let (dies_at, after) = dies_at.unwrap_or((u32::MAX, false));
        let inner = self.ledger.clone();
        let ledger = Arc::new(Dying { inner, line: AtomicU32::new(0), dies_at, after });
        let context = Context {
            cloud: sim.cloud(),
            ledger,
            gates: Arc::new(Scripted(self.says)),
            lease: lease.clone(),
            follower: Box::new(Nobody),
            interrupt: Interrupt::default(),
            interrupt_rolls_back: true,
        };
        (context, lease)
    }

    async fn finish(
        &self,
        driver: Result<Driver, DriveError>,
        id: &str,
    ) -> Result<End, DriveError> {
        let mut driver = driver?;
        let end = driver.run().await?;
        let entries = self.ledger.entries(id, 0).await?;
        Ok(End { exit_code: end.exit_code, why: end.why, entries })
    }
}

/// Every split that was verified, in order.
pub(crate) fn splits(entries: &[Arc<Entry>]) -> Vec<Split> {
    let verified = |entry: &Arc<Entry>| match entry.event() {
        Some(rollout::Event::WeightVerified { split }) => Some(*split),
        _ => None,
    };
    entries.iter().filter_map(verified).collect()
}
