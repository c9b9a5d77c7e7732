//! Whole rollouts on the simulated cloud: that each behaviour of it ends a run as it should.

use rollout::Goal;
use serde_json::{Value, json};
use sim::{MemoryWorld, SimCloud, Store};

use crate::rehearsal::{End, deploy, plan, rehearse};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn memory() -> Store {
    Store::Memory(MemoryWorld::default())
}

fn told(scenario: Value) -> (SimCloud, End) {
    block_on(deploy(&memory(), serde_json::from_value(scenario).unwrap()))
}

/// The exit code of a run, with every weight of every name a split (S03) and no stack left over.
fn exit_code(scenario: Value) -> u8 {
    let (sim, end) = told(scenario);
    let world = sim.world();
    for name in world.names() {
        let living = world.writes(name).into_iter().filter(|(_, weights)| !weights.is_empty());
        for (at, weights) in living {
            let sum: u32 = weights.iter().map(|(_, weight)| u32::from(*weight)).sum();
            assert_eq!(sum, 100, "{name} at {at:?}: {end:?}");
        }
    }
    if end.exit_code != 20 {
        assert_eq!(world.suspended(), Vec::<&str>::new(), "{end:?}");
        assert!(world.stacks().len() <= 2, "{:?}: {end:?}", world.stacks());
    }
    end.exit_code
}

#[test]
fn a_healthy_release_is_promoted() {
    assert_eq!(exit_code(json!({})), 0);
    assert_eq!(exit_code(json!({ "before": { "deployed": false } })), 0);
}

#[test]
fn a_release_that_errs_or_is_slow_is_rolled_back_by_the_gate() {
    assert_eq!(exit_code(json!({ "canary": { "error_rate": 0.05 } })), 10);
    assert_eq!(exit_code(json!({ "canary": { "latency_factor": 2 } })), 10);
    assert_eq!(exit_code(json!({ "canary": { "error_rate": 0.3, "sick_after_s": 900 } })), 10);
}

#[test]
fn unhealthy_tasks_and_targets_roll_back_before_the_wait_is_over() {
    let crash = json!({ "canary": { "starts_in_s": 10, "crash": {} } });
    let bad = json!({ "canary": { "unhealthy": { "from": { "first_traffic_s": 30 } } } });
    let pending = json!({ "canary": { "pending": true } });
    for scenario in [crash, bad, pending] {
        assert_eq!(exit_code(scenario.clone()), 11, "{scenario}");
    }
}

#[test]
fn without_evidence_it_holds_and_ends_inconclusive() {
    assert_eq!(exit_code(json!({ "traffic": { "requests_per_second": 0 } })), 12);
    for answer in ["error", "empty", "partial"] {
        let outage = json!({ "from": { "first_traffic_s": 0 }, "answer": answer });
        assert_eq!(exit_code(json!({ "metrics": { "outages": [outage] } })), 12, "{answer}");
    }
}

#[test]
fn throttles_and_lost_replies_are_got_over() {
    let faults: Vec<Value> = [
        ("provision", "throttled"),
        ("stack-state", "server-error"),
        ("suspend-scale-in", "reply-lost"),
        ("scale", "reply-lost"),
        ("health", "throttled"),
        ("write-weights", "reply-lost"),
        ("effective-weights", "throttled"),
        ("read-weights", "server-error"),
        ("metrics", "throttled"),
        ("register", "reply-lost"),
        ("retire", "reply-lost"),
        ("restore-scale-in", "reply-lost"),
    ]
    .map(|(call, error)| json!({ "call": call, "error": error, "times": 2 }))
    .to_vec();
    assert_eq!(exit_code(json!({ "faults": faults })), 0);
}

#[test]
fn drift_that_stays_halts_and_drift_that_goes_is_waited_for() {
    let drift = |back: Value| {
        let weights = json!({ "blue": 50, "green": 50 });
        let mut write = json!({ "at": { "first_traffic_s": 90 }, "weights": weights });
        if !back.is_null() {
            write["back_after_s"] = back;
        }
        json!({ "dns": { "drift": [write] } })
    };
    assert_eq!(exit_code(drift(Value::Null)), 20);
    assert_eq!(exit_code(drift(json!(600))), 0);
}

#[test]
fn the_promoted_release_is_the_next_baseline_and_undeploy_leaves_nothing() {
    block_on(async {
        let store = memory();
        let mut ids = Vec::new();
        for (label, live) in [("1", "stage-cart-2"), ("2", "stage-cart-1")] {
            let sim = SimCloud::open(&store, None, None).unwrap();
            let ground = sim.cloud().discovery.ground(&plan()).await.unwrap();
            assert_eq!(ground.baseline.unwrap().label, label);
            let (sim, end) = deploy(&store, sim::Scenario::default()).await;
            assert_eq!((end.exit_code, sim.world().stacks()[1].as_str()), (0, live), "{end:?}");
            ids.push(end.id);
        }
        assert_ne!(ids[0], ids[1]);
        let sim = SimCloud::open(&store, None, None).unwrap();
        let end = rehearse(Goal::Undeploy, &sim, plan()).await;
        let world = sim.world();
        assert_eq!(end.exit_code, 0, "{end:?}");
        assert_eq!((world.stacks(), world.records()), (Vec::new(), Vec::new()));
        assert_eq!(world.registry(&plan().service.key()), None);
        let ground = sim.cloud().discovery.ground(&plan()).await.unwrap();
        assert_eq!((ground.baseline, ground.init_exists), (None, false));
    });
}

#[test]
fn one_seed_tells_one_story() {
    let world = |seed: u64| told(json!({ "seed": seed, "noise": "all" })).0.world();
    assert_eq!(world(3), world(3));
}
