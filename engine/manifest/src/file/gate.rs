//! `canary.gates`: who judges, when, and what they may ask for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::values::{Seconds, Whole};

/// A gate: a WASM component that judges the release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Gate")]
pub struct Gate {
    /// What steps and reports call it. Default: the plugin's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        regex(pattern = "^[a-z][a-z0-9-]{0,62}$"),
        extend("patternErrorMessage" = "Expected lower-case letters, digits and dashes."),
        example = &"errors"
    )]
    pub name: Option<String>,
    /// The component: builtin:NAME, or the path of a .wasm file relative to this file.
    #[schemars(
        regex(pattern = "^(builtin:[a-z][a-z0-9-]*|.+\\.wasm)$"),
        extend("patternErrorMessage" = "Expected builtin:NAME or the path of a .wasm file."),
        example = &"gates/checkout.wasm"
    )]
    pub plugin: String,
    /// The gate's configuration, checked against the plugin's own JSON Schema.
    #[serde(default)]
    #[schemars(example = json!({ "max_ratio": 2 }))]
    pub config: Map<String, Value>,
    /// When the gate is asked.
    #[serde(default = "Gate::default_phases")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub phases: Vec<Phase>,
    /// Seconds between two looks at the evidence.
    #[serde(default = "Gate::default_every")]
    pub every: Seconds<1, 300>,
    /// The most seconds for one look, its questions included.
    #[serde(default = "Gate::default_timeout")]
    pub timeout: Seconds<1, 300>,
    /// Whether the verdicts are obeyed.
    #[serde(default)]
    pub mode: Mode,
    /// What an error (a trap, a time-out, a provider's error) becomes once it has lasted patience.
    #[serde(default)]
    pub on_error: OnTrouble,
    /// What missing data becomes once it has lasted patience.
    #[serde(default)]
    pub on_no_data: OnTrouble,
    /// How many seconds errors or missing data are borne without a break.
    #[serde(default = "Gate::default_patience")]
    pub patience: Seconds<0, 86_400>,
    /// What the gate may ask for beyond this deployment's own metrics, which are always granted.
    #[serde(default)]
    pub grants: Grants,
    /// What one evaluation may use up.
    #[serde(default)]
    pub limits: Limits,
}

/// How plugins that are carried in the program are named.
pub(crate) const BUILT_IN: &str = "builtin:";

impl Gate {
    /// Whether the program carries its plugin.
    pub(crate) fn is_built_in(&self) -> bool {
        self.plugin.starts_with(BUILT_IN)
    }

    fn default_phases() -> Vec<Phase> {
        vec![Phase::Shift, Phase::Bake]
    }

    fn default_every() -> Seconds<1, 300> {
        Seconds::new(15)
    }

    fn default_timeout() -> Seconds<1, 300> {
        Seconds::new(10)
    }

    fn default_patience() -> Seconds<0, 86_400> {
        Seconds::new(300)
    }

    /// The gate that `--plugin` adds: all defaults.
    #[must_use]
    pub fn of_plugin(plugin: &str) -> Self {
        Gate {
            name: None,
            plugin: plugin.to_owned(),
            config: Map::new(),
            phases: Gate::default_phases(),
            every: Gate::default_every(),
            timeout: Gate::default_timeout(),
            mode: Mode::default(),
            on_error: OnTrouble::default(),
            on_no_data: OnTrouble::default(),
            patience: Gate::default_patience(),
            grants: Grants::default(),
            limits: Limits::default(),
        }
    }
}

/// A part of the rollout in which gates are asked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// At weight 0: the new release is asked through its own balancer.
    Preflight,
    /// The steps below weight 100.
    Shift,
    /// At weight 100, the old release still warm.
    Bake,
}

/// Whether a gate's verdicts are obeyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Asked and obeyed.
    #[default]
    Enforce,
    /// Asked and reported, not obeyed.
    Observe,
}

/// What lasting trouble with a gate becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnTrouble {
    /// It stays a hold, which the step's max_wait ends.
    #[default]
    Hold,
    /// Roll back.
    Rollback,
}

/// What a gate may ask for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Grants")]
pub struct Grants {
    /// Origins it may send HTTP requests to. The hosts green and blue stand for the two balancers.
    #[schemars(example = json!(["https://green"]))]
    pub http: Vec<HttpGrant>,
    /// CloudWatch namespaces it may ask about.
    #[schemars(inner(length(min = 1)), example = json!(["AWS/ApplicationELB"]))]
    pub metrics: Vec<String>,
}

/// An origin that a gate may send requests to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
#[schemars(title = "HTTP grant")]
pub enum HttpGrant {
    /// An origin: scheme, host and perhaps a port.
    Origin(#[schemars(schema_with = "origin")] String),
    /// An origin with headers that the gate itself does not see.
    WithHeaders {
        /// Scheme, host and perhaps a port.
        #[schemars(schema_with = "origin")]
        origin: String,
        /// Headers added to every request: name of the header, id of the secret in Secrets
        /// Manager. Neither gate nor journal ever sees the value.
        #[serde(default)]
        #[schemars(example = json!({ "Authorization": "checkout/token" }))]
        headers_from_secret: BTreeMap<String, String>,
    },
}

/// Scheme, host and perhaps a port.
pub(crate) const ORIGIN: &str = "^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$";

fn origin(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "string",
        "description": "Scheme, host and perhaps a port, without a path.",
        "pattern": ORIGIN,
        "patternErrorMessage": "Expected an origin without a path, such as https://green.",
        "examples": ["https://green", "https://api.example.com:8443"]
    })
}

/// What one evaluation of a gate may use up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Limits")]
pub struct Limits {
    /// Memory, in MiB.
    pub memory_mib: Whole<1, 256>,
    /// Units of work, about one an instruction.
    pub fuel: Whole<1_000_000, 100_000_000_000>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { memory_mib: Whole::new(64), fuel: Whole::new(1_000_000_000) }
    }
}
