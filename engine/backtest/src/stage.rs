//! A virtual deployment in which a replay takes place: a canary that has served for a while when the
//! first recorded interval begins, and a look at the end of each.

use std::sync::Arc;

use rollout::{EpochS, Phase};
use runner::question::{Dimension, Place, Release, Situation};

/// When the first interval begins: 2026-01-01T00:00:00Z.
pub const BEGIN: EpochS = EpochS(1_767_225_600);
/// How long the canary has had traffic then: what gates leave out as its warm-up is over.
const SERVED_S: u32 = 120;
/// How late metrics are.
pub const LAG_S: u32 = 120;

/// The instants of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Length of an interval, in seconds.
    pub period_s: u32,
    /// How many there are.
    pub intervals: u32,
}

impl Stage {
    /// The beginning of an interval, counted from 0.
    #[must_use]
    pub fn begin_of(&self, interval: u32) -> EpochS {
        BEGIN.plus_s(interval.saturating_mul(self.period_s))
    }

    /// The interval that begins then, if one does.
    #[must_use]
    pub fn interval_at(&self, time: EpochS) -> Option<u32> {
        let since_s = time.0.checked_sub(BEGIN.0)?;
        let interval = since_s / self.period_s;
        (since_s.is_multiple_of(self.period_s) && interval < self.intervals).then_some(interval)
    }

    /// A look after each interval, as soon as its metrics are there.
    pub fn looks(&self, configuration: &str, seed: u32) -> impl Iterator<Item = Situation> {
        let stage = *self;
        let canary = release("2.0.0-canary", "2", "green", 10);
        let baseline = release("1.0.0-baseline", "1", "blue", 90);
        let configuration = configuration.to_owned();
        (0..stage.intervals).map(move |interval| Situation {
            deployment: "backtest".to_owned(),
            service: "backtest".to_owned(),
            environment: "stage".to_owned(),
            region: "backtest-1".to_owned(),
            evaluation: interval,
            seed: seed.wrapping_add(interval),
            phase: Phase::Shift,
            step: 0,
            steps: 3,
            weight: 10,
            next_weight: 50,
            now: stage.begin_of(interval + 1).plus_s(LAG_S),
            started_at: BEGIN.minus_s(2 * SERVED_S),
            weight_verified_at: BEGIN.minus_s(SERVED_S),
            ttl_s: 60,
            canary_traffic_at: Some(BEGIN.minus_s(SERVED_S)),
            round: 0,
            baseline: Some(baseline.clone()),
            canary: canary.clone(),
            configuration: configuration.clone(),
            memory: Vec::new(),
        })
    }
}

fn release(version: &str, label: &str, colour: &str, weight: u8) -> Release {
    let dimension = |name: &str, value: String| Dimension { name: name.to_owned(), value };
    let balancer = dimension("LoadBalancer", format!("app/{colour}/50dc6c495c0c9188"));
    let group = dimension("TargetGroup", format!("targetgroup/{colour}/73e2d6bc24d8a067"));
    let cluster = dimension("ClusterName", "backtest".to_owned());
    Release {
        version: version.to_owned(),
        label: label.to_owned(),
        started_at: BEGIN.minus_s(2 * SERVED_S),
        weight,
        tasks_desired: 2,
        tasks_running: 2,
        targets_healthy: 2,
        targets_unhealthy: 0,
        place: Arc::new(Place {
            address: format!("{colour}.example.com"),
            load_balancer: vec![balancer.clone()],
            target_groups: vec![vec![balancer, group]],
            service: vec![cluster, dimension("ServiceName", colour.to_owned())],
        }),
    }
}
