//! One seed tells one story: whatever is asked, in whatever order, from whichever process.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use rollout::{EpochS, Side, Split, Stack, Weight};
use runner::question::{Dimension, Place};
use runner::{
    Called, Cloud, Deployment, Kept, LedgerError, MetricQuery, MetricSource, Series, StoredWorld,
    WorldStore,
};
use sim::{MemoryWorld, Noise, Scenario, SimCloud, Store};

use crate::stage::{deployment, plan};

/// A store of bytes, as a ledger keeps them.
#[derive(Debug, Default)]
pub(crate) struct Bytes(Mutex<Option<StoredWorld>>);

impl WorldStore for Bytes {
    fn load(&self) -> Kept<Option<StoredWorld>> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn commit(&self, expected_version: u64, bytes: &[u8]) -> Kept<u64> {
        let mut stored = self.0.lock().unwrap();
        let version = stored.as_ref().map_or(0, |it| it.version);
        if version != expected_version {
            return Err(LedgerError::Lost { key: "world".into() });
        }
        *stored = Some(StoredWorld { version: version + 1, bytes: bytes.to_vec() });
        Ok(version + 1)
    }
}

/// Provisions, scales and shifts, opening the world anew before every step when told to.
async fn story(store: &Store, scenario: &Scenario, reopen: bool) -> Called<(Cloud, Deployment)> {
    let open = |given| SimCloud::open(store, given, None);
    let mut sim = open(Some(scenario.clone()))?;
    let deployment = deployment(&sim, plan()).await?;
    for step in 0..6 {
        if reopen {
            sim = open(None)?;
        }
        let cloud = sim.cloud();
        let split = |green| Split::green_at(Weight::new(green).unwrap());
        match step {
            0 => cloud.stacks.provision(&deployment, Stack::Green).await?,
            1 => cloud.clock.wait(cloud.clock.now().plus_s(60)).await?,
            2 => cloud.workload.scale(&deployment, 2).await?,
            3 => cloud.clock.wait(cloud.clock.now().plus_s(60)).await?,
            4 => {
                cloud.traffic.write(&deployment, Split::ALL_BLUE, split(25), false).await?;
            }
            _ => cloud.clock.wait(cloud.clock.now().plus_s(1800)).await?,
        }
    }
    Ok((sim.cloud(), deployment))
}

fn noisy(seed: u64) -> Scenario {
    Scenario { seed, noise: Noise::All, ..Scenario::default() }
}

fn query<'a>(
    name: &'a str,
    statistic: &'a str,
    dimensions: &'a [Dimension],
    begin: EpochS,
) -> MetricQuery<'a> {
    MetricQuery {
        what: MetricSource::Series { namespace: "AWS/ApplicationELB", name, dimensions, statistic },
        period_s: 60,
        begin,
        end: begin.plus_s(60),
    }
}

async fn places(cloud: &Cloud, deployment: &Deployment) -> Vec<Arc<Place>> {
    let mut places = Vec::new();
    for side in [Side::Green, Side::Blue] {
        places.extend(cloud.workload.place(deployment, side).await.unwrap());
    }
    places
}

/// Every series of both sides, minute by minute.
fn queries(places: &[Arc<Place>]) -> Vec<MetricQuery<'_>> {
    let mut queries = Vec::new();
    for place in places {
        for minute in 0..30 {
            let begin = EpochS(sim::BIRTH.0 + 60 * minute);
            for (name, statistic) in [
                ("RequestCount", "Sum"),
                ("HTTPCode_Target_5XX_Count", "Sum"),
                ("TargetResponseTime", "p95"),
                ("TargetResponseTime", "TC(0.2:)"),
                ("HealthyHostCount", "Minimum"),
            ] {
                queries.push(query(name, statistic, &place.target_groups[0], begin));
            }
        }
    }
    queries
}

async fn answers(cloud: &Cloud, queries: &[MetricQuery<'_>]) -> Vec<Series> {
    cloud.metrics.query(queries).await.unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn s10_a_story_cut_before_every_call_is_byte_for_byte_the_uncut_one() {
    block_on(async {
        let stores: [Arc<Bytes>; 2] = [Arc::default(), Arc::default()];
        let mut told = Vec::new();
        for (store, reopen) in stores.iter().zip([false, true]) {
            let (cloud, deployment) =
                story(&Store::Bytes(store.clone()), &noisy(4), reopen).await.unwrap();
            let places = places(&cloud, &deployment).await;
            told.push(answers(&cloud, &queries(&places)).await);
        }
        assert_eq!(told[0], told[1]);
        let worlds = stores.map(|store| store.load().unwrap().unwrap().bytes);
        assert_eq!(worlds[0], worlds[1]);
    });
}

#[test]
fn another_seed_is_another_story() {
    block_on(async {
        let mut told = Vec::new();
        for seed in [4, 4, 5] {
            let store = Store::Memory(MemoryWorld::default());
            let (cloud, deployment) = story(&store, &noisy(seed), false).await.unwrap();
            let places = places(&cloud, &deployment).await;
            told.push(answers(&cloud, &queries(&places)).await);
        }
        assert_eq!(told[0], told[1]);
        assert_ne!(told[0], told[2]);
    });
}

#[test]
fn a_world_in_memory_is_the_world_that_was_read_from_bytes() {
    block_on(async {
        let memory = Store::Memory(MemoryWorld::default());
        let bytes = Store::Bytes(Arc::<Bytes>::default());
        for store in [&memory, &bytes] {
            story(store, &noisy(9), false).await.unwrap();
        }
        let world = |store| SimCloud::look(store).unwrap().world();
        assert_eq!(world(&memory), world(&bytes));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_questions_does_not_matter(
        seed in 0_u64..1_000,
        order in Just((0..300).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        block_on(async {
            let store = Store::Memory(MemoryWorld::default());
            let (cloud, deployment) = story(&store, &noisy(seed), false).await.unwrap();
            let places = places(&cloud, &deployment).await;
            let queries = queries(&places);
            let in_order = answers(&cloud, &queries).await;
            // Another cloud on the same world: it remembers no minute.
            let fresh = SimCloud::open(&store, None, None).unwrap().cloud();
            for index in order {
                let one = answers(&fresh, &queries[index..=index]).await;
                assert_eq!(one[0], in_order[index]);
            }
        });
    }
}
