//! The file format from outside: its corpus, its published schema, its errors, its plans.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod arbitrary;
mod bounds;
mod corpus;
mod coverage;
mod lowering;
mod schema;
mod secrets;

use std::path::{Path, PathBuf};

use manifest::{Parameters, Plugins};
use rollout::{GateDescription, Wishes};

/// A folder of the corpus.
fn manifests(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/manifests").join(kind)
}

/// What a deployment to `stage` knows.
fn parameters() -> Parameters {
    Parameters {
        environment: "stage".to_owned(),
        region: "eu-west-3".to_owned(),
        account_id: "012345678901".to_owned(),
        external_ip: Some("192.0.2.7".to_owned()),
    }
}

/// The built-in plugins, and one that wishes for more than it may have by default.
fn plugins() -> Plugins {
    let checkout = GateDescription {
        name: "checkout".to_owned(),
        version: "1.0.0".to_owned(),
        summary: "Buys a book.".to_owned(),
        configuration_schema: serde_json::json!({
            "type": "object",
            "properties": { "books": { "type": "integer", "minimum": 1 } },
            "additionalProperties": false
        }),
        wishes: Wishes { metrics: vec!["MyTeam/Checkout".to_owned()], http: true, memory: false },
    };
    Plugins::built_in().with("gates/checkout.wasm", checkout)
}

/// A small file that is right, with more in its `canary`.
fn with_canary(more: &str) -> String {
    format!(
        "\
canary:
  group: private
  releases: {{ blue: 1, green: 2 }}
{more}
service:
  project: demo
  name: webapi
  version: 1.0.0
  fqdn: \"{{{{name}}}}.example.com\"
  containers:
    - port_mappings: [{{ container_port: 8080 }}]
target_groups:
  - container: {{ port: 8080 }}
    health_check: {{ path: /health }}
listeners:
  - port: 80
    target_group: {{ container: {{ port: 8080 }} }}
"
    )
}
