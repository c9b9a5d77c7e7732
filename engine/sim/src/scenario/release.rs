//! The scenario of the two releases: what stands before, and how blue and green behave.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Moment;

/// What stands when the world is new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Before {
    /// Whether a release of the service serves already; `false` makes the first release.
    pub deployed: bool,
    /// The version of that release.
    pub version: String,
    /// How many tasks it runs; the new release gets no fewer.
    #[schemars(range(min = 1, max = 1000))]
    pub tasks: u32,
    /// How long it has been serving, in seconds.
    #[schemars(range(min = 600, max = 31_536_000))]
    pub age_s: u32,
}

impl Default for Before {
    fn default() -> Self {
        Before { deployed: true, version: "1.0.0".to_owned(), tasks: 2, age_s: 7 * 86_400 }
    }
}

/// How the release that serves behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Baseline {
    /// The share of responses that are 5xx, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub error_rate: f64,
    /// The share of responses that are 4xx, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub client_error_rate: f64,
    /// The share of requests that its targets refuse a connection for, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub refused_rate: f64,
    /// The median time to the first byte, in milliseconds.
    #[schemars(range(min = 1, max = 60_000))]
    pub latency_ms: f64,
    /// The standard deviation of the latency's logarithm: 0.6 puts the 95th percentile at 2.7
    /// times the median.
    #[schemars(range(min = 0.01, max = 3))]
    pub latency_spread: f64,
    /// Targets that fail their health checks.
    pub unhealthy: Option<Unhealthy>,
    /// How it answers requests of gates.
    pub http: Http,
}

impl Default for Baseline {
    fn default() -> Self {
        Baseline {
            error_rate: 0.005,
            client_error_rate: 0.01,
            refused_rate: 0.0,
            latency_ms: 80.0,
            latency_spread: 0.6,
            unhealthy: None,
            http: Http::default(),
        }
    }
}

/// Seconds from asking for a task to its running, unless a scenario says otherwise.
pub(crate) const STARTS_IN_S: u32 = 15;
/// Seconds from running to a healthy target, unless a scenario says otherwise.
pub(crate) const HEALTHY_IN_S: u32 = 10;

/// How the new release behaves; what is left out is as of the baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Canary {
    /// The share of responses that are 5xx, 0 to 1; left out: the baseline's.
    #[schemars(range(min = 0, max = 1))]
    pub error_rate: Option<f64>,
    /// The share of requests that its targets refuse a connection for, 0 to 1; left out: the
    /// baseline's.
    #[schemars(range(min = 0, max = 1))]
    pub refused_rate: Option<f64>,
    /// How many times as slow it is as the baseline.
    #[schemars(range(min = 0.01, max = 100))]
    pub latency_factor: f64,
    /// Seconds after its first traffic from which its error rate, refused rate and latency are
    /// its own; before, they are the baseline's.
    #[schemars(range(max = 86_400))]
    pub sick_after_s: u32,
    /// Seconds from asking for a task to its running; each takes up to a quarter longer.
    #[schemars(range(max = 3600))]
    pub starts_in_s: u32,
    /// Seconds from running to a healthy target.
    #[schemars(range(max = 3600))]
    pub healthy_in_s: u32,
    /// Whether its tasks find no place in the cluster and stay pending.
    pub pending: bool,
    /// Its tasks start and end again, over and over.
    pub crash: Option<Crash>,
    /// Targets that fail their health checks.
    pub unhealthy: Option<Unhealthy>,
    /// How it answers requests of gates.
    pub http: Http,
}

impl Default for Canary {
    fn default() -> Self {
        Canary {
            error_rate: None,
            refused_rate: None,
            latency_factor: 1.0,
            sick_after_s: 0,
            starts_in_s: STARTS_IN_S,
            healthy_in_s: HEALTHY_IN_S,
            pending: false,
            crash: None,
            unhealthy: None,
            http: Http::default(),
        }
    }
}

/// Tasks that end by themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Crash {
    /// From when on.
    pub from: Moment,
    /// Seconds a task runs before it ends.
    #[schemars(range(max = 3600))]
    pub after_s: u32,
    /// The exit code of its essential container.
    #[schemars(range(max = 255))]
    pub exit_code: u8,
    /// Why ECS says it stopped.
    pub reason: CrashReason,
    /// The last lines of its log.
    pub log: Vec<String>,
}

impl Default for Crash {
    fn default() -> Self {
        Crash {
            from: Moment::StartS(0),
            after_s: 5,
            exit_code: 1,
            reason: CrashReason::EssentialContainerExited,
            log: Vec::new(),
        }
    }
}

/// Why ECS says a task stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrashReason {
    /// The container ran and ended.
    EssentialContainerExited,
    /// The container never ran, for example because its image cannot be pulled.
    TaskFailedToStart,
}

/// Targets that fail their health checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Unhealthy {
    /// How many.
    #[schemars(range(min = 1, max = 1000))]
    pub targets: u32,
    /// From when on.
    pub from: Moment,
    /// Until when; left out: for good.
    pub until: Option<Moment>,
}

impl Default for Unhealthy {
    fn default() -> Self {
        Unhealthy { targets: 1, from: Moment::StartS(0), until: None }
    }
}

/// How a release answers requests of gates. Its error rate applies beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// The status.
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// The content-type.
    pub content_type: String,
    /// The body.
    pub body: String,
}

impl Default for Http {
    fn default() -> Self {
        Http {
            status: 200,
            content_type: "application/json".to_owned(),
            body: r#"{"status":"ok"}"#.to_owned(),
        }
    }
}
