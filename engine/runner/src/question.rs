//! What gates are told, ask and are answered: the Rust side of `wit/gate.wit`.
//!
//! The fields are documented in the contract; units and ranges are the same here.

use std::sync::Arc;

use rollout::{EpochS, Phase, Side, Verdict};
use serde::{Deserialize, Serialize};

/// A CloudWatch dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dimension {
    /// For example `LoadBalancer`.
    pub name: String,
    /// For example `app/green/50dc6c495c0c9188`.
    pub value: String,
}

/// One of the two releases, as a gate is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The version the file names.
    pub version: String,
    /// The CanaryRelease label of its balancer.
    pub label: String,
    /// When its tasks were asked for.
    pub started_at: EpochS,
    /// Its DNS weight now, 0 to 100.
    pub weight: u8,
    /// Tasks asked for.
    pub tasks_desired: u32,
    /// Tasks running.
    pub tasks_running: u32,
    /// Targets that answer their health check.
    pub targets_healthy: u32,
    /// Targets that do not, draining ones not counted.
    pub targets_unhealthy: u32,
    /// Where it stands.
    #[serde(with = "crate::shared")]
    pub place: Arc<Place>,
}

/// Where one side stands: its balancer's address and the dimensions of its own series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The DNS name of its balancer.
    pub address: String,
    /// The dimensions of its balancer's own series.
    pub load_balancer: Vec<Dimension>,
    /// The dimensions of each of its target groups' series, in the order of the file.
    pub target_groups: Vec<Vec<Dimension>>,
    /// The dimensions of its ECS service's series.
    pub service: Vec<Dimension>,
}

/// All a gate is told in one round of one look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// The deployment's id.
    pub deployment: String,
    /// The service's name.
    pub service: String,
    /// For example `stage`.
    pub environment: String,
    /// For example `eu-west-3`.
    pub region: String,
    /// Looks at this gate before this one.
    pub evaluation: u32,
    /// Drawn from deployment, gate and evaluation.
    pub seed: u32,
    /// What the rollout is doing.
    pub phase: Phase,
    /// Counted from 0.
    pub step: u32,
    /// How many there are.
    pub steps: u32,
    /// The canary's weight now.
    pub weight: u8,
    /// The canary's weight after a promote.
    pub next_weight: u8,
    /// The look's instant.
    pub now: EpochS,
    /// The deployment's start.
    pub started_at: EpochS,
    /// When the weight was verified.
    pub weight_verified_at: EpochS,
    /// How long resolvers may serve the former weight.
    pub ttl_s: u32,
    /// When the canary's first weight above 0 was verified.
    pub canary_traffic_at: Option<EpochS>,
    /// Rounds of questions already answered in this look.
    pub round: u32,
    /// The old release.
    pub baseline: Option<Release>,
    /// The new one.
    pub canary: Release,
    /// The gate's configuration, as JSON text.
    pub configuration: String,
    /// What `learn` returned last time.
    #[serde(with = "crate::base64_text")]
    pub memory: Vec<u8>,
}

/// Which part of a release a series is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Its balancer.
    LoadBalancer,
    /// One of its target groups, by its place in `Place::target_groups`.
    TargetGroup(u32),
    /// Its ECS service.
    Service,
}

/// What a metric question is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A series of this deployment's own; always granted.
    Of(Side, Part),
    /// Any other; its namespace must be granted.
    Dimensions(Vec<Dimension>),
}

/// What a gate wants to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// One series.
    Metric(MetricQuestion),
    /// Metric math over metric questions of the same round.
    Expression(ExpressionQuestion),
    /// An HTTP request.
    Request(RequestQuestion),
}

impl Question {
    /// The id its answer will carry.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Question::Metric(metric) => &metric.id,
            Question::Expression(expression) => &expression.id,
            Question::Request(request) => &request.id,
        }
    }
}

/// A question about one CloudWatch series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricQuestion {
    /// Unique in its round.
    pub id: String,
    /// For example `AWS/ApplicationELB`.
    pub namespace: String,
    /// For example `RequestCount`.
    pub name: String,
    /// Which series.
    pub subject: Subject,
    /// `Sum`, `Average`, `p99`, `TC(0.5:)`.
    pub statistic: String,
    /// Seconds.
    pub period_s: u32,
    /// Inclusive.
    pub begin: EpochS,
    /// Exclusive.
    pub end: EpochS,
}

/// A question in CloudWatch metric math.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressionQuestion {
    /// Unique in its round.
    pub id: String,
    /// For example `100 * errors / requests`.
    pub expression: String,
    /// Seconds.
    pub period_s: u32,
    /// Inclusive.
    pub begin: EpochS,
    /// Exclusive.
    pub end: EpochS,
}

/// An HTTP header: name and value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A question answered by an HTTP request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestQuestion {
    /// Unique in its round.
    pub id: String,
    /// For example `GET`.
    pub method: String,
    /// May hold `{green}`, `{blue}` and `{fqdn}`.
    pub url: String,
    /// Added to the request.
    pub headers: Vec<Header>,
    /// At most 64 KiB.
    #[serde(with = "crate::base64_text")]
    pub body: Vec<u8>,
    /// 1 to 30,000 milliseconds.
    pub timeout_ms: u32,
    /// Whether to follow redirects.
    pub follow_redirects: bool,
}

/// One value of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The beginning of its period.
    pub time: EpochS,
    /// Finite.
    pub value: f64,
}

/// How much of what was asked for is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completeness {
    /// All the periods that have data.
    Complete,
    /// More is to come.
    Partial,
    /// No period has data.
    Empty,
}

/// What the host found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To a metric or an expression question.
    Series(SeriesAnswer),
    /// To a request question.
    Response(ResponseAnswer),
    /// Not granted.
    Denied {
        /// The question's.
        id: String,
        /// What would have had to be granted.
        why: String,
    },
    /// Could not be found out.
    Failed {
        /// The question's.
        id: String,
        /// What went wrong.
        why: String,
        /// Whether asking again later makes sense.
        retryable: bool,
    },
}

impl Answer {
    /// Whether the same question about closed periods would be answered the same.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Answer::Series(series) => series.completeness != Completeness::Partial,
            Answer::Denied { .. } => true,
            Answer::Response(_) | Answer::Failed { .. } => false,
        }
    }
}

/// The answer to a metric or an expression question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesAnswer {
    /// The question's.
    pub id: String,
    /// In rising time.
    pub points: Vec<Point>,
    /// How much of it is there.
    pub completeness: Completeness,
}

/// The answer to a request question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResponseAnswer {
    /// The question's.
    pub id: String,
    /// 100 to 599.
    pub status: u16,
    /// As received.
    pub headers: Vec<Header>,
    /// At most 256 KiB.
    #[serde(with = "crate::base64_text")]
    pub body: Vec<u8>,
    /// Whether the body was cut there.
    pub truncated: bool,
    /// How long it took.
    pub timings: Timings,
}

/// Milliseconds since the request began, each at the end of its stage; 0 for a stage skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// The name was resolved.
    pub resolved_ms: f64,
    /// The connection stood, TLS included.
    pub connected_ms: f64,
    /// The first byte of the answer was read.
    pub first_byte_ms: f64,
    /// The body was read.
    pub total_ms: f64,
}

/// What a turn ends with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnOutcome {
    /// More questions.
    More(Vec<Question>),
    /// The look is over.
    Verdict(Verdict),
}

/// One move of a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Questions or a verdict.
    pub outcome: TurnOutcome,
    /// Handed to the next call, at most 64 KiB.
    #[serde(with = "crate::base64_text")]
    pub state: Vec<u8>,
    /// At most 8 KiB.
    pub notes: String,
}
