//! Releases that fail after the first write: blue serves on, nothing of green is left, and the next
//! deployment works.

use serde_json::{Value, json};

use super::account::{Account, FILE, text};
use crate::program::Ran;

const DEPLOY: [&str; 3] = ["deploy", "-f", "svc.yml"];

/// Targets of green that answer, but not with 200.
fn sick(number: Option<u32>, from_now: bool) -> Value {
    let phase = json!({
        "after_s": 2, "state": "unhealthy", "reason": "Target.ResponseCodeMismatch",
        "description": "Health checks failed with these codes: [503]",
    });
    let mut script = json!({ "service": "webapi-2", "phases": [phase] });
    if let Some(number) = number {
        script["number"] = json!(number);
    }
    if from_now {
        script["from"] = json!("now");
    }
    script
}

#[track_caller]
fn says(ran: &Ran, words: &[&str]) {
    for word in words {
        assert!(ran.out.contains(word), "no {word:?} in\n{}\n{}", ran.out, ran.err);
    }
}

#[test]
fn s05_targets_that_are_never_healthy_get_no_traffic_and_green_goes() {
    let account = Account::about_to_deploy(FILE);
    account.post("health", &sick(None, false));
    let ran = account.ends(&DEPLOY, 11);
    says(&ran, &["targets unhealthy, read twice", "failed with these codes: [503]"]);
    assert!(account.weights("webapi.example.com").iter().all(|it| *it == (100, 0)), "{}", ran.out);
    account.is_blues_alone(&ran);
    account.delete("health");
    account.deploys_next(FILE);
}

#[test]
fn targets_that_fall_ill_at_the_first_weight_are_rolled_back() {
    let file = FILE.replace("weight: 20, wait: 10", "weight: 20, wait: 3000");
    let account = Account::about_to_deploy(&file);
    let mut running = account.start(&DEPLOY);
    running.says("blue 80 / green 20 verified");
    account.post("health", &sick(None, true));
    let ran = running.ends(11);
    says(&ran, &["targets unhealthy, read twice", "failed with these codes: [503]"]);
    account.is_blues_alone(&ran);
    account.delete("health");
    account.deploys_next(FILE);
}

#[test]
fn s05_one_bad_target_of_two_is_enough_not_to_be_promoted() {
    let account = Account::about_to_deploy(FILE);
    account.post("health", &sick(Some(1), false));
    let ran = account.ends(&DEPLOY, 11);
    says(&ran, &["targets unhealthy, read twice", "failed with these codes: [503]"]);
    account.is_blues_alone(&ran);
}

#[test]
fn s05_one_task_of_two_is_not_enough_and_the_services_events_say_why() {
    let account = Account::about_to_deploy(&FILE.replace("max_wait: 1200", "max_wait: 120"));
    account.post("tasks", &json!({ "service": "webapi-2", "only": 1 }));
    let ran = account.ends(&DEPLOY, 11);
    says(&ran, &["green was not ready 120 s after it was scaled", "unable to place a task"]);
    account.is_blues_alone(&ran);
}

#[test]
fn s12_a_stack_that_fails_is_gone_and_its_own_reason_is_told() {
    let account = Account::about_to_deploy(FILE);
    let why = "Resource handler returned message: \"service quota exceeded\"";
    account.post("stacks", &json!({ "stack": "stage-webapi-2", "fail": { "Service": why } }));
    let ran = account.ends(&DEPLOY, 14);
    says(&ran, &["Service (AWS::ECS::Service)", "service quota exceeded"]);
    account.is_blues_alone(&ran);
    account.post("stacks", &json!({ "stack": "stage-webapi-2" }));
    account.deploys_next(FILE);
}

#[test]
fn s12_a_first_deployment_that_fails_leaves_no_init_stack_either() {
    let account = Account::new(&json!({}));
    account.version(FILE, "1.0.0");
    account.post("stacks", &json!({ "stack": "stage-webapi-1", "fail": { "Service": "no luck" } }));
    let ran = account.ends(&DEPLOY, 14);
    says(&ran, &["Service (AWS::ECS::Service): no luck"]);
    assert_eq!(account.stacks(), Vec::<String>::new(), "{}", ran.out);
    account.post("stacks", &json!({ "stack": "stage-webapi-1" }));
    account.ends(&DEPLOY, 0);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-1"]);
}

/// What stands of the service `other`: its stacks, records, registry item, tasks and their health.
fn other(account: &Account) -> Value {
    let zone = &account.made["zones"]["example.com"];
    let records = account.aws("route53", "ListResourceRecordSets", json!({ "HostedZoneId": zone }));
    let mut records = records["ResourceRecordSets"].clone();
    if let Some(all) = records.as_array_mut() {
        all.retain(|it| text(&it["Name"]).starts_with("other."));
    }
    let stacks: Vec<_> = account.stacks().into_iter().filter(|it| it.contains("other")).collect();
    let items = account.aws("dynamodb", "Scan", json!({ "TableName": "canary_release" }));
    let items = items["Items"].as_array().cloned().unwrap_or_default();
    let item: Vec<_> = items.into_iter().filter(|it| it["service_name"]["S"] == "other").collect();
    let asked = json!({ "cluster": "stage-ecs-cluster", "services": ["other-1"] });
    let service = account.aws("ecs", "DescribeServices", asked)["services"][0].clone();
    let group = &service["loadBalancers"][0]["targetGroupArn"];
    let health = account.aws("elbv2", "DescribeTargetHealth", json!({ "TargetGroupArn": group }));
    json!({
        "records": records, "stacks": stacks, "item": item, "running": service["runningCount"],
        "health": health["TargetHealthDescriptions"],
    })
}

#[test]
fn another_service_of_the_zone_is_untouched_by_all_we_do() {
    let account = Account::new(&json!({}));
    let about = json!({ "service": "other", "fqdns": ["other.example.com"], "port": 9090 });
    account.post("live", &about);
    let before = other(&account);
    assert_eq!(before["running"], 2, "{before}");
    account.version(FILE, "1.0.0");
    account.ends(&DEPLOY, 0);
    account.version(FILE, "1.1.0");
    account.post("health", &sick(None, false));
    account.ends(&DEPLOY, 11);
    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), ["stage-other-0", "stage-other-1"]);
    assert_eq!(other(&account), before);
}
