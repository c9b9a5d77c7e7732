//! `canary`: balancers, scale, strategy, and what happens when it does not go well.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Gate, Phase};
use crate::values::{Arn, Seconds, Whole, Words};

/// A wait of the rollout: up to a week.
pub type Wait = Seconds<0, 604_800>;

/// How the release is put into service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Canary")]
pub struct Canary {
    /// The CanaryGroup tag that the two application load balancers of the service carry.
    #[schemars(length(min = 1), example = &"private")]
    pub group: String,
    /// The CanaryRelease tags that tell the two balancers apart.
    pub releases: Releases,
    /// How many tasks the new release runs, and how long they may take to come up.
    #[serde(default)]
    pub scale: Scale,
    /// The gates that judge the release. Without any, target health alone judges.
    #[serde(default)]
    pub gates: Vec<Gate>,
    /// The steps of weight and wait, taken in rising weight; 100 is appended. Without any, the
    /// only step is 100.
    #[serde(default)]
    pub strategy: Vec<Step>,
    /// Seconds at weight 100 before the old release is retired; it stays warm until then. Default
    /// 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 300)]
    pub bake: Option<Wait>,
    /// At most this many seconds for an emptied side to see its last request before it is
    /// destroyed.
    #[serde(default = "Canary::default_drain")]
    pub drain: Seconds<0, 86_400>,
    /// What the first SIGINT or SIGTERM does to a running deployment. Default: keep at a terminal,
    /// rollback elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_interrupt: Option<OnInterrupt>,
    /// What happens when a step has lasted its max_wait without a decision.
    #[serde(default)]
    pub on_inconclusive: OnInconclusive,
    /// Time to live of the weighted DNS records, in seconds.
    #[serde(default = "Canary::default_ttl")]
    pub ttl: Seconds<1, 86_400>,
    /// The phase at weight 0, in which the new release is asked through its own balancer. It takes
    /// place if a gate has the phase preflight.
    #[serde(default)]
    pub preflight: Preflight,
    /// The ARN of a role to assume for the records, when the hosted zone is in another account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"arn:aws:iam::111122223333:role/dns")]
    pub dns_role_arn: Option<Arn>,
    /// SNS topics that are told how a deployment ended.
    #[serde(default)]
    pub sns_topic_notifications: Notifications,
}

impl Canary {
    fn default_drain() -> Seconds<0, 86_400> {
        Seconds::new(300)
    }

    fn default_ttl() -> Seconds<1, 86_400> {
        Seconds::new(60)
    }

    /// The least time at a step, if the file gives one: at 100 it may stand as the bake.
    #[must_use]
    pub fn wait_of(&self, step: &Step) -> Option<Wait> {
        step.wait.or(self.bake.filter(|_| step.is_full()))
    }
}

/// The CanaryRelease tags of the two balancers. Each deployment goes to the one that is not live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Releases")]
pub struct Releases {
    /// The CanaryRelease tag of the first balancer.
    pub blue: Label,
    /// The CanaryRelease tag of the second balancer.
    pub green: Label,
}

/// A CanaryRelease label; it becomes part of stack and role names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Words")]
pub struct Label(pub String);

impl From<Words> for Label {
    fn from(words: Words) -> Self {
        Label(words.0)
    }
}

impl JsonSchema for Label {
    fn schema_name() -> Cow<'static, str> {
        "Label".into()
    }

    /// `0` is taken: the stack of the records is called `{env}-{service}-0`.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "CanaryRelease label",
            "description": "A balancer's CanaryRelease tag: letters, digits and dashes; not 0.",
            "examples": [1, 2],
            "type": ["string", "integer"],
            "minimum": 1,
            "maxLength": 32,
            "pattern": "^([1-9A-Za-z][0-9A-Za-z-]*|0[0-9A-Za-z-]+)$",
            "patternErrorMessage": "Expected letters, digits and dashes, and not 0."
        })
    }
}

/// How the new release is scaled before it may see traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Scale")]
pub struct Scale {
    /// Number of tasks. The new release gets the larger of this and what the old one runs now.
    pub desired: Whole<1, 10_000>,
    /// The least number of seconds between scaling and the first traffic.
    pub wait: Wait,
    /// The most seconds until all tasks run and are healthy; then the deployment is rolled back.
    pub max_wait: Seconds<1, 604_800>,
}

impl Default for Scale {
    fn default() -> Self {
        Scale { desired: Whole::new(2), wait: Seconds::new(60), max_wait: Seconds::new(600) }
    }
}

/// A step of the strategy: a weight, and how long the release is watched at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Step")]
pub struct Step {
    /// The DNS weight of the new release, in percent.
    #[serde(default = "Step::default_weight")]
    pub weight: Whole<1, 100>,
    /// The least number of seconds at this weight, counted from when it was verified in effect.
    /// Default 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 60)]
    pub wait: Option<Wait>,
    /// The most seconds at this weight without a decision; then on_inconclusive applies. Default:
    /// wait + 3600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 1800)]
    pub max_wait: Option<Seconds<1, 604_800>>,
    /// The names of the gates that are asked in this step. Default: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = json!(["errors"]))]
    pub gates: Option<Vec<String>>,
}

impl Step {
    fn default_weight() -> Whole<1, 100> {
        Whole::new(50)
    }

    /// The step that is appended where the file has none at 100.
    #[must_use]
    pub fn full() -> Self {
        Step { weight: Whole::new(100), wait: None, max_wait: None, gates: None }
    }

    /// Whether all traffic goes to the new release.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.weight.get() == 100
    }

    /// What the rollout is doing at this step.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.is_full() { Phase::Bake } else { Phase::Shift }
    }
}

/// The phase at weight 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Preflight")]
pub struct Preflight {
    /// The most seconds it may take; then on_inconclusive applies.
    pub max_wait: Seconds<1, 604_800>,
}

impl Default for Preflight {
    fn default() -> Self {
        Preflight { max_wait: Seconds::new(600) }
    }
}

/// What the first SIGINT or SIGTERM does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnInterrupt {
    /// Give all traffic back to the old release, then leave.
    Rollback,
    /// Leave the weights as they are; `ecs-crd resume` goes on.
    Keep,
}

/// What a hold that has lasted its max_wait ends in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnInconclusive {
    /// Roll back.
    #[default]
    Rollback,
    /// Wait for a person's word, at most 24 hours, then roll back.
    Pause,
}

/// SNS topics that are told how a deployment ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Notifications")]
pub struct Notifications {
    /// The ARN of the topic that is told of a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"arn:aws:sns:{{region}}:{{account_id}}:deployed")]
    pub on_success: Option<Arn>,
    /// The ARN of the topic that is told of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"arn:aws:sns:{{region}}:{{account_id}}:failed")]
    pub on_fail: Option<Arn>,
}
