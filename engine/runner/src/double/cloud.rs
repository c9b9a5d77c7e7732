//! A cloud by script: each port answers what the test put there, at a clock the test moves.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rollout::{Drift, EpochS, Ground, Health, Plan, Side, Split, Stack, Standing};

use crate::question::{Completeness, Dimension, Place, Point, ResponseAnswer, Timings};
use crate::{
    CallError, CallErrorKind, Called, Clock, Cloud, Deployment, Discovery, Effective, MetricQuery,
    MetricSource, Metrics, Notices, ProbeRequest, Probes, Registry, Series, StackState, Stacks,
    Traffic, Workload, Written,
};

/// How metrics are answered: by the number of the call, and the queries.
pub(crate) type Measure = fn(&[MetricQuery<'_>]) -> Called<Vec<Series>>;

/// What the cloud answers, and what it was asked.
pub(crate) struct Script {
    pub(crate) now: AtomicU32,
    pub(crate) green: Option<Arc<Place>>,
    pub(crate) blue: Option<Arc<Place>>,
    pub(crate) measure: Mutex<Measure>,
    /// The queries of each metrics call, as text.
    pub(crate) measured: Mutex<Vec<Vec<String>>>,
    /// The URLs that were requested.
    pub(crate) requested: Mutex<Vec<String>>,
    /// One for each reading; the last stays.
    pub(crate) health: Mutex<VecDeque<Called<Health>>>,
    pub(crate) drift: Mutex<Vec<Drift>>,
}

impl Script {
    pub(crate) fn new(now: EpochS) -> Self {
        Script {
            now: AtomicU32::new(now.0),
            green: Some(Arc::new(place("green"))),
            blue: Some(Arc::new(place("blue"))),
            measure: Mutex::new(|queries| Ok(queries.iter().map(answered).collect())),
            measured: Mutex::default(),
            requested: Mutex::default(),
            health: Mutex::default(),
            drift: Mutex::default(),
        }
    }

    pub(crate) fn cloud(self: &Arc<Self>) -> Cloud {
        Cloud {
            clock: self.clone(),
            discovery: self.clone(),
            stacks: self.clone(),
            workload: self.clone(),
            traffic: self.clone(),
            metrics: self.clone(),
            probes: self.clone(),
            registry: self.clone(),
            notices: self.clone(),
        }
    }

    pub(crate) fn calls(&self) -> usize {
        self.measured.lock().unwrap().len()
    }
}

/// Where a side stands: two target groups.
pub(crate) fn place(side: &str) -> Place {
    let dimension = |name: &str, value: String| Dimension { name: name.to_owned(), value };
    let balancer = dimension("LoadBalancer", format!("app/{side}"));
    let group = |n: u32| vec![balancer.clone(), dimension("TargetGroup", format!("{side}-{n}"))];
    Place {
        address: format!("{side}.elb.test"),
        load_balancer: vec![balancer.clone()],
        target_groups: vec![group(0), group(1)],
        service: vec![dimension("ServiceName", format!("shop-{side}"))],
    }
}

pub(crate) fn point(time: EpochS, value: f64) -> Point {
    Point { time, value }
}

/// All the periods of a query, with a 1 each.
pub(crate) fn answered(query: &MetricQuery<'_>) -> Series {
    let times = (query.begin.0..query.end.0).step_by(query.period_s as usize);
    let points = times.map(|time| point(EpochS(time), 1.0)).collect();
    Series { points, completeness: Completeness::Complete }
}

/// No period, and that is all there is.
pub(crate) fn missing() -> Series {
    Series { points: Vec::new(), completeness: Completeness::Empty }
}

pub(crate) fn retryable(message: &str) -> CallError {
    CallError::new(CallErrorKind::Retryable, message)
}

fn unscripted<T>() -> Called<T> {
    Err(CallError::new(CallErrorKind::Refused, "no test asks for this"))
}

fn text(query: &MetricQuery<'_>) -> String {
    match &query.what {
        MetricSource::Series { name, dimensions, .. } => {
            let about = dimensions.last().map_or("", |dimension| dimension.value.as_str());
            format!("{name} of {about}")
        }
        MetricSource::Expression(expression) => expression.clone(),
    }
}

#[async_trait]
impl Clock for Script {
    fn now(&self) -> EpochS {
        EpochS(self.now.load(Ordering::Relaxed))
    }
    async fn wait(&self, until: EpochS) -> Called<()> {
        self.now.fetch_max(until.0, Ordering::Relaxed);
        Ok(())
    }
}

#[async_trait]
impl Metrics for Script {
    async fn query(&self, queries: &[MetricQuery<'_>]) -> Called<Vec<Series>> {
        self.measured.lock().unwrap().push(queries.iter().map(text).collect());
        let measure = *self.measure.lock().unwrap();
        measure(queries)
    }
}

#[async_trait]
impl Probes for Script {
    async fn request(&self, _: &Deployment, it: &ProbeRequest) -> Called<ResponseAnswer> {
        self.requested.lock().unwrap().push(it.target().presented.to_string());
        Ok(ResponseAnswer {
            id: it.question().id.clone(),
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            truncated: false,
            timings: Timings::default(),
        })
    }
}

#[async_trait]
impl Workload for Script {
    async fn scale(&self, _: &Deployment, _: u32) -> Called<()> {
        unscripted()
    }
    async fn health(&self, _: &Deployment) -> Called<Health> {
        let mut script = self.health.lock().unwrap();
        match script.len() {
            0 => unscripted(),
            1 => script[0].clone(),
            _ => script.pop_front().unwrap_or_else(unscripted),
        }
    }
    async fn suspend_scale_in(&self, _: &Deployment) -> Called<()> {
        unscripted()
    }
    async fn restore_scale_in(&self, _: &Deployment) -> Called<()> {
        unscripted()
    }
    async fn preserve(&self, _: &Deployment, _: Side) -> Called<Vec<String>> {
        unscripted()
    }
    async fn place(&self, _: &Deployment, side: Side) -> Called<Option<Arc<Place>>> {
        Ok(match side {
            Side::Green => self.green.clone(),
            Side::Blue => self.blue.clone(),
        })
    }
}

#[async_trait]
impl Traffic for Script {
    async fn write(&self, _: &Deployment, _: Split, _: Split, _: bool) -> Called<Written> {
        unscripted()
    }
    async fn effective(&self, _: &Deployment, _: Split, _: &[String]) -> Called<Effective> {
        Ok(Effective::Pending)
    }
    async fn drift(&self, _: &Deployment, _: Split) -> Called<Vec<Drift>> {
        Ok(self.drift.lock().unwrap().clone())
    }
    async fn ensure_names(&self, _: &Deployment) -> Called<()> {
        unscripted()
    }
    async fn remove(&self, _: &Deployment) -> Called<()> {
        unscripted()
    }
}

#[async_trait]
impl Stacks for Script {
    async fn provision(&self, _: &Deployment, _: Stack) -> Called<()> {
        unscripted()
    }
    async fn retire(&self, _: &Deployment, _: Stack) -> Called<Vec<String>> {
        unscripted()
    }
    async fn state(&self, _: &Deployment, _: Stack) -> Called<StackState> {
        Ok(StackState::Rising)
    }
}

#[async_trait]
impl Discovery for Script {
    async fn ground(&self, _: &Plan) -> Called<Ground> {
        unscripted()
    }
    async fn standing(&self, _: &Plan) -> Called<Vec<Standing>> {
        unscripted()
    }
}

#[async_trait]
impl Registry for Script {
    async fn register(&self, _: &Deployment) -> Called<()> {
        unscripted()
    }
    async fn unregister(&self, _: &Deployment) -> Called<()> {
        unscripted()
    }
}

#[async_trait]
impl Notices for Script {
    async fn send(&self, _: &str, _: &str, _: &str) -> Called<()> {
        unscripted()
    }
}
