//! Rehearsals for a dry run: the very deployment, with its own gates and what they have learnt,
//! over simulated clouds whose old release serves what the real one was measured to serve.
//!
//! Whatever language a gate is written in, and whatever it waits for, a rehearsal shows when it
//! would have said promote; and the metrics it asks for are counted as in a run.

use std::sync::Arc;

use report::{Assumed, Forecast, forecast};
use rollout::{EventRecord, Goal, Ground, OnInconclusive, Plan};
use runner::{
    Archive, Context, Driver, GateHost, Interrupt, Leases, MemoryLedger, Nobody, RecentTraffic,
    Shelf,
};
use sim::{Baseline, Before, MemoryWorld, Scenario, SimCloud, Store, TrafficScenario};

use crate::failure::Failure;
use crate::file::Prepared;
use crate::look::told;
use crate::place::{Place, WORLD};
use crate::run::began;

/// How many rehearsals, each with its own seed: the middle one of nine is a fair expectation, and
/// the worst of them is what one in ten deployments may take.
const REHEARSALS: u64 = 9;
/// Requests a second where nothing could be measured.
const ASSUMED_PER_SECOND: f64 = 100.0;
/// Of a normal distribution: its 95th percentile, in standard deviations.
const Z95: f64 = 1.645;

/// What the rehearsals take the traffic for.
pub(crate) fn assumed(traffic: Option<&RecentTraffic>) -> Assumed {
    match traffic {
        Some(it) => Assumed {
            requests_per_second: it.counts.requests as f64 / (60.0 * f64::from(it.minutes)),
            bad_share: it.counts.bad as f64 / it.counts.requests.max(1) as f64,
            measured_min: Some(it.minutes),
        },
        None => Assumed {
            requests_per_second: ASSUMED_PER_SECOND,
            bad_share: Baseline::default().error_rate,
            measured_min: None,
        },
    }
}

/// Rehearses a deployment over what was found.
pub(crate) async fn rehearse(
    place: &Place,
    prepared: &Prepared,
    ground: &Ground,
    traffic: Option<&RecentTraffic>,
) -> Result<Forecast, Failure> {
    // A pause would wait a day for a person; that it comes to one is seen without it.
    let plan = Plan { on_inconclusive: OnInconclusive::Rollback, ..prepared.plan.clone() };
    let gates: Arc<dyn GateHost> = Arc::new(prepared.components.host(&plan));
    let mut memories = Vec::new();
    for gate in &plan.gates {
        let memory = place.ledger.memory(&plan.service.key(), &gate.name).await?;
        memories.push((gate.name.clone(), memory));
    }
    let prepared = Rehearsed { plan, prepared, gates, memories };
    let mut rehearsals = Vec::new();
    for seed in 1..=REHEARSALS {
        rehearsals.push(prepared.over(scenario(seed, ground, traffic)).await?);
    }
    Ok(forecast(&prepared.plan, &rehearsals))
}

/// A healthy release over one that serves what was measured: the latency's distribution is taken
/// for lognormal, with the measured median and 95th percentile.
fn scenario(seed: u64, ground: &Ground, traffic: Option<&RecentTraffic>) -> Scenario {
    let Assumed { requests_per_second, bad_share, .. } = assumed(traffic);
    let mut baseline = Baseline { error_rate: bad_share, ..Baseline::default() };
    baseline.client_error_rate = baseline.client_error_rate.min(1.0 - bad_share);
    if let Some([median, p95]) = traffic.and_then(|it| it.latency_s).filter(|[it, _]| *it > 0.0) {
        baseline.latency_ms = (median * 1000.0).clamp(1.0, 60_000.0);
        baseline.latency_spread = ((p95 / median).ln() / Z95).clamp(0.01, 3.0);
    }
    let before = match &ground.baseline {
        Some(old) => {
            let (version, tasks) = (old.version.clone(), old.tasks.clamp(1, 1000));
            Before { version, tasks, ..Before::default() }
        }
        None => Before { deployed: false, ..Before::default() },
    };
    Scenario {
        seed,
        before,
        traffic: TrafficScenario { requests_per_second, ..TrafficScenario::default() },
        baseline,
        ..Scenario::default()
    }
}

/// What is rehearsed.
struct Rehearsed<'a> {
    plan: Plan,
    prepared: &'a Prepared,
    gates: Arc<dyn GateHost>,
    /// What each gate has learnt.
    memories: Vec<(String, Vec<u8>)>,
}

impl Rehearsed<'_> {
    /// What happens in one rehearsal, in memory from its beginning to its end.
    async fn over(&self, scenario: Scenario) -> Result<Vec<EventRecord>, Failure> {
        let ledger = Arc::new(MemoryLedger::new());
        let lease = ledger.acquire(WORLD, "a rehearsal").await?;
        for (gate, memory) in &self.memories {
            ledger.remember(&lease, &self.plan.service.key(), gate, memory).await?;
        }
        let sim = SimCloud::open(&Store::Memory(MemoryWorld::default()), Some(scenario), None)?;
        let cloud = sim.cloud();
        let ground = cloud.discovery.ground(&self.plan).await?;
        let id = sim.new_deployment_id(&self.plan)?;
        let began = began(&self.plan, self.prepared, Goal::Deploy, ground);
        let context = Context {
            cloud,
            ledger: ledger.clone(),
            gates: self.gates.clone(),
            lease,
            follower: Box::new(Nobody),
            interrupt: Interrupt::default(),
            interrupt_rolls_back: true,
        };
        Driver::begin(context, &id, began).await?.run().await?;
        told(&id, &ledger.entries(&id, 0).await?)
    }
}
