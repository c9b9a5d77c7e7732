//! What stands in an account, as the emulator has it: a line each, by names that are the same in
//! every account, so that two accounts, or an account then and now, can be compared.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::world::World;

/// What stands in an account.
pub(crate) fn standing(world: &World) -> BTreeSet<String> {
    let parts = [stacks, services, balancing, records, scaling, registry, the_rest];
    let lines = parts.iter().flat_map(|part| part(world));
    lines.map(|line| line.replace(world.account(), "ACCOUNT")).collect()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// The entries of a list in an answer.
pub(super) fn list(world: &World, service: &str, operation: &str, asked: Value) -> Vec<Value> {
    let answer = world.aws(service, operation, asked);
    let lists = answer.as_object().into_iter().flatten().filter_map(|(_, it)| it.as_array());
    lists.flatten().cloned().collect()
}

fn stacks(world: &World) -> Vec<String> {
    let stacks = list(world, "cloudformation", "DescribeStacks", json!({}));
    let line = |it: &Value| format!("stack {} {}", text(it, "StackName"), text(it, "StackStatus"));
    stacks.iter().map(line).collect()
}

fn services(world: &World) -> Vec<String> {
    let cluster = &world.made["cluster_arn"];
    let arns = list(world, "ecs", "ListServices", json!({ "cluster": cluster }));
    if arns.is_empty() {
        return Vec::new();
    }
    let asked = json!({ "cluster": cluster, "services": arns });
    let services = world.aws("ecs", "DescribeServices", asked);
    let active = |it: &&Value| text(it, "status") == "ACTIVE";
    let line = |it: &Value| {
        let (running, desired) = (&it["runningCount"], &it["desiredCount"]);
        format!("service {}: {running} of {desired} tasks run", text(it, "serviceName"))
    };
    services["services"].as_array().into_iter().flatten().filter(active).map(line).collect()
}

fn balancing(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    for group in list(world, "elbv2", "DescribeTargetGroups", json!({})) {
        lines.push(format!("target group {}", text(&group, "TargetGroupName")));
    }
    for balancer in world.made["balancers"].as_array().into_iter().flatten() {
        let asked = json!({ "LoadBalancerArn": balancer["arn"] });
        for listener in list(world, "elbv2", "DescribeListeners", asked) {
            let (name, port) = (text(balancer, "name"), &listener["Port"]);
            let asked = json!({ "ListenerArn": listener["ListenerArn"] });
            let rules = list(world, "elbv2", "DescribeRules", asked).len();
            lines.push(format!("listener {name}:{port} with {rules} rules"));
        }
    }
    lines
}

fn records(world: &World) -> Vec<String> {
    let zones = world.made["zones"].as_object().into_iter().flatten();
    let of_zone = |(_, id): (&String, &Value)| {
        let asked = json!({ "HostedZoneId": id });
        world.aws("route53", "ListResourceRecordSets", asked)["ResourceRecordSets"].clone()
    };
    let lists: Vec<Value> = zones.map(of_zone).collect();
    let records = lists.iter().filter_map(Value::as_array).flatten();
    let own = records.filter(|it| !["NS", "SOA"].contains(&text(it, "Type")));
    own.map(|it| {
        let (name, label) = (text(it, "Name"), text(it, "SetIdentifier"));
        let value = text(&it["ResourceRecords"][0], "Value");
        let (weight, ttl) = (&it["Weight"], &it["TTL"]);
        format!("record {name} {label}: weight {weight}, TTL {ttl}, to {value}")
    })
    .collect()
}

fn scaling(world: &World) -> Vec<String> {
    let own = json!({ "ServiceNamespace": "ecs" });
    let service = "application-autoscaling";
    let mut lines = Vec::new();
    for target in list(world, service, "DescribeScalableTargets", own.clone()) {
        let asked = json!({ "ResourceARN": target["ScalableTargetARN"] });
        let tags = world.aws(service, "ListTagsForResource", asked)["Tags"].clone();
        let (id, state) = (text(&target, "ResourceId"), &target["SuspendedState"]);
        let (least, most) = (&target["MinCapacity"], &target["MaxCapacity"]);
        lines.push(format!("scaling {id}: {least} to {most}, suspended {state}, tags {tags}"));
    }
    for policy in list(world, service, "DescribeScalingPolicies", own) {
        lines.push(format!("policy {}", text(&policy, "PolicyName")));
    }
    lines
}

fn registry(world: &World) -> Vec<String> {
    let table = "canary_release";
    let tables = list(world, "dynamodb", "ListTables", json!({}));
    if !tables.iter().any(|it| it == table) {
        return Vec::new();
    }
    let items = world.aws("dynamodb", "Scan", json!({ "TableName": table }));
    let line = |item: &Value| {
        let of = |name: &str| text(&item[name], "S").to_owned();
        let (label, version) = (of("canary_release"), of("service_version"));
        format!("registry {}: release {label}, version {version}", of("service_name"))
    };
    items["Items"].as_array().into_iter().flatten().map(line).collect()
}

/// What only has a name.
fn the_rest(world: &World) -> Vec<String> {
    let table = [
        ("iam", "ListRoles", "RoleName"),
        ("logs", "DescribeLogGroups", "logGroupName"),
        ("cloudwatch", "DescribeAlarms", "AlarmName"),
    ];
    let mut lines = Vec::new();
    for (service, operation, name) in table {
        let found = list(world, service, operation, json!({}));
        // CloudFormation ends the name of an alarm in a number it draws.
        let stem = |name: &str| match name.rsplit_once('-') {
            Some((stem, _)) if operation == "DescribeAlarms" => stem.to_owned(),
            _ => name.to_owned(),
        };
        lines.extend(found.iter().map(|it| format!("{service} {}", stem(text(it, name)))));
    }
    let definitions = list(world, "ecs", "ListTaskDefinitions", json!({ "status": "ACTIVE" }));
    lines.extend(definitions.iter().map(|it| format!("task definition {it}")));
    lines
}
