//! A stack goes, and what other services have on its listener stays (S17).

use aws::Aws;
use rollout::Stack;
use runner::{Deployment, StackState, Stacks};
use serde_json::{Value, json};

use super::world::{FILE, World, run, settled};

const CERTIFICATES: [&str; 3] = ["*.example.com", "*.example.net", "*.example.org"];

/// Another service behind the same balancers, with a rule on the same port.
fn neighbour(of: &str) -> String {
    let rules = "    rules: [{ conditions: [{ field: path-pattern, values: [/shop/*] }] }]\n";
    of.replace("webapi", "shop").replace(", api.example.com", "") + rules
}

/// The same service, on port 443.
fn https(of: &str, certificate: &str) -> String {
    let https = format!("port: 443\n    protocol: HTTPS\n    certificates: [\"{certificate}\"]");
    of.replacen("  - port: 8080", &format!("  - {https}"), 1)
}

/// Both stacks of a deployment of this file.
async fn deployed(world: &World, file: &str) -> (Aws, Deployment) {
    let (aws, deployment) = world.deployment(file).await.unwrap();
    let id = format!("{}-{}", deployment.id, deployment.plan.service.name);
    let deployment = Deployment { id, ..deployment };
    for stack in [Stack::Init, Stack::Green] {
        aws.provision(&deployment, stack).await.unwrap();
        assert_eq!(settled(&aws, &deployment, stack).await, StackState::Ready);
    }
    (aws, deployment)
}

/// The predecessor's release, on whose listener somebody has hung a rule.
async fn predecessors() -> (World, Aws, Deployment, String) {
    let world = World::live(&json!({ "certificates": CERTIFICATES }));
    let group = json!({
        "Name": "foreign", "Port": 80, "Protocol": "HTTP", "VpcId": world.made["vpc_id"],
    });
    let group = world.aws("elbv2", "CreateTargetGroup", group);
    let listener = listener(&world, 0)["ListenerArn"].as_str().unwrap().to_owned();
    let rule = json!({
        "ListenerArn": listener, "Priority": 20,
        "Conditions": [{ "Field": "path-pattern", "Values": ["/other"] }],
        "Actions": [{ "Type": "forward", "TargetGroupArn": group["TargetGroups"][0]["TargetGroupArn"] }],
    });
    world.aws("elbv2", "CreateRule", rule);
    let (aws, deployment) = world.deployment(FILE).await.unwrap();
    (world, aws, deployment, listener)
}

/// Retires it, as often as it takes, and waits for the end; what stays of it is left, too.
async fn retired(aws: &Aws, deployment: &Deployment, stack: Stack) -> StackState {
    let stays = loop {
        match aws.retire(deployment, stack).await {
            Ok(stays) => break stays,
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    };
    match settled(aws, deployment, stack).await {
        StackState::Absent if !stays.is_empty() => StackState::Stuck { left: stays },
        ended => ended,
    }
}

/// A process that takes over.
fn successor(of: &Aws) -> Aws {
    Aws::new(of.connection().clone())
}

/// The listener of that balancer.
fn listener(world: &World, balancer: usize) -> Value {
    let balancer = world.made["balancers"][balancer]["arn"].clone();
    let all = world.aws("elbv2", "DescribeListeners", json!({ "LoadBalancerArn": balancer }));
    all["Listeners"][0].clone()
}

/// What stands: the names of target groups and roles, the services, the rules of that listener.
fn standing(world: &World, listener: &str) -> (Vec<String>, Value, usize) {
    let groups = world.aws("elbv2", "DescribeTargetGroups", json!({}));
    let groups = groups["TargetGroups"].as_array().unwrap().iter();
    let names = groups.map(|it| it["TargetGroupName"].as_str().unwrap().to_owned()).collect();
    let cluster = json!({ "cluster": world.made["cluster_arn"] });
    let services = world.aws("ecs", "ListServices", cluster)["serviceArns"].clone();
    let rules = world.aws("elbv2", "DescribeRules", json!({ "ListenerArn": listener }));
    (names, services, rules["Rules"].as_array().unwrap().len())
}

fn certificates(world: &World, listener: &str) -> usize {
    let asked = json!({ "ListenerArn": listener });
    let all = world.aws("elbv2", "DescribeListenerCertificates", asked);
    all["Certificates"].as_array().unwrap().len()
}

/// The stack is gone; the listener is left, named, and answers 503 where no rule takes it.
#[track_caller]
fn assert_left(world: &World, ended: &StackState, listener: &Value) {
    let arn = listener["ListenerArn"].as_str().unwrap();
    let StackState::Stuck { left } = ended else { panic!("{ended:?}") };
    assert!(left.len() == 1 && left[0].contains(arn) && left[0].contains("503"), "{left:?}");
    let now = world.aws("elbv2", "DescribeListeners", json!({ "ListenerArns": [arn] }));
    let action = &now["Listeners"][0]["DefaultActions"][0];
    assert_eq!(action["FixedResponseConfig"]["StatusCode"], "503", "{action}");
}

fn count(world: &World, operation: &str) -> usize {
    world.calls().iter().filter(|it| it.ends_with(operation)).count()
}

#[test]
fn s17_a_listener_with_a_neighbours_rule_outlives_its_stack() {
    run(async {
        let world = World::new(&json!({}));
        let (aws, deployment) = deployed(&world, FILE).await;
        let (theirs, neighbour) = deployed(&world, &neighbour(FILE)).await;
        // What is the neighbour's is on a later page of rules and resources.
        world.post("settings", &json!({ "page_size": 1 }));
        let listener = listener(&world, 0);
        let arn = listener["ListenerArn"].as_str().unwrap();
        let (groups, services, rules) = standing(&world, arn);
        assert_eq!((groups.len(), services.as_array().unwrap().len(), rules), (2, 2, 2));
        let ended = retired(&aws, &deployment, Stack::Green).await;
        assert_left(&world, &ended, &listener);
        assert_eq!((count(&world, ".UpdateStack"), count(&world, ".DeleteStack")), (1, 1));
        let (groups, services, rules) = standing(&world, arn);
        assert!(groups.len() == 1 && groups[0].contains("Shop"), "{groups:?}");
        assert!(
            services.to_string().contains("/shop-1") && services.as_array().unwrap().len() == 1
        );
        assert_eq!(rules, 2, "the default, and the neighbour's");
        assert_eq!(retired(&aws, &deployment, Stack::Green).await, StackState::Absent, "again");
        let theirs = retired(&theirs, &neighbour, Stack::Green).await;
        assert_eq!(theirs, StackState::Absent, "its listener was never the neighbour's");
        assert_eq!(standing(&world, arn).2, 1);
    });
}

#[test]
fn s17_the_predecessors_listener_outlives_its_stack() {
    run(async {
        let (world, aws, deployment, arn) = predecessors().await;
        let ended = retired(&aws, &deployment, Stack::Blue).await;
        assert_left(&world, &ended, &listener(&world, 0));
        let (groups, services, rules) = standing(&world, &arn);
        assert_eq!((groups, rules), (vec!["foreign".to_owned()], 2));
        assert_eq!(services, json!([]));
        assert_eq!(retired(&aws, &deployment, Stack::Blue).await, StackState::Absent, "again");
    });
}

#[test]
fn s17_a_lost_reply_of_the_update_comes_to_the_same_end() {
    run(async {
        // Under way when it is asked again, and done already.
        for seconds in [1, 0] {
            let (world, aws, deployment, _) = predecessors().await;
            world.post("stacks", &json!({ "seconds": seconds }));
            world.post(
                "faults",
                &json!([{ "operation": "UpdateStack", "kind": "drop-after", "nth": 1 }]),
            );
            let ended = retired(&aws, &deployment, Stack::Blue).await;
            assert_left(&world, &ended, &listener(&world, 0));
        }
    });
}

#[test]
fn s17_another_process_comes_to_the_same_end_wherever_the_first_was_killed() {
    run(async {
        // Before the update is done, before the deletion is asked for, before it is done.
        for (passed_s, is_deleting) in [(0, false), (600, false), (600, true)] {
            let (world, aws, deployment, _) = predecessors().await;
            aws.retire(&deployment, Stack::Blue).await.unwrap();
            world.advance(passed_s);
            if is_deleting {
                let state = aws.state(&deployment, Stack::Blue).await.unwrap();
                assert_eq!(state, StackState::Falling);
            }
            let next = successor(&aws);
            let ended = retired(&next, &deployment, Stack::Blue).await;
            assert_left(&world, &ended, &listener(&world, 0));
            assert_eq!(retired(&aws, &deployment, Stack::Blue).await, StackState::Absent, "again");
        }
    });
}

#[test]
fn s17_a_certificate_is_removed_by_nobody_but_with_its_listener() {
    run(async {
        let world = World::new(&json!({ "certificates": CERTIFICATES }));
        let (aws, deployment) = deployed(&world, &https(FILE, CERTIFICATES[0])).await;
        let theirs = https(&neighbour(FILE), CERTIFICATES[1]);
        let (neighbours, neighbour) = deployed(&world, &theirs).await;
        let listener = listener(&world, 0);
        let arn = listener["ListenerArn"].as_str().unwrap();
        assert_eq!(certificates(&world, arn), 2);
        assert_eq!(retired(&neighbours, &neighbour, Stack::Green).await, StackState::Absent);
        assert_eq!((certificates(&world, arn), standing(&world, arn).2), (2, 1));
        // A certificate of somebody's, without a rule, is use enough.
        let ended = retired(&aws, &deployment, Stack::Green).await;
        assert_left(&world, &ended, &listener);
        assert_eq!(certificates(&world, arn), 2);
    });
}

#[test]
fn s17_the_predecessors_certificate_on_somebody_elses_listener_stays() {
    run(async {
        let world = World::live(&json!({ "certificates": CERTIFICATES }));
        let answer =
            json!({ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } });
        let asked = json!({
            "LoadBalancerArn": world.made["balancers"][1]["arn"], "Port": 443, "Protocol": "HTTPS",
            "Certificates": [{ "CertificateArn": world.made["certificates"][CERTIFICATES[0]] }],
            "DefaultActions": [answer],
        });
        world.aws("elbv2", "CreateListener", asked);
        let arn = listener(&world, 1)["ListenerArn"].as_str().unwrap().to_owned();
        let stack = json!({ "StackName": "stage-webapi-1" });
        let body = world.aws("cloudformation", "GetTemplate", stack);
        let mut template: Value =
            serde_json::from_str(body["TemplateBody"].as_str().unwrap()).unwrap();
        template["Resources"]["Certificate"] = json!({
            "Type": "AWS::ElasticLoadBalancingV2::ListenerCertificate",
            "Properties": {
                "ListenerArn": arn,
                "Certificates": [{ "CertificateArn": world.made["certificates"][CERTIFICATES[1]] }],
            },
        });
        let update = json!({ "StackName": "stage-webapi-1", "TemplateBody": template.to_string() });
        world.aws("cloudformation", "UpdateStack", update);
        world.advance(60);
        assert_eq!(certificates(&world, &arn), 2);
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        assert_eq!(retired(&aws, &deployment, Stack::Blue).await, StackState::Absent);
        assert_eq!(certificates(&world, &arn), 2);
        assert_eq!(listener(&world, 0), Value::Null, "its own listener is gone");
    });
}

#[test]
fn s17_a_listener_that_cannot_be_left_is_told_and_tried_again() {
    run(async {
        let (world, aws, deployment, arn) = predecessors().await;
        let before = standing(&world, &arn);
        world.post("stacks", &json!({ "fail": { "Listener": "not allowed to modify it" } }));
        for process in [&aws, &aws, &successor(&aws)] {
            let ended = retired(process, &deployment, Stack::Blue).await;
            let StackState::Stuck { left } = ended else { panic!("{ended:?}") };
            for part in ["stage-webapi-1", "not allowed to modify it"] {
                assert!(left[0].contains(part), "{part}: {left:?}");
            }
        }
        assert_eq!((standing(&world, &arn), count(&world, ".DeleteStack")), (before, 0));
        assert_eq!(listener(&world, 0)["DefaultActions"][0]["Type"], "forward");
        world.post("stacks", &json!({}));
        let ended = retired(&aws, &deployment, Stack::Blue).await;
        assert_left(&world, &ended, &listener(&world, 0));
    });
}

#[test]
fn s17_a_deletion_that_fails_after_the_listener_was_left_is_tried_again() {
    run(async {
        let (world, aws, deployment, _) = predecessors().await;
        world.post("stacks", &json!({ "delete_fail": { "TaskDefinition": "in use" } }));
        let ended = retired(&aws, &deployment, Stack::Blue).await;
        let StackState::Stuck { left } = ended else { panic!("{ended:?}") };
        assert!(left.len() == 1 && left[0].contains("in use"), "{left:?}");
        world.post("stacks", &json!({}));
        let ended = retired(&aws, &deployment, Stack::Blue).await;
        assert_left(&world, &ended, &listener(&world, 0));
    });
}

#[test]
fn s17_while_somebody_else_updates_the_stack_it_is_not_deleted() {
    run(async {
        let (world, aws, deployment, arn) = predecessors().await;
        let tags = json!([
            { "Key": "Service", "Value": "webapi" }, { "Key": "Environment", "Value": "stage" },
            { "Key": "Owner", "Value": "ann" },
        ]);
        let update = json!({
            "StackName": "stage-webapi-1", "UsePreviousTemplate": true, "Tags": tags,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        });
        world.aws("cloudformation", "UpdateStack", update);
        let refused = aws.retire(&deployment, Stack::Blue).await.unwrap_err();
        assert!(
            refused.is_retryable() && refused.message.contains("UPDATE_IN_PROGRESS"),
            "{refused}"
        );
        world.advance(60);
        assert_eq!(aws.state(&deployment, Stack::Blue).await.unwrap(), StackState::Ready);
        assert_eq!(standing(&world, &arn).2, 2);
        let ended = retired(&aws, &deployment, Stack::Blue).await;
        assert_left(&world, &ended, &listener(&world, 0));
    });
}
