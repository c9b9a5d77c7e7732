//! The registry item and notices.

use rollout::Stack;
use runner::{CallErrorKind, Discovery, Notices, Registry, StackState, Stacks};
use serde_json::{Value, json};

use super::world::{FILE, World, run, settled};

#[test]
fn the_table_is_made_by_the_first_registration_and_the_item_is_the_predecessors() {
    run(async {
        let world = World::new(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        aws.unregister(&deployment).await.unwrap();
        assert!(!world.calls().contains(&"dynamodb.CreateTable".to_owned()));
        aws.register(&deployment).await.unwrap();
        aws.register(&deployment).await.unwrap();
        let items = world.aws("dynamodb", "Scan", json!({ "TableName": "canary_release" }));
        let item = &items["Items"][0];
        let text = |name: &str| item[name]["S"].as_str().unwrap_or_default();
        assert_eq!((text("canary_release"), text("stack_name")), ("1", "stage-webapi-1"));
        assert_eq!(text("alb_arn"), world.made["balancers"][0]["arn"].as_str().unwrap());
        let ground = aws.ground(&deployment.plan).await.unwrap();
        assert_eq!(ground.baseline.map(|it| it.version), Some("1.1.0".to_owned()));
        aws.unregister(&deployment).await.unwrap();
        assert_eq!(aws.ground(&deployment.plan).await.unwrap().baseline, None);
    });
}

#[test]
fn a_denied_registration_names_its_permission_and_makes_no_table() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        let denied = json!({
            "service": "dynamodb", "operation": "PutItem", "kind": "denied", "resource": "*",
        });
        world.post("faults", &json!([denied]));
        let error = aws.register(&deployment).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Missing, "{error}");
        assert!(error.message.contains("allow dynamodb:PutItem"), "{error}");
        assert!(!world.calls().contains(&"dynamodb.CreateTable".to_owned()));
    });
}

#[test]
fn an_unknown_topic_is_an_error_that_names_it_and_a_known_one_is_told() {
    run(async {
        let world = World::new(&json!({ "topics": ["deployed"] }));
        let (aws, _) = world.cloud(FILE).await;
        let topic = world.made["topics"]["deployed"].as_str().unwrap();
        aws.send(topic, "[SUCCESS] deploy - webapi", "Version : 1\n").await.unwrap();
        let unknown = topic.replace("deployed", "nowhere");
        let error = aws.send(&unknown, "[FAIL] deploy - webapi", "").await.unwrap_err();
        assert!(error.message.contains(&unknown), "{error}");
    });
}

#[test]
fn what_was_registered_is_the_baseline_of_the_next() {
    run(async {
        let world = World::new(&json!({}));
        let (aws, deployment) = world.deployment(FILE).await.unwrap();
        for stack in [Stack::Init, Stack::Green] {
            aws.provision(&deployment, stack).await.unwrap();
            assert_eq!(settled(&aws, &deployment, stack).await, StackState::Ready);
        }
        aws.register(&deployment).await.unwrap();
        let (_, next) = world.deployment(&FILE.replace("1.1.0", "1.2.0")).await.unwrap();
        assert_eq!(next.ground.canary_label, "2");
        assert!(next.ground.init_exists && next.ground.new_names.is_empty(), "{:?}", next.ground);
        let of = |value: &Value| value["Stacks"].as_array().map_or(0, Vec::len);
        assert_eq!(of(&world.aws("cloudformation", "DescribeStacks", json!({}))), 2);
    });
}
