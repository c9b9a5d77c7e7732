//! Coming from ecs-crd-cli 1.2.0, and going back to it, on a file that nobody edits.

use serde_json::json;

use super::account::Account;

const NAME: &str = "webapi.example.com";

/// A file as its users have them: nothing in it is ours.
const FILE: &str = r#"
canary:
  group: private
  releases: { blue: 1, green: 2 }
  scale: { desired: 2, wait: 60 }
  strategy:
    - { weight: 10, wait: 70 }
    - { weight: 60, wait: 50 }
service:
  project: demo
  name: webapi
  version: VERSION
  fqdn: webapi.example.com
  containers:
    - cpu: 128
      memory: 256
      port_mappings:
        - { container_port: 8080, host_port: 0 }
target_groups:
  - container: { port: 8080 }
    health_check: { path: /health }
listeners:
  - port: 8080
    target_group: { container: { port: 8080 } }
"#;

#[test]
fn a_service_goes_from_the_predecessor_to_us_and_back_and_is_taken_away_by_us() {
    let account = Account::new(&json!({}));
    // It reads the table that it has just made without waiting for it.
    account.post("settings", &json!({ "table_create_s": 0 }));

    account.version(FILE, "1.0.0");
    account.predecessor("deploy");
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-1"]);

    account.version(FILE, "1.1.0");
    let before = account.weights(NAME).len();
    account.ends(&["deploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-2"]);
    assert_eq!(account.weights(NAME)[before..], [(90, 10), (40, 60), (0, 100)]);

    account.version(FILE, "1.2.0");
    let before = account.weights(NAME).len();
    account.predecessor("deploy");
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-1"]);
    assert_eq!(account.weights(NAME)[before..], [(10, 90), (60, 40), (100, 0)]);

    let status = account.ends(&["status", "-f", "svc.yml"], 0).out;
    assert!(status.contains("registry: release 1 is live, version 1.2.0"), "{status}");
    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), Vec::<String>::new());
}
