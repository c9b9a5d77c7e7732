//! All the ports of a cloud, each call a touch.

use std::sync::Arc;

use async_trait::async_trait;
use rollout::{Drift, EpochS, Ground, Health, Plan, Side, Split, Stack, Standing};
use runner::question::{Place, ResponseAnswer};
use runner::{
    CallError, CallErrorKind, Called, Clock, Cloud, Deployment, Discovery, Effective, MetricQuery,
    Metrics, Notices, ProbeRequest, Probes, Registry, Series, StackState, Stacks, Traffic,
    Workload, Written,
};

use super::Fuse;

/// The cloud as a driver on this fuse sees it.
pub(crate) fn mortal_cloud(cloud: Cloud, fuse: Arc<Fuse>) -> Cloud {
    let mortal = Arc::new(Mortal { cloud, fuse });
    Cloud {
        clock: mortal.clone(),
        discovery: mortal.clone(),
        stacks: mortal.clone(),
        workload: mortal.clone(),
        traffic: mortal.clone(),
        metrics: mortal.clone(),
        probes: mortal.clone(),
        registry: mortal.clone(),
        notices: mortal,
    }
}

struct Mortal {
    cloud: Cloud,
    fuse: Arc<Fuse>,
}

impl Mortal {
    async fn call<T>(
        &self,
        kind: impl FnOnce() -> String,
        call: impl Future<Output = Called<T>>,
    ) -> Called<T> {
        let killed = || CallError::new(CallErrorKind::Killed, "killed");
        self.fuse.touch(|| format!("call {}", kind()), call, killed).await
    }
}

#[async_trait]
impl Clock for Mortal {
    fn now(&self) -> EpochS {
        self.cloud.clock.now()
    }
    fn is_wall(&self) -> bool {
        self.cloud.clock.is_wall()
    }
    async fn wait(&self, until: EpochS) -> Called<()> {
        self.call(|| "wait".to_owned(), self.cloud.clock.wait(until)).await
    }
}

#[async_trait]
impl Discovery for Mortal {
    async fn ground(&self, plan: &Plan) -> Called<Ground> {
        self.call(|| "ground".to_owned(), self.cloud.discovery.ground(plan)).await
    }
    async fn standing(&self, plan: &Plan) -> Called<Vec<Standing>> {
        self.call(|| "standing".to_owned(), self.cloud.discovery.standing(plan)).await
    }
}

#[async_trait]
impl Stacks for Mortal {
    async fn provision(&self, run: &Deployment, stack: Stack) -> Called<()> {
        let call = self.cloud.stacks.provision(run, stack);
        self.call(|| format!("provision {stack:?}"), call).await
    }
    async fn retire(&self, run: &Deployment, stack: Stack) -> Called<Vec<String>> {
        self.call(|| format!("retire {stack:?}"), self.cloud.stacks.retire(run, stack)).await
    }
    async fn state(&self, run: &Deployment, stack: Stack) -> Called<StackState> {
        self.call(|| format!("state {stack:?}"), self.cloud.stacks.state(run, stack)).await
    }
}

#[async_trait]
impl Workload for Mortal {
    async fn scale(&self, run: &Deployment, tasks: u32) -> Called<()> {
        self.call(|| "scale".to_owned(), self.cloud.workload.scale(run, tasks)).await
    }
    async fn health(&self, run: &Deployment) -> Called<Health> {
        self.call(|| "health".to_owned(), self.cloud.workload.health(run)).await
    }
    async fn suspend_scale_in(&self, run: &Deployment) -> Called<()> {
        self.call(|| "suspend".to_owned(), self.cloud.workload.suspend_scale_in(run)).await
    }
    async fn restore_scale_in(&self, run: &Deployment) -> Called<()> {
        self.call(|| "restore".to_owned(), self.cloud.workload.restore_scale_in(run)).await
    }
    async fn preserve(&self, run: &Deployment, side: Side) -> Called<Vec<String>> {
        self.call(|| format!("preserve {side:?}"), self.cloud.workload.preserve(run, side)).await
    }
    async fn place(&self, run: &Deployment, side: Side) -> Called<Option<Arc<Place>>> {
        self.call(|| format!("place {side:?}"), self.cloud.workload.place(run, side)).await
    }
}

#[async_trait]
impl Traffic for Mortal {
    async fn write(
        &self,
        run: &Deployment,
        from: Split,
        to: Split,
        over_drift: bool,
    ) -> Called<Written> {
        let call = self.cloud.traffic.write(run, from, to, over_drift);
        self.call(|| format!("write {to}"), call).await
    }
    async fn effective(
        &self,
        run: &Deployment,
        split: Split,
        changes: &[String],
    ) -> Called<Effective> {
        let call = self.cloud.traffic.effective(run, split, changes);
        self.call(|| format!("effective {split}"), call).await
    }
    async fn drift(&self, run: &Deployment, split: Split) -> Called<Vec<Drift>> {
        self.call(|| "drift".to_owned(), self.cloud.traffic.drift(run, split)).await
    }
    async fn ensure_names(&self, run: &Deployment) -> Called<()> {
        self.call(|| "ensure-names".to_owned(), self.cloud.traffic.ensure_names(run)).await
    }
    async fn remove(&self, run: &Deployment) -> Called<()> {
        self.call(|| "remove".to_owned(), self.cloud.traffic.remove(run)).await
    }
}

#[async_trait]
impl Metrics for Mortal {
    async fn query(&self, queries: &[MetricQuery<'_>]) -> Called<Vec<Series>> {
        self.call(|| "metrics".to_owned(), self.cloud.metrics.query(queries)).await
    }
}

#[async_trait]
impl Probes for Mortal {
    async fn request(&self, run: &Deployment, it: &ProbeRequest) -> Called<ResponseAnswer> {
        self.call(|| "request".to_owned(), self.cloud.probes.request(run, it)).await
    }
}

#[async_trait]
impl Registry for Mortal {
    async fn register(&self, run: &Deployment) -> Called<()> {
        self.call(|| "register".to_owned(), self.cloud.registry.register(run)).await
    }
    async fn unregister(&self, run: &Deployment) -> Called<()> {
        self.call(|| "unregister".to_owned(), self.cloud.registry.unregister(run)).await
    }
}

#[async_trait]
impl Notices for Mortal {
    async fn send(&self, topic: &str, subject: &str, body: &str) -> Called<()> {
        self.call(|| "notice".to_owned(), self.cloud.notices.send(topic, subject, body)).await
    }
}
