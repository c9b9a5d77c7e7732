//! Looking: what is said where there is nothing, what stands, what a dry run foretells, what
//! machines are given, and that flags are environment variables too.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const SHOP: [&str; 4] = ["-f", "examples/shop/svc.yml", "--cloud", "sim"];

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-crd"));
    command
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .env("XDG_STATE_HOME", home)
        .env("ECS_CRD_CLOUD", "sim")
        .args(arguments);
    command
}

fn ecs_crd(home: &Path, arguments: &[&str]) -> Output {
    command(home, arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Each line is an event as published; how many there are.
fn events(text: &str) -> usize {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/event.v1.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        validator.validate(&event).unwrap_or_else(|why| panic!("{line}: {why}"));
    }
    text.lines().count()
}

#[test]
fn looking_makes_no_ledger_and_says_that_there_is_none() {
    let home = tempfile::tempdir().unwrap();
    let page = home.path().join("r.html").display().to_string();
    let table: [(&[&str], i32, &str); 9] = [
        (&["status"], 0, "is not there"),
        (&["status", "--watch"], 0, "is not there"),
        (&["status", "-f", "examples/shop/svc.yml"], 0, "is not there"),
        (&["history"], 0, "is not there"),
        (&["show"], 2, "is not there"),
        (&["report", "-o", &page], 2, "is not there"),
        (&["resume"], 0, "nothing to resume"),
        (&["abort"], 4, "no deployment is under way"),
        (&["show", "sim-0000000000"], 2, "sim-0000000000"),
    ];
    for (arguments, exit_code, word) in table {
        let output = ecs_crd(home.path(), arguments);
        let said = out(&output) + &err(&output);
        assert_eq!(output.status.code(), Some(exit_code), "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_dry_run_foretells_the_evidence_the_time_and_the_price_and_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let dry_run = |more: &[&str]| {
        let arguments = [&["dry-run", "--output", "json"], &SHOP[..], more].concat();
        let output = ecs_crd(home.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        serde_json::from_str::<Value>(&out(&output)).unwrap()
    };
    let told = dry_run(&[]);
    assert_eq!(told["difference"]["version_to"], "1.4.2");
    assert_eq!(told["difference"]["balancer_from"], "1");
    assert_eq!(told["difference"]["balancer_to"], "2");
    let stands = told["standing"].to_string();
    assert!(stands.contains("weights 1: 100, 2: 0"), "{stands}");
    let rate = told["traffic"]["requests_per_second"].as_f64().unwrap();
    assert!((98.0..102.0).contains(&rate), "the healthy scenario has 100 a second: {rate}");
    let forecast = &told["forecast"];
    assert_eq!(forecast["promoted"], forecast["rehearsals"]);
    // Evidence is a whole minute that begins after the TTL of 60 s, and is 120 s late.
    for step in forecast["steps"].as_array().unwrap() {
        let evidence_s = step["evidence_s"]["median"].as_u64().unwrap();
        assert!((240..3900).contains(&evidence_s), "{step}");
        assert!(step["passed_s"]["median"].as_u64().unwrap() >= evidence_s.max(300), "{step}");
    }
    let metrics = forecast["metrics_requested"]["median"].as_f64().unwrap();
    let dollars = forecast["dollars"].as_f64().unwrap();
    assert!(metrics > 100.0 && (dollars - metrics / 100_000.0).abs() < 1e-9, "{forecast}");

    let quiet = dry_run(&["--scenario", "examples/shop/scenarios/no-traffic.yml"]);
    assert_eq!(quiet["forecast"]["promoted"], 0);
    assert_eq!(quiet["forecast"]["steps"][0]["evidence_s"], Value::Null);
    let why = quiet["forecast"]["otherwise"].as_str().unwrap();
    assert!(why.starts_with("exit 12"), "{why}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn machines_get_events_and_nothing_else_on_standard_output() {
    let home = tempfile::tempdir().unwrap();
    let json = |arguments: &[&str], exit_code: i32| {
        let output = ecs_crd(home.path(), &[&["--output", "json"], arguments].concat());
        assert_eq!(output.status.code(), Some(exit_code), "{arguments:?}: {}", err(&output));
        (events(&out(&output)), err(&output))
    };
    let error = "examples/shop/scenarios/error-regression.yml";
    assert!(json(&[&["deploy"], &SHOP[..]].concat(), 0).0 > 50);
    let worse = [&["deploy", "--plugin", "plugins/dist/latency.wasm"], &SHOP[..]].concat();
    assert!(json(&[&worse[..], &["--scenario", error]].concat(), 10).0 > 20);
    let rehearsed = ["rehearse", "-f", "examples/shop/svc.yml", "--scenario", error];
    assert!(json(&rehearsed, 10).0 > 20);
    assert!(json(&["show"], 0).0 > 20);
    assert!(json(&[&["undeploy"], &SHOP[..]].concat(), 0).0 > 5);
    for (arguments, exit_code, word) in [
        (&["resume"][..], 0, "nothing to resume"),
        (&["abort"], 4, "no deployment"),
        (&["deploy", "-f", "examples/shop/svc.yml", "--speed", "0"], 2, "above 0"),
        (&["undeploy", "-f", "examples/shop/svc.yml", "--cloud", "sim"], 0, "nothing to undeploy"),
    ] {
        let (lines, said) = json(arguments, exit_code);
        assert!(lines == 0 && said.contains(word), "{arguments:?}: {said}");
    }
}

#[test]
fn flags_are_environment_variables_too() {
    let home = tempfile::tempdir().unwrap();
    let ledger = home.path().join("elsewhere.db");
    let log = home.path().join("run.log");
    let output = command(home.path(), &["deploy"])
        .env("ECS_CRD_CONFIGURATION_FILE", "examples/shop/svc.yml")
        .env("ECS_CRD_ENVIRONMENT", "prod")
        .env("ECS_CRD_LEDGER", format!("sqlite:{}", ledger.display()))
        .env("ECS_CRD_SCENARIO", "examples/shop/scenarios/slow-regression.yml")
        .env("ECS_CRD_PLUGIN", "plugins/dist/latency.wasm")
        .env("ECS_CRD_OUTPUT", "json")
        .env("ECS_CRD_VERBOSE", "true")
        .env("ECS_CRD_LOG_FILE", &log)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(10), "{}", err(&output));
    let text = out(&output);
    let started: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(started["environment"], "prod");
    assert_eq!(started["gates"][2]["plugin"], "plugins/dist/latency.wasm");
    assert!(ledger.exists());
    let logged = std::fs::read_to_string(log).unwrap();
    assert!(logged.contains("\"event\":\"rolling-back\""), "{logged}");
}

#[test]
fn somebody_who_watches_sees_the_run_to_its_end() {
    let home = tempfile::tempdir().unwrap();
    let mut driver = command(home.path(), &[&["deploy"], &SHOP[..], &["--speed", "900"]].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0];
    std::io::Read::read_exact(driver.stdout.as_mut().unwrap(), &mut first).unwrap();
    let watch = ecs_crd(home.path(), &["status", "--watch", "-f", "examples/shop/svc.yml"]);
    let driven = driver.wait_with_output().unwrap();
    assert_eq!((driven.status.code(), watch.status.code()), (Some(0), Some(0)), "{}", err(&watch));
    let seen = out(&watch);
    assert!(seen.contains("  start    sim-") && seen.contains("\nPromoted: shop 1.4.2"), "{seen}");

    let status = out(&ecs_crd(home.path(), &["status", "-f", "examples/shop/svc.yml"]));
    for part in ["Promoted: shop 1.4.2", "Heard   0 s ago", "weights 1: 0, 2: 100 (TTL 60 s)"] {
        assert!(status.contains(part), "{part}: {status}");
    }
    let history = out(&ecs_crd(home.path(), &["history"]));
    assert!(history.contains("shop     1.4.2") && history.contains("promoted (0)"), "{history}");
    let prod = ecs_crd(home.path(), &["history", "-f", "examples/shop/svc.yml", "-e", "prod"]);
    assert!(out(&prod).contains("no such deployment"), "{}", out(&prod));
}

#[test]
fn every_command_has_its_manual_page_and_is_completed() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().display().to_string();
    assert_eq!(ecs_crd(home.path(), &["man", "--out", &folder]).status.code(), Some(0));
    let help = out(&ecs_crd(home.path(), &["--help"]));
    let script = out(&ecs_crd(home.path(), &["completions", "bash"]));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands =
        listed.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 15, "{help}");
    for name in names.into_iter().filter(|name| *name != "help") {
        let page = std::fs::read_to_string(home.path().join(format!("ecs-crd-{name}.1"))).unwrap();
        assert!(page.contains("SYNOPSIS"), "{name}");
        assert!(
            script.contains(&format!("ecs__crd__subcmd__{}", name.replace('-', "__subcmd__"))),
            "{name}"
        );
    }
    let page = out(&ecs_crd(home.path(), &["man", "plugin", "check"]));
    assert!(page.contains("SYNOPSIS") && page.contains("check"), "{page}");
    assert_eq!(ecs_crd(home.path(), &["man", "levitate"]).status.code(), Some(2));
}
