//! The built-in gates over real data, a small part of it: `benches/real_data.rs` reads the whole.

#[path = "real_data/nezha.rs"]
mod nezha;

use std::time::Duration;

use backtest::{Contender, Drawing, Recording, Replays, Seat, over_metrics};
use gates::{CachePolicy, Engine, Gate, Host, builtin};
use nezha::Nezha;
use rollout::Limits;

use crate::story::top;

/// A comparison of the CPU, as a file would have it.
const LOAD: &str = r#"{ "checks": [{ "name": "load", "compare": {}, "metric": {
    "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "canary" } }] }"#;

fn host(gate: &str) -> Host {
    let engine = Engine::new(&CachePolicy::User).expect("an engine");
    let component = builtin(gate).expect("a built-in gate");
    let loaded = engine.load(gate, component).unwrap_or_else(|error| panic!("{error}"));
    let gate = |seat: u32| Gate {
        name: format!("{gate}/{seat}"),
        loaded: loaded.clone(),
        limits: Limits::default(),
        timeout: Duration::from_secs(60),
    };
    Host::new((0..2).map(gate).collect())
}

fn read(path: &str) -> String {
    let path = top().join("tests/data").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

#[tokio::test]
async fn cloudwatch_series_do_not_convict_themselves_and_a_twofold_canary_is_convicted() {
    let names =
        ["ec2_cpu_utilization_825cc2", "rds_cpu_utilization_cc0c53", "elb_request_count_8c0756"];
    let recordings = names.map(|name| {
        Recording::read(name, read(&format!("nab/{name}.csv")).as_bytes()).expect("a recording")
    });
    let seats = (0..2).map(|seat| format!("cloudwatch-metrics/{seat}")).collect();
    let gate =
        Contender { name: "cloudwatch-metrics".to_owned(), seats, configuration: LOAD.to_owned() };
    let drawing = Drawing { seed: 1, replays: 60, intervals: 20 };
    let replays = Replays { drawing, period_s: 60, factors: vec![2.0] };
    let told = over_metrics(&host("cloudwatch-metrics"), &[gate], &recordings, &replays).await;
    let told = told.expect("a backtest");
    assert_eq!(told.false_alarms, []);
    let doubled = told.cells.iter().find(|cell| cell.factor == Some(2.0)).expect("its cell");
    assert!(doubled.rolled_back.share > 0.6, "{doubled:?}");
}

#[tokio::test]
async fn real_faults_that_show_are_caught_and_minutes_without_one_are_not() {
    let nezha = Nezha::read(&read("nezha/requests.csv"), &read("nezha/faults.json"));
    let host = host("latency");
    let seat = Seat { host: &host, gate: "latency/0" };
    let configuration = nezha.configuration();
    for seed in 0..60 {
        let replay = nezha.replay(seat, &configuration, None, seed).await;
        assert_eq!(replay.caught, None, "seed {seed}: {}", replay.why);
    }
    let seen: Vec<_> = nezha.faults.iter().filter(|fault| nezha.is_seen(fault)).collect();
    assert_eq!(seen.len(), 2, "contention of the CPU and a delay of the network");
    for fault in seen {
        let mut caught = 0;
        for seed in 0..20 {
            let replay = nezha.replay(seat, &configuration, Some(&fault.minutes), seed).await;
            caught += u32::from(replay.caught.is_some());
        }
        assert!(caught >= 18, "{} of {}: {caught} of 20", fault.kind, fault.pod);
    }
}
