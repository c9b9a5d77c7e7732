//! Services that share a balancer: what one leaves of its listener for the others (S17), and who
//! takes which rule priority.

use std::collections::BTreeMap;

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

/// The shop's rule is there, first of all, and leads to its healthy targets.
#[track_caller]
fn the_shop_answers(account: &Account) {
    let (listener, rules) = listener(account);
    assert_eq!(listener["Port"], 8080);
    let rule = rules.iter().find(|it| it["Priority"] == "3").expect("a rule");
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

/// Port 8080 of each balancer, by its label: what its default action does, and who has rules on it.
fn port_of(account: &Account, balancer: usize) -> (String, Vec<String>) {
    let asked = json!({ "LoadBalancerArn": account.made["balancers"][balancer]["arn"] });
    let listeners = account.aws("elbv2", "DescribeListeners", asked)["Listeners"].clone();
    let asked = json!({ "ListenerArn": listeners[0]["ListenerArn"] });
    let rules = account.aws("elbv2", "DescribeRules", asked)["Rules"].clone();
    let rules = rules.as_array().cloned().unwrap_or_default();
    let rules = rules.iter().filter_map(|it| {
        let group = text(&it["Actions"][0]["TargetGroupArn"]);
        Some((text(&it["Priority"]).parse::<u32>().ok()?, service_of(account, &group)))
    });
    let rules: BTreeMap<u32, String> = rules.collect();
    let rules = rules.iter().map(|(priority, service)| format!("{priority} {service}"));
    (text(&listeners[0]["DefaultActions"][0]["Type"]), rules.collect())
}

/// The service whose target group it is.
fn service_of(account: &Account, group: &str) -> String {
    let tags = account.aws("elbv2", "DescribeTags", json!({ "ResourceArns": [group] }));
    let tags = tags["TagDescriptions"][0]["Tags"].as_array().cloned().unwrap_or_default();
    let service = tags.iter().find(|it| it["Key"] == "Service");
    service.map(|it| text(&it["Value"])).unwrap_or_default()
}

#[test]
fn s17_a_listeners_first_owner_comes_back_to_it_again_and_again() {
    let account = account();
    account.ends(&["deploy", "-f", "shop.yml"], 0);
    let arn = text(&listener(&account).0["ListenerArn"]);
    let forward = || "forward".to_owned();
    assert_eq!(port_of(&account, 0), (forward(), vec!["3 shop".to_owned()]));

    // To the second balancer, back to the first, and so on: the shop's rule stands all the time.
    let left = || ("fixed-response".to_owned(), vec!["3 shop".to_owned()]);
    let taken_up =
        ("fixed-response".to_owned(), vec!["3 shop".to_owned(), "50000 webapi".to_owned()]);
    let ways = [("1.1.0", left()), ("1.0.0", taken_up.clone()), ("1.1.0", left())];
    for (version, first) in ways {
        account.version(FILE, version);
        account.ends(&["deploy", "-f", "svc.yml"], 0);
        assert_eq!(port_of(&account, 0), first, "{version}");
        the_shop_answers(&account);
    }
    assert_eq!(port_of(&account, 1), (forward(), Vec::new()), "nobody else is there");

    // Others take rules before what is meant for the rest, also while it is there.
    account.version(FILE, "1.0.0");
    account.ends(&["deploy", "-f", "svc.yml"], 0);
    account.ends(&["deploy", "-f", "cart.yml"], 0);
    let three = ["3 shop", "4 cart", "50000 webapi"].map(str::to_owned).to_vec();
    assert_eq!(port_of(&account, 0), ("fixed-response".to_owned(), three));
    account.ends(&["undeploy", "-f", "cart.yml"], 0);

    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), ["stage-shop-0", "stage-shop-1"]);
    assert_eq!(port_of(&account, 0), left());
    the_shop_answers(&account);

    // From nothing.
    account.ends(&["deploy", "-f", "svc.yml"], 0);
    assert_eq!(port_of(&account, 0), taken_up);
    the_shop_answers(&account);
    account.ends(&["undeploy", "-f", "shop.yml"], 0);
    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    let (default, rules) = port_of(&account, 0);
    assert_eq!((default.as_str(), rules.len()), ("fixed-response", 0));
    assert_eq!(text(&listener(&account).0["ListenerArn"]), arn);
    assert_eq!(account.stacks(), Vec::<String>::new());
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
    second.says("waiting for");
    account.post("stacks", &json!({ "stack": "stage-shop-1" }));
    first.ends(0);
    second.ends(0);
    let (_, rules) = listener(&account);
    let mut priorities: Vec<String> = rules.iter().map(|it| text(&it["Priority"])).collect();
    priorities.sort();
    priorities.dedup();
    assert_eq!(priorities.len(), 2, "{rules:?}");
}

#[test]
fn s17_no_rule_is_hung_on_a_listener_that_is_going() {
    let account = account();
    account.post("stacks", &json!({ "stack": "stage-webapi-1", "delete_hang": ["Service"] }));
    account.version(FILE, "1.1.0");
    let mut moving = account.start(&["deploy", "-f", "svc.yml"]);
    moving.says("the blue stack is being deleted");
    let mut shop = account.start(&["deploy", "-f", "shop.yml"]);
    shop.says("waiting for");
    account.post("stacks", &json!({ "stack": "stage-webapi-1" }));
    moving.ends(0);
    shop.ends(0);
    the_shop_answers(&account);
}

#[test]
fn s17_a_listener_stays_for_a_rule_that_is_about_to_be_hung_on_it() {
    let account = account();
    account.post("stacks", &json!({ "stack": "stage-shop-1", "hang": ["TargetGroupDefault8080"] }));
    let mut shop = account.start(&["deploy", "-f", "shop.yml"]);
    shop.says("the green stack is being created");
    account.version(FILE, "1.1.0");
    let mut moving = account.start(&["deploy", "-f", "svc.yml"]);
    moving.says("retire waits");
    account.post("stacks", &json!({ "stack": "stage-shop-1" }));
    shop.ends(0);
    let moved = moving.ends(0);
    let arn = text(&listener(&account).0["ListenerArn"]);
    assert!(moved.out.contains(&arn), "what is left is named:\n{}", moved.out);
    the_shop_answers(&account);
}
