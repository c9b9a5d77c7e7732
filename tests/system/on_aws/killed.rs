//! Drivers that are killed, and who goes on: from any machine, with or without the file.

use serde_json::json;

use super::account::{Account, FILE, Running};

const DEPLOY: [&str; 3] = ["deploy", "-f", "svc.yml"];
/// A gate that lies beside the file.
const GATE: &str = "canary:\n  gates: [{ plugin: ./gate.wasm, mode: observe }]";

/// A file that stays at its first weight for as long as a test needs, with a gate of its own.
fn long() -> String {
    FILE.replace("canary:", GATE).replace("weight: 20, wait: 10", "weight: 20, wait: 600")
}

/// A deployment of 1.1.0 at its first weight, and its id.
fn at_the_first_weight(account: &Account) -> (Running, String) {
    account.version(&long(), "1.1.0");
    let gate = account.place.path().join("plugins/dist/latency.wasm");
    std::fs::copy(gate, account.place.path().join("gate.wasm")).expect("a gate");
    let mut running = account.start(&DEPLOY);
    let id = running.id();
    running.says("blue 80 / green 20 verified");
    (running, id)
}

#[test]
fn s09_s11_one_driver_at_a_time_and_an_abort_of_a_killed_one_needs_no_gate_and_no_driver() {
    let account = Account::live(&json!({}));
    let (running, id) = at_the_first_weight(&account);
    let second = account.ends(&DEPLOY, 30);
    for words in ["another deployment is running", "`ecs-crd abort -f FILE`"] {
        assert!(second.err.contains(words), "{}", second.err);
    }
    running.kill();

    // Its lease has to lapse first; then the run is nobody's.
    let after = account.ends(&DEPLOY, 40);
    for words in [&id, &format!("`ecs-crd resume {id}`"), &format!("`ecs-crd abort {id}`")] {
        assert!(after.err.contains(words), "{}", after.err);
    }
    assert_eq!(account.weights("webapi.example.com").last(), Some(&(80, 20)), "as it was left");

    let elsewhere = account.elsewhere();
    // Of another release already, and without its gate.
    elsewhere.version(&long(), "1.2.0");
    let aborted = elsewhere.ends(&["abort", "-f", "svc.yml"], 13);
    account.is_blues_alone(&aborted);
}

#[test]
fn s09_an_abort_said_to_a_driver_that_has_just_died_waits_for_its_lease_and_goes_back() {
    let account = Account::live(&json!({}));
    let (running, id) = at_the_first_weight(&account);
    running.kill();
    let aborted = account.elsewhere().ends(&["abort", &id], 13);
    assert!(aborted.out.contains("its driver has gone, so this one takes over"), "{}", aborted.out);
    account.is_blues_alone(&aborted);
}

#[test]
fn s10_a_killed_run_is_resumed_from_another_folder_to_its_end() {
    let account = Account::live(&json!({}));
    let (running, id) = at_the_first_weight(&account);
    running.kill();
    let resumed = account.elsewhere().ends(&["resume", &id], 0);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-2"], "{}", resumed.out);
    assert_eq!(
        account.weights("webapi.example.com"),
        [(100, 0), (80, 20), (40, 60), (0, 100)],
        "{}",
        resumed.out
    );
}

/// A listener with a rule that signs people in.
const SIGNED_IN: &str = r#"listeners:
  - port: 8080
    target_group: { container: { port: 8080 } }
    rules:
      - conditions: [{ field: path-pattern, values: [/admin/*] }]
        actions:
          - type: authenticate-oidc
            config:
              authorization_endpoint: https://idp.example.com/authorize
              token_endpoint: https://idp.example.com/token
              user_info_endpoint: https://idp.example.com/userinfo
              issuer: https://idp.example.com
              client_id: webapi
              client_secret: SECRET
"#;

#[test]
fn s16_a_resume_that_needs_a_secret_takes_it_from_the_file_and_no_other() {
    let account = Account::live(&json!({}));
    let (file, _) = FILE.split_once("listeners:").expect("it has a listener");
    let file = format!("{file}{SIGNED_IN}");
    let with = |secret: &str| file.replace("SECRET", secret).replace("VERSION", "1.1.0");
    account.write("svc.yml", &with("s3cr3t"));
    account.write("other.yml", &with("0ther5"));
    // Its stack is asked for again and again.
    let busy =
        json!([{ "service": "cloudformation", "operation": "CreateStack", "kind": "throttle" }]);
    account.post("faults", &busy);
    let mut running = account.start(&DEPLOY);
    let id = running.id();
    running.says("provision failed, again in");
    running.kill();
    account.delete("faults");

    let without = account.ends(&["resume", &id], 2);
    for words in ["client_secret", &format!("`ecs-crd resume {id} -f FILE`")] {
        assert!(without.err.contains(words), "{}", without.err);
    }
    let other = account.ends(&["resume", &id, "-f", "other.yml"], 2);
    assert!(other.err.contains("client_secret in the file is not the one"), "{}", other.err);
    account.ends(&["resume", &id, "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-2"]);

    let ledger = account.aws("dynamodb", "Scan", json!({ "TableName": "ecs_crd_ledger" }));
    assert!(ledger.to_string().contains(&id), "it is the ledger");
    assert!(!ledger.to_string().contains("s3cr3t"), "the ledger has no secret");
}
