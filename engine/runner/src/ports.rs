//! The ports on the cloud: what every adapter implements and every contract test runs against.
//!
//! Common to all: a call is short (20 s at most) and repeatable: called again after a crash or a
//! lost reply it leaves the same end state and says the same. Nothing waits; what takes time is
//! asked for and then read. An error says whether asking again makes sense (`CallError`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use rollout::{Drift, EpochS, Ground, Health, Plan, Side, Split, Stack, Standing};
use secrecy::SecretString;

use crate::question::{Completeness, Dimension, Place, Point, ResponseAnswer};
use crate::reach::ProbeRequest;
use crate::record::Began;

/// The deployment a call is made for.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its id; names made for it derive from it.
    pub id: String,
    /// When it began.
    pub started_at: EpochS,
    /// What is to be done.
    pub plan: Arc<Plan>,
    /// What was found.
    pub ground: Arc<Ground>,
    /// The deployment file's text, from which templates are rendered.
    pub file_text: Arc<str>,
    /// What was given or found beside it when the deployment began, such as `environment`; an
    /// adapter may keep there what it found for its templates.
    pub parameters: Arc<BTreeMap<String, String>>,
}

impl Deployment {
    /// The one that began so.
    #[must_use]
    pub fn of(id: &str, started_at: EpochS, began: &Began) -> Self {
        Deployment {
            id: id.to_owned(),
            started_at,
            plan: Arc::new(began.plan.clone()),
            ground: Arc::new(began.ground.clone()),
            file_text: began.file_text.as_str().into(),
            parameters: Arc::new(began.parameters.clone()),
        }
    }
}

/// A call that did not succeed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{message}")]
pub struct CallError {
    /// What to do about it.
    pub kind: CallErrorKind,
    /// A sentence with what was called, what came back, and a hint.
    pub message: String,
}

/// What a failed call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallErrorKind {
    /// Throttled, 5xx, timed out, reply lost: ask again.
    Retryable,
    /// Somebody else is at it and will be done: ask again, however long that takes.
    Busy,
    /// The account lacks something (exit 3 before any write).
    Missing,
    /// Refused for good.
    Refused,
    /// The credentials have ended (exit 40, never 14).
    CredentialsEnded,
    /// Another driver has this world, or the lease was lost (exit 30).
    LeaseLost,
    /// The process is being killed by a test: leave at once.
    Killed,
}

impl CallError {
    /// An error of that kind.
    #[must_use]
    pub fn new(kind: CallErrorKind, message: impl Into<String>) -> Self {
        CallError { kind, message: message.into() }
    }

    /// Whether asking again makes sense.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == CallErrorKind::Retryable
    }
}

/// The answer of a call.
pub type Called<T> = Result<T, CallError>;

/// The cloud's clock.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> EpochS;
    /// Whether wall time passes while it stands at one second: then a person may speak meanwhile.
    fn is_wall(&self) -> bool {
        true
    }
    /// Returns at `until`, or earlier: where wall time passes meanwhile, within one tick (1 s of
    /// the cloud's time), so that a person's word is heard. Never later than `until` in virtual
    /// time. An `until` in the past returns at once.
    ///
    /// # Errors
    /// When the moved time cannot be kept (a simulated world).
    async fn wait(&self, until: EpochS) -> Called<()>;
}

impl fmt::Debug for dyn Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// Finding out what the account holds; writes nothing.
#[async_trait]
pub trait Discovery: Send + Sync {
    /// What stands there for this plan's service.
    ///
    /// # Errors
    /// `Missing` names what was looked for and what was found.
    async fn ground(&self, plan: &Plan) -> Called<Ground>;
    /// What stands now, for people: stacks, weights of each name, registry.
    async fn standing(&self, plan: &Plan) -> Called<Vec<Standing>>;
}

/// How a stack stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StackState {
    /// There is none.
    Absent,
    /// Being made.
    Rising,
    /// Complete.
    Ready,
    /// Could not be made; the reason is the earliest failure that is no mere cancellation.
    Failed {
        /// The first failing resource and why.
        reason: String,
    },
    /// Being deleted.
    Falling,
    /// Could not be deleted.
    Stuck {
        /// The resources that are left, by name.
        left: Vec<String>,
    },
}

/// CloudFormation.
#[async_trait]
pub trait Stacks: Send + Sync {
    /// Asks for a stack (init or green). One that stands and carries this deployment's token is
    /// adopted; one of somebody else's is `Refused`.
    async fn provision(&self, deployment: &Deployment, stack: Stack) -> Called<()>;
    /// Asks for a stack's deletion; one that is absent or falling already is fine. What another
    /// service uses stays (S17): it is returned, a sentence each, until the stack is gone, also to
    /// who takes over; and nothing goes before `state` is asked for, so the journal knows it first.
    async fn retire(&self, deployment: &Deployment, stack: Stack) -> Called<Vec<String>>;
    /// How it stands.
    async fn state(&self, deployment: &Deployment, stack: Stack) -> Called<StackState>;
}

/// ECS and the target groups.
#[async_trait]
pub trait Workload: Send + Sync {
    /// Asks for so many tasks of green; the number it has already is no new deployment.
    async fn scale(&self, deployment: &Deployment, tasks: u32) -> Called<()>;
    /// Tasks and every target of every target group, of both sides.
    async fn health(&self, deployment: &Deployment) -> Called<Health>;
    /// Suspends scale-in of both sides, remembering the former settings where a crash cannot lose
    /// them; again is fine.
    async fn suspend_scale_in(&self, deployment: &Deployment) -> Called<()>;
    /// Gives the former settings back; again is fine.
    async fn restore_scale_in(&self, deployment: &Deployment) -> Called<()>;
    /// Stopped-task reasons, exit codes and last log lines of a side, before it is deleted (S12).
    async fn preserve(&self, deployment: &Deployment, side: Side) -> Called<Vec<String>>;
    /// Where a side stands; none when it is not there.
    async fn place(&self, deployment: &Deployment, side: Side) -> Called<Option<Arc<Place>>>;
}

/// What a write of weights came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Every zone took it; the ids of the changes. Empty when the records stood so already and
    /// no change is under way.
    Done {
        /// The provider's ids.
        changes: Vec<String>,
    },
    /// Somebody else changed the records; nothing was written.
    Drifted {
        /// What differs.
        drifts: Vec<Drift>,
    },
}

/// Whether a change is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effective {
    /// Some zone is not INSYNC yet.
    Pending,
    /// All are, and the records read back so.
    Verified,
    /// All are, and the records read back otherwise.
    Drifted {
        /// What differs.
        drifts: Vec<Drift>,
    },
}

/// Route 53: the weighted records of the plan's names.
///
/// Both records of a name go in one change batch of its zone, sum to 100 and carry equal TTLs
/// (S03); a write deletes exactly what was read and creates the new (S04).
#[async_trait]
pub trait Traffic: Send + Sync {
    /// Writes `to` where `from` or `to` stands; anything else is `Drifted`, unless `over_drift`.
    async fn write(
        &self,
        deployment: &Deployment,
        from: Split,
        to: Split,
        over_drift: bool,
    ) -> Called<Written>;
    /// Whether these changes are in effect and every name reads back as `split`.
    async fn effective(
        &self,
        deployment: &Deployment,
        split: Split,
        changes: &[String],
    ) -> Called<Effective>;
    /// Names that do not read as `split`; an empty list means all do.
    async fn drift(&self, deployment: &Deployment, split: Split) -> Called<Vec<Drift>>;
    /// Makes records, at the live side 100, for the plan's names that have none.
    async fn ensure_names(&self, deployment: &Deployment) -> Called<()>;
    /// Deletes the service's records by exact value and checks by listing; none there is fine.
    async fn remove(&self, deployment: &Deployment) -> Called<()>;
}

/// A resolved metric query: one entry of a `GetMetricData` call. Its id there is `query_id` of its
/// place in the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricQuery<'a> {
    /// What it asks for.
    pub what: MetricSource<'a>,
    /// Seconds.
    pub period_s: u32,
    /// Inclusive.
    pub begin: EpochS,
    /// Exclusive.
    pub end: EpochS,
}

/// A series or metric math.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricSource<'a> {
    /// One series.
    Series {
        /// For example `AWS/ApplicationELB`.
        namespace: &'a str,
        /// For example `RequestCount`.
        name: &'a str,
        /// Sorted by name.
        dimensions: &'a [Dimension],
        /// As CloudWatch spells it.
        statistic: &'a str,
    },
    /// Metric math; it names series of the same call by their `query_id`.
    Expression(String),
}

/// What a query is called in metric math: its place in the call, counted from 0, as CloudWatch
/// wants an id (`[a-z][a-zA-Z0-9_]*`).
#[must_use]
pub fn query_id(place: usize) -> String {
    format!("m{place}")
}

/// What a query is answered with.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// In rising time.
    pub points: Vec<Point>,
    /// How much of it is there.
    pub completeness: Completeness,
}

/// CloudWatch.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// One answer for each query, in its order.
    async fn query(&self, queries: &[MetricQuery<'_>]) -> Called<Vec<Series>>;
}

/// HTTP requests to green, blue and granted origins.
///
/// The caller checked the grants; the addresses are checked here, after resolution, all of them:
/// one that belongs to the machine, the network or its credentials refuses the request, whatever
/// was granted (S13). A call takes as long as its question allows, everything included.
#[async_trait]
pub trait Probes: Send + Sync {
    /// The response, or why there is none. At most five redirects are followed, if asked for, each
    /// checked as the request was. Secret headers go to the origin the gate asked and to no other;
    /// what echoes them is masked before it is returned, errors included (S16).
    ///
    /// # Errors
    /// `Retryable`: no connection, no name, no time, an answer cut short. `Refused`: what the same
    /// request would meet again, such as a forbidden address, a bad certificate or no HTTP.
    async fn request(
        &self,
        deployment: &Deployment,
        request: &ProbeRequest,
    ) -> Called<ResponseAnswer>;
}

/// Secrets Manager, for `headers_from_secret` of a grant.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// The current value of a secret, by its name or ARN.
    ///
    /// # Errors
    /// They name the secret and never tell its value.
    async fn value(&self, id: &str) -> Called<SecretString>;
}

/// The registry of what is live: the predecessor's `canary_release` item.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Names green as the live side.
    async fn register(&self, deployment: &Deployment) -> Called<()>;
    /// Forgets the service; unknown is fine.
    async fn unregister(&self, deployment: &Deployment) -> Called<()>;
}

/// SNS.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Sends one message. A subject is ASCII and under 100 characters.
    async fn send(&self, topic: &str, subject: &str, body: &str) -> Called<()>;
}

/// A cloud: all its ports.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port it is named for")]
pub struct Cloud {
    pub clock: Arc<dyn Clock>,
    pub discovery: Arc<dyn Discovery>,
    pub stacks: Arc<dyn Stacks>,
    pub workload: Arc<dyn Workload>,
    pub traffic: Arc<dyn Traffic>,
    pub metrics: Arc<dyn Metrics>,
    pub probes: Arc<dyn Probes>,
    pub registry: Arc<dyn Registry>,
    pub notices: Arc<dyn Notices>,
}
