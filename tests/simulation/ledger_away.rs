//! A ledger that cannot be reached for a while (S18): what is still done, and what is not.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rollout::{Decision, Drift, EpochS, Event, Split, Stack, Weight, Word};
use runner::{
    Archive, Called, Clock, Cloud, Deployment, DriveEnd, Driver, Effective, Entry, Evaluation,
    Journal, Kept, Lease, Leases, LedgerError, MemoryLedger, RunSummary, Shelf, SpokenWord,
    StackState, Stacks, Traffic, WordFate, Words, Written,
};

use crate::mortal::Fuse;
use crate::rig::{Rig, Stage};
use crate::stories::{case, play, splits};
use crate::story::{Case, Played};

/// When the ledger is away, how long a call to it takes then, and until when the lease is ours.
#[derive(Clone, Copy)]
struct Outage {
    from: EpochS,
    until: EpochS,
    call_s: u32,
    ours_until: EpochS,
}

/// Never over, or a lease that outlasts everything.
const FOR_EVER: EpochS = EpochS(u32::MAX);

/// A ledger that answers nothing during an outage.
struct Away {
    inner: MemoryLedger,
    clock: Arc<dyn Clock>,
    outage: Outage,
}

impl Away {
    async fn there(&self) -> Kept<&MemoryLedger> {
        let now = self.clock.now();
        if now < self.outage.from || self.outage.until <= now {
            return Ok(&self.inner);
        }
        self.clock.wait(now.plus_s(self.outage.call_s)).await.expect("time passes");
        Err(LedgerError::Unreachable {
            what: "the ledger of the test".to_owned(),
            why: "nobody answers".to_owned(),
        })
    }
}

#[async_trait]
impl Journal for Away {
    async fn begin(&self, lease: &Lease, id: &str, key: &str, first: &Arc<Entry>) -> Kept<()> {
        self.there().await?.begin(lease, id, key, first).await
    }
    async fn append(&self, lease: &Lease, id: &str, entry: &Arc<Entry>) -> Kept<()> {
        self.there().await?.append(lease, id, entry).await
    }
    async fn keep_evaluation(&self, lease: &Lease, id: &str, look: &Arc<Evaluation>) -> Kept<()> {
        self.there().await?.keep_evaluation(lease, id, look).await
    }
    async fn end(&self, lease: &Lease, id: &str, exit_code: u8) -> Kept<()> {
        self.there().await?.end(lease, id, exit_code).await
    }
}

#[async_trait]
impl Archive for Away {
    async fn entries(&self, id: &str, from_seq: u32) -> Kept<Vec<Arc<Entry>>> {
        self.there().await?.entries(id, from_seq).await
    }
    async fn evaluations(&self, id: &str) -> Kept<Vec<Arc<Evaluation>>> {
        self.there().await?.evaluations(id).await
    }
    async fn runs(&self) -> Kept<Vec<RunSummary>> {
        self.there().await?.runs().await
    }
}

#[async_trait]
impl Leases for Away {
    async fn acquire(&self, key: &str, holder: &str) -> Kept<Lease> {
        self.there().await?.acquire(key, holder).await
    }
    async fn renew(&self, lease: &Lease) -> Kept<()> {
        self.there().await?.renew(lease).await
    }
    fn surely_ours(&self, lease: &Lease, for_s: u32) -> bool {
        self.clock.now() < self.outage.ours_until && self.inner.surely_ours(lease, for_s)
    }
    async fn release(&self, lease: &Lease) -> Kept<()> {
        self.there().await?.release(lease).await
    }
    async fn holder(&self, key: &str) -> Kept<Option<String>> {
        self.there().await?.holder(key).await
    }
}

#[async_trait]
impl Words for Away {
    async fn say(&self, id: &str, word: Word, by: &str) -> Kept<u32> {
        self.there().await?.say(id, word, by).await
    }
    async fn hear(&self, id: &str) -> Kept<Vec<SpokenWord>> {
        self.there().await?.hear(id).await
    }
    async fn settle(&self, id: &str, number: u32, fate: &WordFate) -> Kept<()> {
        self.there().await?.settle(id, number, fate).await
    }
    async fn fate(&self, id: &str, number: u32) -> Kept<WordFate> {
        self.there().await?.fate(id, number).await
    }
}

#[async_trait]
impl Shelf for Away {
    async fn memory(&self, key: &str, gate: &str) -> Kept<Vec<u8>> {
        self.there().await?.memory(key, gate).await
    }
    async fn remember(&self, lease: &Lease, key: &str, gate: &str, bytes: &[u8]) -> Kept<()> {
        self.there().await?.remember(lease, key, gate, bytes).await
    }
    async fn component(&self, digest: &str) -> Kept<Vec<u8>> {
        self.there().await?.component(digest).await
    }
    async fn keep_component(&self, digest: &str, bytes: &[u8]) -> Kept<()> {
        self.there().await?.keep_component(digest, bytes).await
    }
}

/// What was written to the cloud, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Made(Stack),
    Removed(Stack),
    Weights(Split),
    Records,
}

/// Ports that note what is written through them.
struct Watched {
    cloud: Cloud,
    deeds: Arc<Mutex<Vec<(EpochS, Deed)>>>,
}

impl Watched {
    fn note(&self, deed: Deed) {
        self.deeds.lock().expect("a list").push((self.cloud.clock.now(), deed));
    }
}

#[async_trait]
impl Stacks for Watched {
    async fn provision(&self, deployment: &Deployment, stack: Stack) -> Called<()> {
        self.note(Deed::Made(stack));
        self.cloud.stacks.provision(deployment, stack).await
    }
    async fn retire(&self, deployment: &Deployment, stack: Stack) -> Called<Vec<String>> {
        self.note(Deed::Removed(stack));
        self.cloud.stacks.retire(deployment, stack).await
    }
    async fn state(&self, deployment: &Deployment, stack: Stack) -> Called<StackState> {
        self.cloud.stacks.state(deployment, stack).await
    }
}

#[async_trait]
impl Traffic for Watched {
    async fn write(
        &self,
        deployment: &Deployment,
        from: Split,
        to: Split,
        over_drift: bool,
    ) -> Called<Written> {
        self.note(Deed::Weights(to));
        self.cloud.traffic.write(deployment, from, to, over_drift).await
    }
    async fn effective(
        &self,
        deployment: &Deployment,
        split: Split,
        changes: &[String],
    ) -> Called<Effective> {
        self.cloud.traffic.effective(deployment, split, changes).await
    }
    async fn drift(&self, deployment: &Deployment, split: Split) -> Called<Vec<Drift>> {
        self.cloud.traffic.drift(deployment, split).await
    }
    async fn ensure_names(&self, deployment: &Deployment) -> Called<()> {
        self.note(Deed::Records);
        self.cloud.traffic.ensure_names(deployment).await
    }
    async fn remove(&self, deployment: &Deployment) -> Called<()> {
        self.note(Deed::Records);
        self.cloud.traffic.remove(deployment).await
    }
}

/// What a run over an outage came to.
struct Outcome {
    id: String,
    end: DriveEnd,
    deeds: Vec<(EpochS, Deed)>,
    entries: Vec<Arc<Entry>>,
}

async fn drive(rig: &Rig<'_>, outage: Outage) -> Outcome {
    let sim = rig.sim();
    let (id, began) = rig.began(&sim).await;
    let (mut context, inner) = rig.context(&sim, Fuse::safe()).await;
    context.ledger = Arc::new(Away { inner, clock: sim.cloud().clock, outage });
    let deeds = Arc::new(Mutex::new(Vec::new()));
    let watched = Arc::new(Watched { cloud: sim.cloud(), deeds: deeds.clone() });
    context.cloud.stacks = watched.clone();
    context.cloud.traffic = watched;
    let mut driver = Driver::begin(context, &id, began).await.expect("it begins");
    let end = driver.run().await.expect("the run ends in good order");
    let deeds = deeds.lock().expect("a list").clone();
    let entries = rig.ledger.entries(&id, 0).await.expect("the journal");
    Outcome { id, end, deeds, entries }
}

/// The healthy release under gates that always say the same.
fn healthy(says: Decision) -> Case {
    let script = ["errors", "slowness"].map(|gate| (gate.to_owned(), vec![says]));
    let mut case = case("healthy");
    case.script = Some(script.into());
    case
}

fn verified_at(end: &Played, percent: u32) -> EpochS {
    let split = Split::green_at(Weight::new(percent).expect("a weight"));
    let verified = |entry: &&Arc<Entry>| entry.event() == Some(&Event::WeightVerified { split });
    end.entries.iter().find(verified).expect("it was verified").at
}

fn deeds_within(outcome: &Outcome, outage: Outage) -> Vec<Deed> {
    let within = |(at, _): &&(EpochS, Deed)| outage.from <= *at && *at < outage.until;
    outcome.deeds.iter().filter(within).map(|(_, deed)| *deed).collect()
}

#[tokio::test]
async fn s18_without_a_ledger_nothing_rises_is_made_or_deleted_and_the_run_goes_on_after() {
    let case = healthy(Decision::Promote);
    let stage = Stage::of(&case);
    let whole = play(&Rig::new(&stage)).await;
    let mut instants: Vec<EpochS> = whole.entries.iter().map(|entry| entry.at).collect();
    instants.dedup();
    // The first is that of the run's first line: without a ledger a run does not begin.
    for from in instants.into_iter().skip(1) {
        let rig = Rig::new(&stage);
        let outage = Outage { from, until: from.plus_s(90), call_s: 0, ours_until: FOR_EVER };
        let outcome = drive(&rig, outage).await;
        assert_eq!(outcome.end.exit_code, 0, "away from {from:?}: {}", outcome.end.why);
        assert_eq!(deeds_within(&outcome, outage), [], "away from {from:?}");
        let numbers: Vec<u32> = outcome.entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>(), "away from {from:?}");
    }
}

#[tokio::test]
async fn s18_a_roll_back_is_written_without_a_ledger_while_the_lease_is_ours() {
    let case = healthy(Decision::Rollback);
    let stage = Stage::of(&case);
    let whole = play(&Rig::new(&stage)).await;
    let from = verified_at(&whole, 10);
    let back = Deed::Weights(Split::ALL_BLUE);
    for (ours_until, wanted) in [(FOR_EVER, vec![back]), (EpochS(0), vec![])] {
        let rig = Rig::new(&stage);
        let outage = Outage { from, until: FOR_EVER, call_s: 0, ours_until };
        let outcome = drive(&rig, outage).await;
        assert_eq!(outcome.end.exit_code, 40, "{}", outcome.end.why);
        assert_eq!(
            deeds_within(&outcome, outage),
            wanted,
            "the lease is ours until {ours_until:?}"
        );
        let end = rig.resume(&outcome.id, Fuse::safe()).await.expect("the resumed run ends");
        assert!(matches!(end.exit_code, 10 | 13), "{}: {}", end.exit_code, end.why);
        let last_split = splits(&rig.played(&outcome.id, &end).await).last().copied();
        assert_eq!(last_split.unwrap_or(Split::ALL_BLUE), Split::ALL_BLUE);
    }
}

/// A ledger that swallows calls, each until its limit, while somebody else may soon take the lease.
#[tokio::test]
async fn s18_a_ledger_that_swallows_calls_leaves_time_to_go_back() {
    let case = healthy(Decision::Rollback);
    let stage = Stage::of(&case);
    let whole = play(&Rig::new(&stage)).await;
    let is_back = |entry: &&Arc<Entry>| {
        matches!(entry.event(), Some(Event::WeightsWritten { split: Split::ALL_BLUE, .. }))
    };
    let from = EpochS(whole.entries.iter().find(is_back).expect("it goes back").at.0 - 2);
    let rig = Rig::new(&stage);
    let outage = Outage { from, until: FOR_EVER, call_s: 3, ours_until: from.plus_s(10) };
    let outcome = drive(&rig, outage).await;
    assert_eq!(deeds_within(&outcome, outage), [Deed::Weights(Split::ALL_BLUE)]);
}

#[tokio::test]
async fn s18_a_driver_leaves_a_ledger_that_stays_away_as_its_plan_says() {
    let case = healthy(Decision::Hold);
    let stage = Stage::of(&case);
    let whole = play(&Rig::new(&stage)).await;
    let from = verified_at(&whole, 10);
    let outage = Outage { from, until: FOR_EVER, call_s: 0, ours_until: FOR_EVER };
    // The rig rolls back at an interrupt, and so it does here.
    let rig = Rig::new(&stage);
    let outcome = drive(&rig, outage).await;
    assert_eq!(outcome.end.exit_code, 40, "{}", outcome.end.why);
    assert!(outcome.end.why.contains("nobody answers"), "{}", outcome.end.why);
    assert_eq!(deeds_within(&outcome, outage), [Deed::Weights(Split::ALL_BLUE)]);
}
