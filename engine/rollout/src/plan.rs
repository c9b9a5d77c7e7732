//! The plan of a deployment: what a file means once all its defaults are filled in.
//!
//! A plan is immutable and hashed; its hash is the journal's first record. The description of the
//! ECS service itself stays with `manifest` and `stack`: the machine needs only names and waits.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Weight;

/// A validated deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Which service, where.
    pub service: Service,
    /// The DNS names of the service, in the order of the file, without a trailing dot.
    pub names: Vec<String>,
    /// The CanaryRelease labels of the two balancers.
    pub labels: Labels,
    /// How green is scaled before it may see traffic.
    pub scale: Scale,
    /// The longest `preflight` may take; present if a gate has that phase.
    pub preflight: Option<Preflight>,
    /// In rising weight, never empty; the last is at 100 and its wait is the bake.
    pub steps: Vec<Step>,
    /// In the order of the file.
    pub gates: Vec<Gate>,
    /// At most this long for an emptied side to see its last request, in seconds.
    pub drain_s: u32,
    /// The time to live of the weighted records, in seconds.
    pub ttl_s: u32,
    /// What a signal means.
    pub on_interrupt: OnInterrupt,
    /// What a hold that has lasted `max_wait` ends in.
    pub on_inconclusive: OnInconclusive,
    /// Whom to tell.
    pub topics: Topics,
}

/// The identity of a service: `group#service#environment#region` names it in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Service {
    /// The project it belongs to.
    pub project: String,
    /// Its name.
    pub name: String,
    /// The version being deployed.
    pub version: String,
    /// The CanaryGroup of its balancers.
    pub group: String,
    /// For example `stage`.
    pub environment: String,
    /// For example `eu-west-3`.
    pub region: String,
    /// The ECS cluster.
    pub cluster: String,
}

impl Service {
    /// What no two services share: `group#service#environment#region`, as in the registry.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}#{}#{}", self.group, self.name, self.environment, self.region)
    }
}

/// The CanaryRelease labels of the two balancers, as the file names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Of the first.
    pub blue: String,
    /// Of the second.
    pub green: String,
}

/// How green is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// Tasks; green gets the larger of this and what blue runs.
    pub desired: u32,
    /// The least time between scaling and the first traffic, in seconds.
    pub wait_s: u32,
    /// The longest, in seconds.
    pub max_wait_s: u32,
}

/// The phase at weight 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// The longest it may take, in seconds.
    pub max_wait_s: u32,
}

/// A step of the strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Green's weight, 1 to 100.
    pub weight: Weight,
    /// The least time at this weight, verified, before the question "go on?", in seconds.
    pub wait_s: u32,
    /// The longest, in seconds, counted from the same instant.
    pub max_wait_s: u32,
    /// The names of the gates asked in this step.
    pub gates: Vec<String>,
}

/// What a rollout is doing when a gate is asked.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Weight 0.
    Preflight,
    /// A step below 100.
    Shift,
    /// Weight 100, the baseline still warm.
    Bake,
}

/// A gate of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name in this deployment, unique.
    pub name: String,
    /// `builtin:NAME`, or the path of a component as the file or the flag spells it.
    pub plugin: String,
    /// Its configuration, accepted by the plugin's schema.
    pub config: serde_json::Value,
    /// When it is asked.
    pub phases: BTreeSet<Phase>,
    /// Seconds between looks.
    pub every_s: u32,
    /// Seconds for one look, its questions included.
    pub timeout_s: u32,
    /// Whether its verdicts are obeyed.
    pub mode: Mode,
    /// What an error that has lasted `patience_s` becomes.
    pub on_error: OnTrouble,
    /// What no-data that has lasted `patience_s` becomes.
    pub on_no_data: OnTrouble,
    /// How long trouble is borne, in seconds.
    pub patience_s: u32,
    /// What it may ask for beyond the deployment's own series.
    pub grants: Grants,
    /// What it may use up.
    pub limits: Limits,
}

/// Whether a gate's verdicts are obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Asked and obeyed.
    Enforce,
    /// Asked, journalled and taught, never counted.
    Observe,
}

/// What lasting trouble with a gate becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnTrouble {
    /// It stays a hold; `max_wait` ends it.
    Hold,
    /// A roll back, inconclusive (exit 12).
    Rollback,
}

/// What a gate may ask for; its own deployment's series are always granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// Origins it may send requests to.
    pub http: Vec<HttpGrant>,
    /// Metric namespaces.
    pub metrics: Vec<String>,
}

/// An origin, and the headers the host adds unseen by the gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpGrant {
    /// `scheme://host[:port]`; the hosts `green` and `blue` stand for the two balancers.
    pub origin: String,
    /// Header name → id of the secret whose value it gets.
    #[serde(default)]
    pub headers_from_secret: std::collections::BTreeMap<String, String>,
}

/// What a gate may use up in one evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory over all its memories, in MiB; 1 to 256.
    pub memory_mib: u32,
    /// wasmtime's fuel units, about one an instruction.
    pub fuel: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { memory_mib: 64, fuel: 1_000_000_000 }
    }
}

/// What the first SIGINT or SIGTERM means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnInterrupt {
    /// Leave the last verified weights as they are.
    Keep,
    /// Write blue 100 first.
    Rollback,
    /// Keep at a terminal, rollback elsewhere.
    Default,
}

/// What an expired hold ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnInconclusive {
    /// A roll back (exit 12).
    Rollback,
    /// Wait for a person, at most 24 h, then roll back.
    Pause,
}

/// SNS topics told of an end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topics {
    /// ARN told of a success.
    pub on_success: Option<String>,
    /// ARN told of a failure.
    pub on_fail: Option<String>,
}

impl Plan {
    /// The SHA-256 of the plan's canonical JSON, in hex.
    #[must_use]
    pub fn hash(&self) -> String {
        // A plan holds only maps with string keys and finite numbers, so it always has a JSON.
        let text = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The gate of that name.
    #[must_use]
    pub fn gate(&self, name: &str) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.name == name)
    }
}
