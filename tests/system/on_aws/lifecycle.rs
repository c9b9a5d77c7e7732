//! A service's life: deployed three times, taken away, looked at meanwhile.

use serde_json::json;

use super::account::{Account, FILE};
use super::permissions;

const NAME: &str = "webapi.example.com";

#[test]
fn a_service_is_deployed_three_times_and_undeployed_and_nothing_is_left() {
    let account = Account::new(&json!({ "topics": ["told"] }));
    let topic = format!(
        "bake: 10\n  sns_topic_notifications: {{ on_success: {} }}",
        account.made["topics"]["told"]
    );
    let file = FILE.replace("bake: 10", &topic);
    let deploy = ["deploy", "-f", "svc.yml"];

    account.version(&file, "1.0.0");
    let first = account.ends(&deploy, 0);
    assert!(first.out.contains("for the first time"), "{}", first.out);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-1"]);
    assert_eq!(account.weights(NAME), [(0, 100), (100, 0)]);

    account.version(&file, "1.1.0");
    account.ends(&deploy, 0);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-2"]);
    assert_eq!(account.weights(NAME), [(0, 100), (100, 0), (80, 20), (40, 60), (0, 100)]);

    account.version(&file, "1.2.0");
    account.ends(&deploy, 0);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-1"]);
    assert_eq!(account.weights(NAME)[5..], [(20, 80), (60, 40), (100, 0)]);

    let history = account.ends(&["history", "-f", "svc.yml"], 0).out;
    let versions: Vec<_> = ["1.2.0", "1.1.0", "1.0.0"].map(|it| history.find(it)).into();
    assert!(versions.is_sorted() && versions.iter().all(Option::is_some), "{history}");
    let status = account.ends(&["status", "-f", "svc.yml"], 0).out;
    assert!(status.contains("registry: release 1 is live, version 1.2.0"), "{status}");

    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), Vec::<String>::new());
    let records = account.aws(
        "route53",
        "ListResourceRecordSets",
        json!({ "HostedZoneId": account.made["zones"]["example.com"] }),
    );
    assert!(!records.to_string().contains(NAME), "{records}");
    let again = account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert!(again.out.contains("nothing to undeploy"), "{}", again.out);
    permissions::cover_all_calls(&account);
    let said: Vec<String> = account.subjects();
    let deployed = "[SUCCESS] deploy - webapi";
    assert_eq!(said, [deployed, deployed, deployed, "[SUCCESS] undeploy - webapi"]);
    let bodies = account.get("messages").to_string();
    for words in ["Version : 1.1.0", "Exit Code : 0", "0 of them bad", "blue 0 / green 100"] {
        assert!(bodies.contains(words), "no {words:?} in {bodies}");
    }
}

#[test]
fn a_service_on_fargate_is_deployed_beside_another_release_and_undeployed() {
    let account = Account::new(&json!({}));
    let (subnets, group) = (&account.made["subnets"], &account.made["security_group"]);
    let fargate = format!(
        "requires_compatibilities: [FARGATE]
  network_mode: awsvpc
  cpu: 256
  memory: 512
  network: {{ subnets: {subnets}, security_groups: [{group}], assign_public_ip: true }}
  containers: [{{ port_mappings"
    );
    let file = FILE.replace("containers: [{ cpu: 128, memory: 256, port_mappings", &fargate);
    let deploy = ["deploy", "-f", "svc.yml"];
    for (version, balancer) in [("1.0.0", 0), ("1.1.0", 1)] {
        account.version(&file, version);
        let ran = account.ends(&deploy, 0);
        let balancer = account.made["balancers"][balancer]["arn"].clone();
        let groups = json!({ "LoadBalancerArn": balancer });
        let groups = account.aws("elbv2", "DescribeTargetGroups", groups);
        let group = &groups["TargetGroups"][0];
        assert_eq!(group["TargetType"], "ip", "{groups}\n{}", ran.out);
        let asked = json!({ "TargetGroupArn": group["TargetGroupArn"] });
        let health = account.aws("elbv2", "DescribeTargetHealth", asked);
        let targets = health["TargetHealthDescriptions"].as_array().cloned().unwrap_or_default();
        let is_address = |it: &serde_json::Value| {
            it["Target"]["Id"].as_str().is_some_and(|id| id.parse::<std::net::Ipv4Addr>().is_ok())
        };
        assert!(targets.len() == 2 && targets.iter().all(is_address), "{health}");
    }
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-2"]);
    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), Vec::<String>::new());
    permissions::cover_all_calls(&account);
}
