//! What a simulated world costs: the reads and writes of a rollout's half hour, without a driver.

use std::sync::Arc;

use divan::Bencher;
use rollout::{
    EpochS, Labels, OnInconclusive, OnInterrupt, Plan, Scale, Service, Side, Split, Stack, Step,
    Topics, Weight,
};
use runner::question::Place;
use runner::{Cloud, Deployment, MetricQuery, MetricSource};
use sim::{MemoryWorld, Noise, Scenario, SimCloud, Store};

fn main() {
    divan::main();
}

fn plan() -> Plan {
    let weights = [5, 10, 25, 50, 100].map(|weight| Weight::new(weight).unwrap_or(Weight::FULL));
    let step = |weight| Step { weight, wait_s: 300, max_wait_s: 3600, gates: Vec::new() };
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
        steps: weights.map(step).to_vec(),
        gates: Vec::new(),
        drain_s: 300,
        ttl_s: 60,
        on_interrupt: OnInterrupt::Keep,
        on_inconclusive: OnInconclusive::Rollback,
        topics: Topics::default(),
    }
}

/// Five weights over half an hour, health every 5 s, a minute's metrics of both sides every 60 s.
async fn half_hour(scenario: Scenario) -> runner::Called<EpochS> {
    let sim = SimCloud::open(&Store::Memory(MemoryWorld::default()), Some(scenario), None)?;
    let cloud = sim.cloud();
    let plan = plan();
    let ground = cloud.discovery.ground(&plan).await?;
    let deployment = Deployment {
        id: sim.new_deployment_id(&plan)?,
        started_at: cloud.clock.now(),
        plan: Arc::new(plan),
        ground: Arc::new(ground),
        file_text: "".into(),
        parameters: Arc::default(),
    };
    cloud.stacks.provision(&deployment, Stack::Green).await?;
    cloud.clock.wait(cloud.clock.now().plus_s(60)).await?;
    cloud.workload.scale(&deployment, 2).await?;
    cloud.clock.wait(cloud.clock.now().plus_s(60)).await?;
    let mut from = Split::ALL_BLUE;
    for step in &deployment.plan.steps {
        let to = Split::green_at(step.weight);
        cloud.traffic.write(&deployment, from, to, false).await?;
        from = to;
        dwell(&cloud, &deployment).await?;
    }
    Ok(cloud.clock.now())
}

async fn dwell(cloud: &Cloud, deployment: &Deployment) -> runner::Called<()> {
    for tick in 0..72 {
        cloud.clock.wait(cloud.clock.now().plus_s(5)).await?;
        divan::black_box(cloud.workload.health(deployment).await?);
        if tick % 12 == 0 {
            let places = places(cloud, deployment).await?;
            let queries = queries(&places, cloud.clock.now());
            divan::black_box(cloud.metrics.query(&queries).await?);
        }
    }
    Ok(())
}

async fn places(cloud: &Cloud, deployment: &Deployment) -> runner::Called<Vec<Arc<Place>>> {
    let mut places = Vec::new();
    for side in [Side::Green, Side::Blue] {
        places.extend(cloud.workload.place(deployment, side).await?);
    }
    Ok(places)
}

fn queries(places: &[Arc<Place>], now: EpochS) -> Vec<MetricQuery<'_>> {
    let begin = now.minus_s(180).period_begin(60);
    let mut queries = Vec::new();
    for dimensions in places.iter().flat_map(|place| place.target_groups.first()) {
        for (name, statistic) in [
            ("RequestCount", "Sum"),
            ("HTTPCode_Target_5XX_Count", "Sum"),
            ("TargetResponseTime", "SampleCount"),
            ("TargetResponseTime", "TC(0.2:)"),
        ] {
            queries.push(MetricQuery {
                what: MetricSource::Series {
                    namespace: "AWS/ApplicationELB",
                    name,
                    dimensions,
                    statistic,
                },
                period_s: 60,
                begin,
                end: begin.plus_s(60),
            });
        }
    }
    queries
}

/// A world's part of a rehearsal: the driver, the gate and the journal come on top.
#[expect(clippy::unwrap_used, reason = "without a world there is nothing to measure")]
#[divan::bench(args = [Noise::Clean, Noise::All])]
fn half_hour_of_a_rollout(bencher: Bencher, noise: Noise) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    bencher.bench(|| {
        let scenario = Scenario { noise, ..Scenario::default() };
        runtime.block_on(half_hour(scenario)).unwrap()
    });
}
