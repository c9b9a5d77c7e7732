//! The world: what stands when it is new, what is kept, what others do, and what the faults do.

use rollout::{EpochS, HttpGrant, Side, Split, Stack, Weight};
use runner::question::RequestQuestion;
use runner::{CallErrorKind, Effective, ProbeRequest, Reach, StackState, Written};
use serde_json::{Value, json};
use sim::{MemoryWorld, Scenario, SimCloud, Store};

use crate::stage::{SimStage, deployment, plan};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn scenario(value: Value) -> Scenario {
    serde_json::from_value(value).unwrap()
}

async fn stage(value: Value) -> SimStage {
    SimStage::new(scenario(value)).await.unwrap()
}

async fn wait(stage: &SimStage, seconds: u32) {
    let clock = stage.sim.cloud().clock;
    clock.wait(clock.now().plus_s(seconds)).await.unwrap();
}

/// Green provisioned and scaled, `seconds` after the scaling.
async fn scaled(value: Value, seconds: u32) -> SimStage {
    let stage = stage(value).await;
    let cloud = stage.sim.cloud();
    cloud.stacks.provision(&stage.deployment, Stack::Green).await.unwrap();
    wait(&stage, 60).await;
    cloud.workload.scale(&stage.deployment, 2).await.unwrap();
    wait(&stage, seconds).await;
    stage
}

fn split(green: u32) -> Split {
    Split::green_at(Weight::new(green).unwrap())
}

#[test]
fn a_new_world_has_a_release_that_serves_and_begins_in_2026() {
    block_on(async {
        let stage = stage(json!({ "before": { "tasks": 8, "version": "1.3.0" } })).await;
        let ground = &stage.deployment.ground;
        let baseline = ground.baseline.as_ref().unwrap();
        assert_eq!((baseline.label.as_str(), baseline.tasks), ("1", 8));
        assert_eq!((baseline.version.as_str(), baseline.targets_healthy), ("1.3.0", 8));
        assert_eq!((ground.canary_label.as_str(), ground.init_exists), ("2", true));
        assert_eq!(ground.new_names, Vec::<String>::new());
        assert_eq!(stage.sim.world().now(), EpochS(1_767_225_600));
    });
}

#[test]
fn a_first_release_finds_nothing_and_starts_its_records_at_blue() {
    block_on(async {
        let stage = stage(json!({ "before": { "deployed": false } })).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        let ground = &deployment.ground;
        assert_eq!((&ground.baseline, ground.init_exists), (&None, false));
        assert_eq!(ground.new_names, deployment.plan.names);
        cloud.stacks.provision(deployment, Stack::Init).await.unwrap();
        assert_eq!(cloud.traffic.drift(deployment, Split::ALL_BLUE).await.unwrap().len(), 2);
        wait(&stage, 60).await;
        assert_eq!(cloud.stacks.state(deployment, Stack::Init).await.unwrap(), StackState::Ready);
        assert_eq!(cloud.traffic.drift(deployment, Split::ALL_BLUE).await.unwrap(), []);
        cloud.stacks.retire(deployment, Stack::Init).await.unwrap();
        wait(&stage, 60).await;
        assert_eq!(stage.sim.world().records(), []);
    });
}

#[test]
fn a_world_that_is_kept_is_honoured_over_what_the_scenario_begins_with() {
    block_on(async {
        let store = Store::Memory(MemoryWorld::default());
        let first = scenario(json!({ "before": { "deployed": false } }));
        let sim = SimCloud::open(&store, Some(first), None).unwrap();
        assert_eq!(sim.cloud().discovery.ground(&plan()).await.unwrap().baseline, None);
        let sim = SimCloud::open(&store, Some(Scenario::default()), None).unwrap();
        assert_eq!(sim.cloud().discovery.ground(&plan()).await.unwrap().baseline, None);
    });
}

#[test]
fn deployment_ids_do_not_collide_and_come_from_the_seed() {
    block_on(async {
        let ids = || async {
            let sim = SimCloud::open(&Store::Memory(MemoryWorld::default()), None, None).unwrap();
            let mut ids = Vec::new();
            for _ in 0..50 {
                ids.push(sim.new_deployment_id(&plan()).unwrap());
            }
            ids
        };
        let once = ids().await;
        assert_eq!(once, ids().await);
        assert!(once.iter().all(|id| id.len() == 14 && id.starts_with("sim-")));
        let mut distinct = once.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 50);
    });
}

#[test]
fn a_look_writes_nothing_and_moves_no_time() {
    block_on(async {
        let store = Store::Memory(MemoryWorld::default());
        let driver = SimCloud::open(&store, None, None).unwrap();
        let deployment = deployment(&driver, plan()).await.unwrap();
        let before = driver.world();
        let looker = SimCloud::look(&store).unwrap();
        let cloud = looker.cloud();
        let refused = |kind: CallErrorKind| assert_eq!(kind, CallErrorKind::Refused);
        refused(cloud.clock.wait(before.now().plus_s(60)).await.unwrap_err().kind);
        let asked = cloud.stacks.provision(&deployment, Stack::Green).await;
        refused(asked.unwrap_err().kind);
        refused(looker.new_deployment_id(&plan()).unwrap_err().kind);
        assert!(!cloud.discovery.standing(&deployment.plan).await.unwrap().is_empty());
        assert_eq!(driver.world(), before);
    });
}

#[test]
fn a_crash_loop_reaches_three_crashes_within_a_minute() {
    block_on(async {
        let crash =
            json!({ "canary": { "crash": { "exit_code": 137, "log": ["out of memory"] } } });
        let stage = scaled(crash, 60).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        let green = cloud.workload.health(deployment).await.unwrap().green;
        assert!(green.tasks_crashed >= 3 && !green.may_serve(), "{green:?}");
        assert!(green.crash_reasons[0].contains("137"), "{:?}", green.crash_reasons);
        let words = cloud.workload.preserve(deployment, Side::Green).await.unwrap();
        assert!(words.iter().any(|line| line.contains("out of memory")), "{words:?}");
        assert_eq!(cloud.workload.preserve(deployment, Side::Blue).await.unwrap().len(), 0);
    });
}

#[test]
fn tasks_without_a_place_never_run_and_never_crash() {
    block_on(async {
        let stage = scaled(json!({ "canary": { "pending": true } }), 3_600).await;
        let health = stage.sim.cloud().workload.health(&stage.deployment).await.unwrap().green;
        assert_eq!((health.tasks_running, health.tasks_crashed), (0, 0));
        assert_eq!((health.tasks_desired, health.groups_empty), (2, 1));
    });
}

#[test]
fn one_target_turns_unhealthy_some_time_after_the_first_traffic() {
    block_on(async {
        let bad = json!({ "canary": { "unhealthy": { "from": { "first_traffic_s": 20 } } } });
        let stage = scaled(bad, 600).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        let green = || async { cloud.workload.health(deployment).await.unwrap().green };
        assert!(green().await.may_serve());
        cloud.traffic.write(deployment, Split::ALL_BLUE, split(10), false).await.unwrap();
        wait(&stage, 44).await;
        assert!(green().await.may_serve(), "in effect after 25 s, sick 20 s later");
        wait(&stage, 1).await;
        assert_eq!((green().await.targets_healthy, green().await.targets_unhealthy), (1, 1));
    });
}

#[test]
fn somebody_else_changes_the_records_and_takes_it_back() {
    block_on(async {
        let drift = json!({ "dns": { "drift": [{
            "at": { "first_traffic_s": 60 },
            "weights": { "blue": 50, "green": 50 },
            "back_after_s": 30,
        }] } });
        let stage = scaled(drift, 60).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        cloud.traffic.write(deployment, Split::ALL_BLUE, split(10), false).await.unwrap();
        wait(&stage, 84).await;
        assert_eq!(cloud.traffic.drift(deployment, split(10)).await.unwrap(), []);
        wait(&stage, 1).await;
        let drifts = cloud.traffic.drift(deployment, split(10)).await.unwrap();
        assert_eq!((drifts.len(), drifts[0].towards_blue), (2, false));
        assert_eq!(drifts[0].found, "blue 50 / green 50");
        let outcome = cloud.traffic.write(deployment, split(10), split(20), false).await.unwrap();
        assert!(matches!(outcome, Written::Drifted { .. }), "{outcome:?}");
        wait(&stage, 30).await;
        assert_eq!(cloud.traffic.drift(deployment, split(10)).await.unwrap(), []);
    });
}

#[test]
fn s03_every_weight_ever_written_by_a_deployment_sums_to_100() {
    block_on(async {
        let stage = scaled(json!({}), 60).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        for (from, to) in [(0, 5), (5, 100), (100, 0)] {
            cloud.traffic.write(deployment, split(from), split(to), false).await.unwrap();
        }
        let world = stage.sim.world();
        for name in world.names() {
            let writes = world.writes(name);
            assert_eq!(writes.len(), 4, "as found, and three");
            assert_eq!(world.splits(name).len(), 4);
            for (_, weights) in writes {
                assert_eq!(weights.iter().map(|(_, weight)| u32::from(*weight)).sum::<u32>(), 100);
            }
        }
    });
}

#[test]
fn throttles_strike_as_often_as_they_say_and_a_lost_reply_has_had_its_effect() {
    block_on(async {
        let faults = json!({ "faults": [
            { "call": "scale", "times": 2 },
            { "call": "write-weights", "error": "reply-lost", "times": 1 },
            { "call": "metrics", "error": "server-error", "message": "no luck" },
        ] });
        let stage = stage(faults).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        cloud.stacks.provision(deployment, Stack::Green).await.unwrap();
        wait(&stage, 60).await;
        for _ in 0..2 {
            let error = cloud.workload.scale(deployment, 2).await.unwrap_err();
            assert!(error.is_retryable() && error.message.contains("UpdateService"), "{error}");
        }
        cloud.workload.scale(deployment, 2).await.unwrap();
        let write = || cloud.traffic.write(deployment, Split::ALL_BLUE, split(10), false);
        assert!(write().await.unwrap_err().is_retryable());
        let Written::Done { changes } = write().await.unwrap() else { panic!("drift") };
        let effective = cloud.traffic.effective(deployment, split(10), &changes).await.unwrap();
        assert_eq!(effective, Effective::Pending);
        assert_eq!(stage.sim.world().splits("cart.example.com").len(), 2);
        assert!(cloud.metrics.query(&[]).await.unwrap_err().message.contains("no luck"));
    });
}

#[test]
fn s17_a_listener_with_a_foreign_rule_stays_and_is_named() {
    block_on(async {
        let stage = scaled(json!({ "stacks": { "foreign_rule": true } }), 60).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        let kept = cloud.stacks.retire(deployment, Stack::Blue).await.unwrap();
        wait(&stage, 60).await;
        let state = cloud.stacks.state(deployment, Stack::Blue).await.unwrap();
        assert_eq!(state, StackState::Absent);
        assert!(kept[0].contains("listener"), "{kept:?}");
        let green = cloud.workload.health(deployment).await.unwrap().green;
        assert!(green.may_serve());
    });
}

#[test]
fn a_stack_that_cannot_be_made_says_why_and_leaves_nothing() {
    block_on(async {
        let fails = json!({ "stacks": { "creation_fails": {
            "stack": "green", "reason": "Service: no capacity provider",
        } } });
        let stage = stage(fails).await;
        let (cloud, deployment) = (stage.sim.cloud(), &stage.deployment);
        cloud.stacks.provision(deployment, Stack::Green).await.unwrap();
        wait(&stage, 60).await;
        let state = cloud.stacks.state(deployment, Stack::Green).await.unwrap();
        assert_eq!(state, StackState::Failed { reason: "Service: no capacity provider".into() });
        assert_eq!(cloud.workload.place(deployment, Side::Green).await.unwrap(), None);
        cloud.stacks.retire(deployment, Stack::Green).await.unwrap();
        wait(&stage, 60).await;
        assert_eq!(stage.sim.world().stacks(), ["stage-cart-0", "stage-cart-1"]);
    });
}

#[test]
fn a_notice_is_ascii_of_less_than_a_hundred_characters() {
    block_on(async {
        let stage = stage(json!({})).await;
        let notices = stage.sim.cloud().notices;
        notices.send("arn:aws:sns:eu-west-3:1:t", "[SUCCESS] deploy - cart", "ok").await.unwrap();
        for subject in ["", "gr\u{fc}n", &"x".repeat(100), "two\nlines"] {
            let refused = notices.send("t", subject, "").await.unwrap_err();
            assert_eq!(refused.kind, CallErrorKind::Refused, "{subject}");
        }
        assert_eq!(stage.sim.world().notices().len(), 1);
    });
}

#[tokio::test(start_paused = true)]
async fn with_a_speed_a_wait_returns_within_a_tick() {
    let sim = SimCloud::open(&Store::Memory(MemoryWorld::default()), None, Some(60.0)).unwrap();
    let clock = sim.cloud().clock;
    let (began, before) = (clock.now(), tokio::time::Instant::now());
    clock.wait(began.plus_s(600)).await.unwrap();
    assert_eq!(clock.now(), began.plus_s(1));
    assert!(before.elapsed() >= std::time::Duration::from_millis(16));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(SimCloud::open(&Store::Memory(MemoryWorld::default()), None, Some(bad)).is_err());
    }
}

#[test]
fn s16_a_header_from_a_secret_is_not_made_up() {
    block_on(async {
        let stage = scaled(json!({}), 120).await;
        let headers_from_secret = [("X-Key".to_owned(), "shop/key".to_owned())].into();
        let reach = Reach {
            gate: "smoke".to_owned(),
            grants: vec![HttpGrant { origin: "https://green".to_owned(), headers_from_secret }],
            green: Some("green.example.net".to_owned()),
            blue: None,
            first_name: "cart.example.com".to_owned(),
        };
        let question = RequestQuestion {
            id: "q".to_owned(),
            method: "GET".to_owned(),
            url: "https://green/health".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: 1_000,
            follow_redirects: false,
        };
        let request = ProbeRequest::granted(reach, question).unwrap();
        let answer = stage.sim.cloud().probes.request(&stage.deployment, &request).await;
        let error = answer.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Refused);
        assert!(error.message.contains("has no secrets, and the grant adds X-Key from `shop/key`"));
    });
}
