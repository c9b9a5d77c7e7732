//! Tasks, targets and scale-in over the wire.

use aws::Aws;
use rollout::{Side, Stack};
use runner::{Deployment, StackState, Stacks, Workload};
use serde_json::{Value, json};

use super::world::{FILE, World, run, settled};

const GREEN: &str = "webapi-2";

/// A deployment whose green stack stands, scaled to nothing yet.
async fn with_green(world: &World) -> (Aws, Deployment) {
    let (aws, deployment) = world.deployment(FILE).await.unwrap();
    provision(&aws, &deployment).await;
    (aws, deployment)
}

async fn provision(aws: &Aws, deployment: &Deployment) {
    aws.provision(deployment, Stack::Green).await.unwrap();
    assert_eq!(settled(aws, deployment, Stack::Green).await, StackState::Ready);
}

#[test]
fn a_scaling_that_is_repeated_is_one_update_that_stops_no_task() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = with_green(&world).await;
        aws.scale(&deployment, 3).await.unwrap();
        aws.scale(&deployment, 3).await.unwrap();
        let updates = world.calls().iter().filter(|it| it.ends_with(".UpdateService")).count();
        assert_eq!(updates, 1);
        let cluster = world.made["cluster_arn"].clone();
        let asked = json!({ "cluster": cluster, "services": [GREEN] });
        let service = &world.aws("ecs", "DescribeServices", asked)["services"][0];
        assert_eq!(service["desiredCount"], 3);
        let limits = &service["deploymentConfiguration"];
        assert_eq!(
            (&limits["minimumHealthyPercent"], &limits["maximumPercent"]),
            (&json!(100), &json!(300))
        );
    });
}

#[test]
fn s05_one_unhealthy_target_among_several_is_seen() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = with_green(&world).await;
        let ill = json!([{ "after_s": 0, "state": "unhealthy", "reason": "Target.Timeout" }]);
        world.post("health", &json!({ "service": GREEN, "number": 1, "phases": ill }));
        world.post("settings", &json!({ "page_size": 1 }));
        aws.scale(&deployment, 3).await.unwrap();
        world.advance(30);
        let health = aws.health(&deployment).await.unwrap().green;
        assert_eq!(
            (health.tasks_running, health.targets_healthy, health.targets_unhealthy),
            (3, 2, 1)
        );
        assert!(!health.may_serve());
    });
}

#[test]
fn crashes_are_counted_with_their_reasons_and_spot_is_none() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = with_green(&world).await;
        world.post(
            "tasks",
            &json!({ "service": GREEN, "stop_after_s": 2, "stop_code": "SpotInterruption" }),
        );
        aws.scale(&deployment, 1).await.unwrap();
        world.advance(20);
        assert_eq!(aws.health(&deployment).await.unwrap().green.tasks_crashed, 0);
        let behaviour = json!({
            "service": GREEN, "stop_after_s": 2, "exit_code": 137,
            "container_reason": "OutOfMemoryError", "log_lines": ["starting", "out of heap"],
        });
        world.post("tasks", &behaviour);
        // Each failure lets ECS wait longer before the next start.
        world.advance(600);
        let health = aws.health(&deployment).await.unwrap().green;
        assert!(health.tasks_crashed >= 3, "{health:?}");
        let reason = &health.crash_reasons[0];
        assert!(reason.contains("EssentialContainerExited") && reason.contains("137"), "{reason}");
        // Another process reads the same.
        let other = Aws::new(aws.connection().clone());
        let again = other.health(&deployment).await.unwrap().green.tasks_crashed;
        assert!(again >= health.tasks_crashed);
        let words = aws.preserve(&deployment, Side::Green).await.unwrap().join("\n");
        for part in ["webapi-2: task ", "OutOfMemoryError", "exited with code 137", "out of heap"] {
            assert!(words.contains(part), "{part}: {words}");
        }
    });
}

#[test]
fn crashes_of_an_earlier_service_of_that_name_convict_nobody() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = with_green(&world).await;
        world.post("tasks", &json!({ "service": GREEN, "stop_after_s": 1, "exit_code": 1 }));
        aws.scale(&deployment, 2).await.unwrap();
        world.advance(300);
        assert!(aws.health(&deployment).await.unwrap().green.tasks_crashed >= 3);
        aws.retire(&deployment, Stack::Green).await.unwrap();
        assert_eq!(settled(&aws, &deployment, Stack::Green).await, StackState::Absent);
        assert_eq!(aws.place(&deployment, Side::Green).await.unwrap(), None);
        world.post("tasks", &json!({ "service": GREEN }));
        let next = Deployment { id: format!("{}-next", deployment.id), ..deployment };
        provision(&aws, &next).await;
        aws.scale(&next, 2).await.unwrap();
        world.advance(30);
        let health = aws.health(&next).await.unwrap().green;
        assert_eq!((health.tasks_crashed, health.may_serve()), (0, true), "{health:?}");
    });
}

fn scaled(world: &World, state: Value) {
    let target = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/stage-ecs-cluster/webapi-1",
        "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 2, "MaxCapacity": 9,
        "SuspendedState": state,
    });
    world.aws("application-autoscaling", "RegisterScalableTarget", target);
}

fn suspended(world: &World) -> Value {
    let asked = json!({ "ServiceNamespace": "ecs" });
    let targets = world.aws("application-autoscaling", "DescribeScalableTargets", asked);
    let target = &targets["ScalableTargets"][0];
    assert_eq!((&target["MinCapacity"], &target["MaxCapacity"]), (&json!(2), &json!(9)));
    target["SuspendedState"].clone()
}

#[test]
fn s06_scale_in_is_suspended_and_given_back_by_another_process() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let former = json!({
            "DynamicScalingInSuspended": false, "DynamicScalingOutSuspended": false,
            "ScheduledScalingSuspended": true,
        });
        scaled(&world, former.clone());
        aws.suspend_scale_in(&deployment).await.unwrap();
        aws.suspend_scale_in(&deployment).await.unwrap();
        let now = suspended(&world);
        assert_eq!(
            (&now["DynamicScalingInSuspended"], &now["ScheduledScalingSuspended"]),
            (&json!(true), &json!(true))
        );
        let other = Aws::new(aws.connection().clone());
        other.restore_scale_in(&deployment).await.unwrap();
        assert_eq!(suspended(&world), former);
        other.restore_scale_in(&deployment).await.unwrap();
        assert_eq!(suspended(&world), former);
    });
}

#[test]
fn s06_what_somebody_else_suspended_stays_suspended() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let theirs = json!({
            "DynamicScalingInSuspended": true, "DynamicScalingOutSuspended": true,
            "ScheduledScalingSuspended": false,
        });
        scaled(&world, theirs.clone());
        aws.suspend_scale_in(&deployment).await.unwrap();
        aws.restore_scale_in(&deployment).await.unwrap();
        assert_eq!(suspended(&world), theirs);
    });
}

#[test]
fn the_last_words_of_a_healthy_side_are_its_log_and_a_lacking_permission_is_said() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let words = aws.preserve(&deployment, Side::Blue).await.unwrap().join("\n");
        assert!(words.contains("listening"), "{words}");
        world.post("faults", &json!([{ "service": "logs", "kind": "denied" }]));
        let words = aws.preserve(&deployment, Side::Blue).await.unwrap().join("\n");
        assert!(words.contains("cannot be read"), "{words}");
    });
}
