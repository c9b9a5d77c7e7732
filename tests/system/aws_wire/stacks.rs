//! Stacks: made once, deleted once, and nobody else's.

use aws::Aws;
use rollout::Stack;
use runner::{CallErrorKind, Deployment, StackState, Stacks};
use serde_json::json;

use super::world::{FILE, World, run, settled};

#[test]
fn a_stack_is_made_once_adopted_again_and_refused_to_others() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        assert_eq!(aws.state(&deployment, Stack::Green).await.unwrap(), StackState::Absent);
        aws.provision(&deployment, Stack::Green).await.unwrap();
        aws.provision(&deployment, Stack::Green).await.unwrap();
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Ready);
        aws.provision(&deployment, Stack::Green).await.unwrap();
        let creations = world.calls().iter().filter(|it| it.ends_with(".CreateStack")).count();
        assert_eq!(creations, 1);
        let other = Deployment { id: "other".to_owned(), ..deployment };
        let refused = aws.provision(&other, Stack::Green).await.unwrap_err();
        assert_eq!(refused.kind, CallErrorKind::Refused, "{refused}");
    });
}

#[test]
fn s12_a_failed_creation_tells_its_first_reason_and_leaves_nothing() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        // The first failure is on the last page of its events.
        world.post("settings", &json!({ "page_size": 1 }));
        let why = "no capacity for the role";
        world.post(
            "stacks",
            &json!({ "stack": "stage-webapi-2", "fail": { "TaskDefinition": why } }),
        );
        aws.provision(&deployment, Stack::Green).await.unwrap();
        let StackState::Failed { reason } = settled(&aws, &deployment, Stack::Green).await else {
            unreachable!("it cannot have been made");
        };
        assert!(reason.contains("TaskDefinition") && reason.contains(why), "{reason}");
        aws.retire(&deployment, Stack::Green).await.unwrap();
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Absent);
        nothing_of(&world, "webapi-2");
    });
}

#[test]
fn the_reason_is_told_even_when_the_failed_stack_is_gone_already() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        world.post("stacks", &json!({ "fail": { "TaskDefinition": "why" } }));
        aws.provision(&deployment, Stack::Green).await.unwrap();
        world.advance(600);
        let state = aws.state(&deployment, Stack::Green).await.unwrap();
        assert!(
            matches!(&state, StackState::Failed { reason } if reason.contains("why")),
            "{state:?}"
        );
        aws.retire(&deployment, Stack::Green).await.unwrap();
        assert_eq!(aws.state(&deployment, Stack::Green).await.unwrap(), StackState::Absent);
    });
}

/// A process that takes over knows the deployment from its journal alone.
async fn successor(world: &World, deployment: &Deployment) -> Aws {
    let (aws, _) = world.cloud(FILE).await;
    let connection = aws.connection().clone();
    assert!(deployment.parameters.contains_key("found"));
    Aws::new(connection)
}

#[test]
fn s10_another_process_goes_on_with_what_the_first_began() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        aws.provision(&deployment, Stack::Green).await.unwrap();
        drop(aws);
        let aws = successor(&world, &deployment).await;
        aws.provision(&deployment, Stack::Green).await.unwrap();
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Ready);
        aws.retire(&deployment, Stack::Green).await.unwrap();
        let aws = successor(&world, &deployment).await;
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Absent);
        aws.retire(&deployment, Stack::Green).await.unwrap();
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Absent);
    });
}

#[test]
fn a_lost_reply_makes_no_second_stack() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        world.post("faults", &json!([
            { "service": "cloudformation", "operation": "CreateStack", "kind": "drop-after", "nth": 1 },
        ]));
        while let Err(error) = aws.provision(&deployment, Stack::Green).await {
            assert!(error.is_retryable(), "{error}");
            aws.connection().clock.wait(deployment.started_at.plus_s(600)).await.unwrap();
        }
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Ready);
        let all = world.aws("cloudformation", "ListStacks", json!({}));
        let own = all["StackSummaries"].as_array().unwrap().iter();
        assert_eq!(own.filter(|it| it["StackName"] == "stage-webapi-2").count(), 1);
    });
}

#[test]
fn s12_what_cannot_be_deleted_is_listed_by_name_and_tried_again() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        aws.provision(&deployment, Stack::Green).await.unwrap();
        settled(&aws, &deployment, Stack::Green).await;
        let stack = "stage-webapi-2";
        world.post(
            "stacks",
            &json!({ "stack": stack, "delete_fail": { "TaskDefinition": "in use" } }),
        );
        aws.retire(&deployment, Stack::Green).await.unwrap();
        let StackState::Stuck { left } = settled(&aws, &deployment, Stack::Green).await else {
            unreachable!("its task definition cannot be deleted");
        };
        assert!(
            left[0].contains("AWS::ECS::TaskDefinition") && left[0].contains("in use"),
            "{left:?}"
        );
        world.post("stacks", &json!({ "stack": stack }));
        aws.retire(&deployment, Stack::Green).await.unwrap();
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Absent);
    });
}

#[test]
fn the_predecessors_stack_is_deleted_under_whichever_name_it_has() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        assert_eq!(aws.state(&deployment, Stack::Blue).await.unwrap(), StackState::Ready);
        for stack in [Stack::Blue, Stack::Init] {
            aws.retire(&deployment, stack).await.unwrap();
            assert_eq!(settled(&aws, &deployment, stack).await, StackState::Absent);
        }
        nothing_of(&world, "webapi-1");
    });
}

/// No service of that name is active any more.
fn nothing_of(world: &World, service: &str) {
    let cluster = world.made["cluster_arn"].clone();
    let services = world.aws("ecs", "ListServices", json!({ "cluster": cluster }));
    assert!(!services.to_string().contains(&format!("/{service}\"")), "{services}");
    let groups = world.aws("elbv2", "DescribeTargetGroups", json!({}));
    let arns: Vec<_> = groups["TargetGroups"].as_array().into_iter().flatten().collect();
    for group in arns {
        let arn = group["TargetGroupArn"].clone();
        let tags = world.aws("elbv2", "DescribeTags", json!({ "ResourceArns": [arn] })).to_string();
        let label = service.rsplit('-').next().unwrap_or_default();
        assert!(!tags.contains(&format!("\"Value\":\"{label}\"")), "{tags}");
    }
}
