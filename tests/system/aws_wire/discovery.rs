//! What is found in an account.

use runner::Discovery;
use serde_json::json;

use super::world::{FILE, World, run};

/// Operations that change something.
fn writes(calls: &[String]) -> Vec<&String> {
    let reads = ["Get", "List", "Describe", "BatchGet", "AssumeRole"];
    let is_read = |call: &&String| {
        let operation = call.split_once('.').map_or("", |(_, operation)| operation);
        reads.iter().any(|read| operation.starts_with(read))
    };
    calls.iter().filter(|call| !is_read(call)).collect()
}

#[test]
fn a_service_that_was_never_deployed_has_nothing_and_looking_writes_nothing() {
    run(async {
        let world = World::new(&json!({}));
        let (aws, plan) = world.cloud(FILE).await;
        let ground = aws.ground(&plan).await.unwrap();
        assert_eq!(ground.baseline, None);
        assert_eq!((ground.canary_label.as_str(), ground.init_exists), ("1", false));
        assert_eq!(ground.new_names, plan.names);
        assert_eq!(aws.standing(&plan).await.unwrap(), []);
        let survey = aws.survey(&plan, &ground, "test").await.unwrap();
        assert_eq!(survey.green.stack_name, "stage-webapi-1");
        assert_eq!(survey.found.vpc_id, world.made["vpc_id"].as_str().unwrap());
        let calls = world.calls();
        assert!(writes(&calls).is_empty(), "{calls:?}");
        assert!(!calls.iter().any(|call| call.starts_with("ec2.")), "{calls:?}");
    });
}

#[test]
fn a_service_of_the_predecessor_is_found_as_it_stands() {
    run(async {
        let world = World::live(&json!({}));
        let (aws, plan) = world.cloud(FILE).await;
        let ground = aws.ground(&plan).await.unwrap();
        let baseline = ground.baseline.clone().unwrap();
        assert_eq!((baseline.label.as_str(), baseline.version.as_str()), ("1", "1.0.0"));
        assert_eq!((baseline.tasks, baseline.targets_healthy), (2, 2));
        assert_eq!((ground.canary_label.as_str(), ground.init_exists), ("2", true));
        assert_eq!((ground.new_names.len(), ground.gone_names.len()), (0, 0));
        let standing = aws.standing(&plan).await.unwrap();
        let lines: Vec<String> =
            standing.iter().map(|it| format!("{}: {}", it.what, it.state)).collect();
        for line in [
            "stack stage-webapi-1: complete",
            "stack stage-webapi-0: complete",
            "name api.example.com: weights 1: 100, 2: 0 (TTL 60 s)",
            "registry: release 1 is live, version 1.0.0",
        ] {
            assert!(lines.iter().any(|it| it == line), "{line}: {lines:?}");
        }
        aws.survey(&plan, &ground, "test").await.unwrap();
    });
}

#[test]
fn names_gone_from_the_file_and_new_ones_are_told() {
    run(async {
        let world = World::live(&json!({ "zones": ["example.com", "example.org"] }));
        let file = FILE.replace("api.example.com]", "new.example.org]");
        let (aws, plan) = world.cloud(&file).await;
        let ground = aws.ground(&plan).await.unwrap();
        assert_eq!(ground.new_names, ["new.example.org"]);
        assert_eq!(ground.gone_names, ["api.example.com"]);
    });
}

#[test]
fn everything_is_found_however_short_the_pages_are() {
    run(async {
        let zones = ["a.net", "b.net", "c.net", "eu.example.com", "example.com"];
        let certificates = ["a.net", "*.example.com", "b.net"];
        let world = World::live(&json!({
            "groups": ["other", "private", "third"], "zones": zones, "certificates": certificates,
        }));
        world.post("settings", &json!({ "page_size": 1 }));
        let file = FILE.replace("api.example.com]", "api.eu.example.com]").replace(
            "  - port: 8080\n",
            "  - port: 8443\n    protocol: HTTPS\n    certificates: [\"*.example.com\"]\n",
        );
        let (aws, plan) = world.cloud(&file).await;
        let ground = aws.ground(&plan).await.unwrap();
        assert_eq!(ground.baseline.as_ref().map(|it| it.targets_healthy), Some(2));
        let survey = aws.survey(&plan, &ground, "test").await.unwrap();
        let ids: Vec<&str> = survey.found.zones.iter().map(|zone| zone.id.as_str()).collect();
        for name in ["example.com", "eu.example.com"] {
            assert!(ids.contains(&world.made["zones"][name].as_str().unwrap()), "{name}: {ids:?}");
        }
        let wanted = world.made["certificates"]["*.example.com"].as_str();
        assert_eq!(survey.found.certificates.get("*.example.com").map(String::as_str), wanted);
    });
}

#[test]
fn an_item_whose_balancer_is_gone_is_dropped() {
    run(async {
        let world = World::live(&json!({}));
        let balancer = world.made["balancers"][0]["arn"].clone();
        let listeners =
            world.aws("elbv2", "DescribeListeners", json!({ "LoadBalancerArn": balancer }));
        for listener in listeners["Listeners"].as_array().unwrap() {
            let arn = listener["ListenerArn"].clone();
            world.aws("elbv2", "DeleteListener", json!({ "ListenerArn": arn }));
        }
        world.aws("elbv2", "DeleteLoadBalancer", json!({ "LoadBalancerArn": balancer }));
        let (aws, plan) = world.cloud(FILE).await;
        let ground = aws.ground(&plan).await.unwrap();
        assert_eq!(ground.baseline, None);
        let refused = aws.survey(&plan, &ground, "test").await.unwrap_err().to_string();
        assert!(refused.contains("CanaryRelease 1; found"), "{refused}");
    });
}

#[test]
fn a_fast_clock_begins_at_the_endpoints_now() {
    run(async {
        let world = World::new(&json!({}));
        world.advance(1_000_000);
        let (aws, _) = world.cloud(FILE).await;
        let theirs = aws.connection().clock.now();
        let ours = world.connect(Some(20)).await.clock.now();
        assert!(ours >= theirs && ours < theirs.plus_s(100_000), "{ours:?} of {theirs:?}");
    });
}

#[test]
fn a_service_in_the_predecessors_region_is_told_when_another_is_chosen() {
    run(async {
        let mut world = World::live(&json!({}));
        let (aws, plan) = world.cloud(FILE).await;
        assert_eq!(aws.elsewhere(&plan).await.unwrap(), None);
        world.region = "us-east-1".to_owned();
        let (aws, plan) = world.cloud(FILE).await;
        let said = aws.elsewhere(&plan).await.unwrap().unwrap();
        assert!(said.contains("us-east-1") && said.contains("eu-west-3"), "{said}");
    });
}
