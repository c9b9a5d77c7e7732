//! Services that share a balancer: what one leaves of its listener for the others (S17), and who
//! takes which rule priority.

use serde_json::{Value, json};

use super::account::{Account, FILE, text};

/// A service with a rule on the port of `webapi`.
fn on_the_same_port(service: &str) -> String {
    let rules = format!(
        "}} }}, rules: [{{ conditions: [{{ field: path-pattern, values: [/{service}/*] }}] }}] }}]"
    );
    FILE.replace("webapi", service).replace("VERSION", "1.0.0").replace("} } }]\n", &rules)
}

/// An account where the predecessor has deployed `webapi`, whose stack owns port 8080.
fn account() -> Account {
    let versions = ["1.0.0", "1.1.0"];
    let repositories = json!({ "webapi": versions, "shop": versions, "cart": versions });
    let account = Account::live(&json!({ "repositories": repositories }));
    for service in ["shop", "cart"] {
        account.write(&format!("{service}.yml"), &on_the_same_port(service));
    }
    account
}

/// The listener of port 8080 of the first balancer, and its rules but the default.
fn listener(account: &Account) -> (Value, Vec<Value>) {
    let balancer = &account.made["balancers"][0]["arn"];
    let asked = json!({ "LoadBalancerArn": balancer });
    let listener = account.aws("elbv2", "DescribeListeners", asked)["Listeners"][0].clone();
    let asked = json!({ "ListenerArn": listener["ListenerArn"] });
    let mut rules = account.aws("elbv2", "DescribeRules", asked)["Rules"].clone();
    let rules = rules.as_array_mut().map(std::mem::take).unwrap_or_default();
    (listener, rules.into_iter().filter(|it| it["IsDefault"] == false).collect())
}

/// The shop's rule is there, and leads to its healthy targets.
#[track_caller]
fn the_shop_answers(account: &Account) {
    let (listener, rules) = listener(account);
    assert_eq!(listener["Port"], 8080);
    let [rule] = rules.as_slice() else { panic!("{rules:?}") };
    let group = &rule["Actions"][0]["TargetGroupArn"];
    let health = account.aws("elbv2", "DescribeTargetHealth", json!({ "TargetGroupArn": group }));
    let targets = health["TargetHealthDescriptions"].as_array().cloned().unwrap_or_default();
    let healthy = targets.iter().filter(|it| it["TargetHealth"]["State"] == "healthy").count();
    assert_eq!((targets.len(), healthy), (2, 2), "{health}");
}

#[test]
fn s17_a_service_that_moves_on_and_goes_leaves_the_listener_that_another_uses() {
    let account = account();
    account.ends(&["deploy", "-f", "shop.yml"], 0);
    the_shop_answers(&account);
    let arn = text(&listener(&account).0["ListenerArn"]);

    account.version(FILE, "1.1.0");
    let moved = account.ends(&["deploy", "-f", "svc.yml"], 0);
    assert!(moved.out.contains(&arn), "what is left is named:\n{}", moved.out);
    assert_eq!(
        account.stacks(),
        ["stage-shop-0", "stage-shop-1", "stage-webapi-0", "stage-webapi-2"]
    );
    the_shop_answers(&account);
    let default = &listener(&account).0["DefaultActions"][0];
    assert_eq!(default["FixedResponseConfig"]["StatusCode"], "503", "{default}");

    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), ["stage-shop-0", "stage-shop-1"]);
    the_shop_answers(&account);
}

#[test]
fn s17_an_undeployment_leaves_the_listener_that_another_uses() {
    let account = account();
    account.ends(&["deploy", "-f", "shop.yml"], 0);
    account.version(FILE, "1.0.0");
    let gone = account.ends(&["undeploy", "-f", "svc.yml"], 0);
    let arn = text(&listener(&account).0["ListenerArn"]);
    assert!(gone.out.contains(&arn), "what is left is named:\n{}", gone.out);
    assert_eq!(account.stacks(), ["stage-shop-0", "stage-shop-1"]);
    the_shop_answers(&account);
}

#[test]
fn s17_two_services_deployed_at_once_take_rules_one_after_the_other() {
    let account = account();
    // The first one's stack is not complete before the second one is seen to wait.
    account.post("stacks", &json!({ "stack": "stage-shop-1", "hang": ["Service"] }));
    let mut first = account.start(&["deploy", "-f", "shop.yml"]);
    first.says("the green stack is being created");
    let mut second = account.start(&["deploy", "-f", "cart.yml"]);
    second.says("which makes its stack on balancer");
    account.post("stacks", &json!({ "stack": "stage-shop-1" }));
    first.ends(0);
    second.ends(0);
    let (_, rules) = listener(&account);
    let mut priorities: Vec<String> = rules.iter().map(|it| text(&it["Priority"])).collect();
    priorities.sort();
    priorities.dedup();
    assert_eq!(priorities.len(), 2, "{rules:?}");
}
