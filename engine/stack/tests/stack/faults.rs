//! What ecs-crd-cli 1.2.0 crashed on, lost or confused, a test a fault.

use serde_json::{Value, json};

use crate::support::{found, init, of_type, resources, small};

/// The first container of a file with more in it.
fn container(more: &str) -> Value {
    let file = small(&[("      port_mappings", &format!("      {more}\n      port_mappings"))]);
    resources(&file)["TaskDefinition"]["Properties"]["ContainerDefinitions"][0].take()
}

fn service(more: &str) -> Value {
    resources(&small(&[("  containers:", &format!("  {more}\n  containers:"))]))
}

#[test]
fn ipc_mode_is_no_crash() {
    let resources = service("ipc_mode: task");
    assert_eq!(resources["TaskDefinition"]["Properties"]["IpcMode"], "task");
}

#[test]
fn a_log_configuration_keeps_its_options_and_needs_none() {
    let splunk = "log_configuration: { log_driver: splunk, options: { splunk-url: u, line: 5 } }";
    let expected = json!({ "LogDriver": "splunk", "Options": { "splunk-url": "u", "line": "5" } });
    assert_eq!(container(splunk)["LogConfiguration"], expected);
    let bare = container("log_configuration: { log_driver: json-file }");
    assert_eq!(bare["LogConfiguration"], json!({ "LogDriver": "json-file" }));
}

#[test]
fn the_interval_of_a_containers_health_check_is_no_crash() {
    let check = container("health_check: { command: [CMD, check], interval: 10 }");
    assert_eq!(check["HealthCheck"], json!({ "Command": ["CMD", "check"], "Interval": 10 }));
}

#[test]
fn a_secret_on_the_accounts_default_key_needs_no_key() {
    let database = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:shop/db-a1B2c3";
    let statements = |secret: &str| {
        let secrets = format!("      secrets: {{ X: \"{secret}\" }}\n      port_mappings");
        let resources = resources(&small(&[("      port_mappings", &secrets)]));
        resources["TaskExecutionRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
            .clone()
    };
    let read = |arn: &str| json!({ "Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [arn] });
    let default_key = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:no-kms-a1B2c3";
    assert_eq!(statements("no-kms"), json!([read(default_key)]));
    let key = "arn:aws:kms:eu-west-3:123456789012:key/44444444-4444-4444-8444-444444444444";
    let decrypt = json!({ "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [key] });
    assert_eq!(statements(&format!("{database}:password::")), json!([read(database), decrypt]));
}

#[test]
fn a_static_port_needs_no_port_of_the_health_check() {
    let resources = resources(&small(&[("host_port: 0", "host_port: 8100")]));
    let group = &resources["TargetGroupWeb8080"]["Properties"];
    assert_eq!(group["HealthCheckPort"], "traffic-port");
}

#[test]
fn a_name_lies_in_the_longest_zone_however_deep() {
    let file = small(&[("webapi.example.com", "webapi.stage.example.co.uk")]);
    let template = init(&file, &found("private-first")).unwrap().template;
    let group = &template["Resources"]["CanaryReleaseRecordSetGroup1"]["Properties"];
    assert_eq!(group["HostedZoneId"], "Z0EXAMPLECOUK");
    assert_eq!(group["RecordSets"][0]["Name"], "webapi.stage.example.co.uk");
}

#[test]
fn volumes_keep_their_names_options_and_labels() {
    let docker = "{ driver_opts: [{ type: nfs }, { o: rw }], labels: { owner: shop } }";
    let volumes =
        service(&format!("volumes: [{{ name: data, docker_volume_configuration: {docker} }}]"));
    let expected = json!([{
        "Name": "data",
        "DockerVolumeConfiguration": {
            "DriverOpts": { "type": "nfs", "o": "rw" },
            "Labels": { "owner": "shop" },
        },
    }]);
    assert_eq!(volumes["TaskDefinition"]["Properties"]["Volumes"], expected);
}

#[test]
fn attributes_of_a_target_group_are_among_its_properties() {
    let attributes =
        "    target_group_attributes: [{ key: stickiness.enabled, value: true }]\n    health_check";
    let resources = resources(&small(&[("    health_check", attributes)]));
    let group = &resources["TargetGroupWeb8080"];
    let expected = json!([{ "Key": "stickiness.enabled", "Value": "true" }]);
    assert_eq!(group["Properties"]["TargetGroupAttributes"], expected);
    assert_eq!(group["TargetGroupAttributes"], Value::Null);
}

#[test]
fn an_entry_point_stays_a_list() {
    assert_eq!(
        container("entry_point: [sh, -c, \"a,b\"]")["EntryPoint"],
        json!(["sh", "-c", "a,b"])
    );
}

#[test]
fn empty_values_stay_empty_and_booleans_are_spelled_as_written() {
    let environment = container("environment: { EMPTY: , TEXT: \"\", FLAG: true }");
    let values = environment["Environment"].as_array().unwrap()[..3].iter();
    let values: Vec<&Value> = values.map(|variable| &variable["Value"]).collect();
    assert_eq!(values, ["", "", "true"]);
    assert_eq!(container("privileged: true")["Privileged"], json!(true));
}

#[test]
fn logical_ids_are_letters_and_digits_and_never_the_same() {
    let second = "
    - { name: web-api, image: x, port_mappings: [{ container_port: 80 }] }
    - { name: web_api, image: x, port_mappings: [{ container_port: 80 }] }
target_groups:
  - { container: { name: web-api, port: 80 }, health_check: {} }
  - { container: { name: web_api, port: 80 }, health_check: {} }";
    let listeners = "listeners:
  - { port: 81, target_group: { container: { name: web-api, port: 80 } } }
  - { port: 82, target_group: { container: { name: web_api, port: 80 } } }";
    let file = small(&[("\ntarget_groups:", second), ("listeners:", listeners)]);
    let resources = resources(&file);
    let ids: Vec<&String> = resources.as_object().unwrap().keys().collect();
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{ids:?}");
    let groups = of_type(&resources, "AWS::ElasticLoadBalancingV2::TargetGroup");
    assert_eq!(groups.len(), 3, "{ids:?}");
    let names: std::collections::BTreeSet<_> =
        groups.iter().map(|(_, group)| group["Properties"]["Name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn tasks_with_interfaces_of_their_own_have_subnets_and_targets_of_addresses() {
    let network =
        "network_mode: awsvpc\n  network: { subnets: [subnet-1], assign_public_ip: true }";
    let resources = service(network);
    let service = &resources["Service"]["Properties"];
    assert_eq!(service["LaunchType"], "EC2");
    let expected =
        json!({ "AwsvpcConfiguration": { "Subnets": ["subnet-1"], "AssignPublicIp": "ENABLED" } });
    assert_eq!(service["NetworkConfiguration"], expected);
    assert_eq!(resources["TargetGroupWeb8080"]["Properties"]["TargetType"], "ip");
}

#[test]
fn fargate_is_launched_on_fargate() {
    let fargate = "requires_compatibilities: [FARGATE]\n  cpu: 256\n  memory: 512\n  network_mode: awsvpc\n  network: { subnets: [subnet-1] }";
    let resources = service(fargate);
    assert_eq!(resources["Service"]["Properties"]["LaunchType"], "FARGATE");
    let ports =
        &resources["TaskDefinition"]["Properties"]["ContainerDefinitions"][0]["PortMappings"];
    assert_eq!(ports, &json!([{ "ContainerPort": 8080 }]));
}

#[test]
fn no_scaling_policy_and_no_alarm_takes_the_place_of_another() {
    let policy = |change: i32, metric: &str| {
        format!(
            "{{ step_scaling_policy_configuration: {{ step_adjustments: [{{ scaling_adjustment: {change} }}] }}, cloudwatch_alarms: [{{ metric_name: {metric}, threshold: 50, comparison_operator: GreaterThanThreshold }}] }}"
        )
    };
    let (up, down) = (policy(1, "MemoryUtilization"), policy(-1, "CPUUtilization"));
    let scaling = format!(
        "auto_scaling: {{ role_arn: \"arn:aws:iam::1:role/x\", auto_scaling_policies: [{up}, {down}] }}"
    );
    let resources = service(&scaling);
    for (number, (change, metric)) in
        [(1, "MemoryUtilization"), (-1, "CPUUtilization")].iter().enumerate()
    {
        let (policy, alarm) =
            (format!("AutoScalingPolicy{}", number + 1), format!("AutoScalingAlarm{}", number + 1));
        let properties = &resources[&policy]["Properties"];
        let steps = &properties["StepScalingPolicyConfiguration"]["StepAdjustments"];
        assert_eq!(steps[0]["ScalingAdjustment"], json!(change));
        assert_eq!(properties["PolicyName"], format!("webapi-scaling-policy-{}", number + 1));
        let alarm = &resources[&alarm]["Properties"];
        assert_eq!(
            (&alarm["MetricName"], &alarm["AlarmActions"]),
            (&json!(metric), &json!([{ "Ref": policy }]))
        );
    }
}

#[test]
fn policies_without_a_name_have_different_ones() {
    let roles = "iam_roles: { task_role: [{ actions: [a:b] }, { actions: [c:d] }, { name: policy_1, actions: [e:f] }] }";
    let resources = service(roles);
    let policies = resources["TaskRole"]["Properties"]["Policies"].as_array().unwrap();
    let names: Vec<&Value> = policies.iter().map(|policy| &policy["PolicyName"]).collect();
    assert_eq!(names, ["policy_1N2", "policy_2", "policy_1"]);
}
