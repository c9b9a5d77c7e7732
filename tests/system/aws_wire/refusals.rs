//! What an account lacks is said before anything is written: what was looked for, what was found.

use serde_json::{Value, json};

use super::world::{FILE, World, run};

/// The sentence with which a deployment of the file is refused.
fn refused(world: &World, file: &str) -> String {
    let mut said = String::new();
    run(async {
        let refused = world.deployment(file).await.map(|(_, deployment)| deployment.id);
        said = refused.unwrap_err().to_string();
    });
    let written = world.calls().into_iter().find(|call| call.contains(".Create"));
    assert_eq!(written, None, "{said}");
    said
}

#[track_caller]
fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "no `{part}`: {said}");
    }
}

fn records(world: &World, zone: &str, records: &[Value]) {
    let changes: Vec<Value> = records
        .iter()
        .map(|record| json!({ "Action": "CREATE", "ResourceRecordSet": record }))
        .collect();
    let parameters = json!({
        "HostedZoneId": world.made["zones"][zone], "ChangeBatch": { "Changes": changes },
    });
    world.aws("route53", "ChangeResourceRecordSets", parameters);
}

fn cname(name: &str, identifier: &str) -> Value {
    json!({
        "Name": name, "Type": "CNAME", "TTL": 60, "SetIdentifier": identifier, "Weight": 1,
        "ResourceRecords": [{ "Value": "elsewhere.example.net" }],
    })
}

#[test]
fn no_balancers_of_the_group() {
    let said = refused(&World::new(&json!({ "groups": ["other"] })), FILE);
    says(&said, &["CanaryGroup private", "CanaryRelease", "found none"]);
}

#[test]
fn a_second_balancer_of_one_label() {
    let world = World::new(&json!({}));
    let tags = [("CanaryGroup", "private"), ("CanaryRelease", "2")];
    let tags: Vec<Value> =
        tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let third = json!({ "Name": "third", "Subnets": world.made["subnets"], "Tags": tags });
    world.aws("elbv2", "CreateLoadBalancer", third);
    let said = refused(&world, FILE);
    says(&said, &["CanaryRelease 2; found app/", "app/third/"]);
}

#[test]
fn no_zone_and_the_apex_of_one() {
    let world = World::new(&json!({ "zones": ["example.org", "api.example.com", "example.com"] }));
    let said = refused(&world, FILE);
    says(&said, &["api.example.com", "apex"]);
    let world = World::new(&json!({ "zones": ["example.org"] }));
    says(&refused(&world, FILE), &["webapi.example.com", "found example.org"]);
}

#[test]
fn records_of_another_kind_at_the_name() {
    let world = World::new(&json!({}));
    let simple = json!({
        "Name": "api.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": "1.2.3.4" }],
    });
    records(&world, "example.com", &[simple]);
    says(&refused(&world, FILE), &["api.example.com", "the A record: 1.2.3.4"]);
    let world = World::new(&json!({}));
    records(&world, "example.com", &[cname("webapi.example.com", "third")]);
    says(&refused(&world, FILE), &["webapi.example.com", "the CNAME record third"]);
}

#[test]
fn records_that_no_stack_of_the_service_made() {
    let world = World::new(&json!({}));
    let own = ["1", "2"].map(|label| cname("api.example.com", label));
    records(&world, "example.com", &own);
    says(&refused(&world, FILE), &["no records at api.example.com", "stage-webapi-0"]);
}

#[test]
fn no_cluster_image_secret_or_certificate() {
    let world = World::new(&json!({ "cluster": "prod-ecs-cluster" }));
    says(&refused(&world, FILE), &["cluster stage-ecs-cluster; found prod-ecs-cluster"]);
    let world = World::new(&json!({}));
    let image = "{{account_id}}.dkr.ecr.{{region}}.amazonaws.com/webapi:9.9";
    let file = FILE.replace(
        "image: nginx:1.25",
        &format!("image: \"{image}\"\n      secrets: [{{ TOKEN: shop/token }}]"),
    );
    let file = file.replace(
        "- port: 8080",
        "- port: 443\n    protocol: HTTPS\n    certificates: [a.example.com]",
    );
    let said = refused(&world, &file);
    says(&said, &["webapi:9.9", "shop/token", "a.example.com"]);
}

#[test]
fn a_port_that_is_in_use_without_rules() {
    let world = World::live(&json!({ "groups": ["private"] }));
    let green = world.made["balancers"][1]["arn"].clone();
    let answer =
        json!({ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } });
    world.aws(
        "elbv2",
        "CreateListener",
        json!({
            "LoadBalancerArn": green, "Port": 8080, "Protocol": "HTTP", "DefaultActions": [answer],
        }),
    );
    says(&refused(&world, FILE), &["/listeners/0", "8080"]);
}

#[test]
fn a_stack_in_the_way() {
    let world = World::live(&json!({}));
    let template = json!({ "Resources": { "Group": { "Type": "AWS::Logs::LogGroup" } } });
    let stack = json!({ "StackName": "stage-webapi-2", "TemplateBody": template.to_string() });
    world.aws("cloudformation", "CreateStack", stack);
    says(&refused(&world, FILE), &["stage-webapi-2", "another tool", "delete-stack"]);
}

#[test]
fn a_permission_that_lacks_is_named() {
    let world = World::new(&json!({}));
    let resource = "arn:aws:route53:::hostedzone/Z1";
    world.post("faults", &json!([
        { "service": "route53", "operation": "ListHostedZones", "kind": "denied", "resource": resource },
    ]));
    says(&refused(&world, FILE), &["allow route53:ListHostedZones on", resource]);
}
