//! The program itself, with the real gates in the real host: every example scenario ends as the
//! contract says, worlds outlive processes, and mistakes are named.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The exit code each scenario of the shop must end with, and a word of its story.
const SCENARIOS: [(&str, i32, &str); 10] = [
    ("healthy", 0, "Promoted"),
    ("error-regression", 10, "e-value"),
    ("slow-regression", 10, "e-value"),
    ("crash-loop", 11, "EssentialContainerExited"),
    ("one-bad-target", 11, "1 of 2 targets unhealthy"),
    ("metrics-outage", 12, "inconclusive"),
    ("no-traffic", 12, "inconclusive"),
    ("first-release", 0, "Promoted"),
    ("throttled", 0, "Promoted"),
    ("dns-drift", 20, "was blue 90"),
];

/// Runs the program in the repository's folder, with a home of its own.
fn ecs_crd(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ecs-crd"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .env("XDG_STATE_HOME", home)
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn s14_every_example_scenario_ends_with_its_exit_code_and_says_why() {
    let home = tempfile::tempdir().expect("a folder");
    for (name, exit_code, word) in SCENARIOS {
        let file = format!("examples/shop/scenarios/{name}.yml");
        let arguments = ["rehearse", "-f", "examples/shop/svc.yml", "--scenario", &file];
        let output = ecs_crd(home.path(), &arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(exit_code), "{name}: {out} {err}");
        assert!(out.contains(word), "{name}: {out}");
    }
}

#[test]
fn a_deployment_a_second_and_an_undeployment_leave_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let shop = ["-f", "examples/shop/svc.yml", "--cloud", "sim"];
    let headline = [&["deploy", "--plugin", "plugins/dist/latency.wasm"], &shop[..]].concat();
    let steps = [headline, [&["deploy"], &shop[..]].concat(), [&["undeploy"], &shop[..]].concat()];
    for arguments in steps {
        let output = ecs_crd(home.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    }
    let again = ecs_crd(home.path(), &[&["undeploy"], &shop[..]].concat());
    assert_eq!(again.status.code(), Some(0));
    assert!(text(&again.stdout).contains("nothing to undeploy"));
}

#[test]
fn mistakes_are_named_and_exit_with_2() {
    let home = tempfile::tempdir().expect("a folder");
    let table: [(&[&str], &str); 4] = [
        (&["deploy", "-f", "examples/shop/svc.yml"], "--cloud sim"),
        (&["validate", "-f", "no-such-file.yml"], "no-such-file.yml"),
        (&["plugin", "check", "README.md"], "no WebAssembly component"),
        (&["rehearse", "-f", "examples/shop/svc.yml", "--plugin", "builtin:nothing"], "latency"),
    ];
    for (arguments, word) in table {
        let output = ecs_crd(home.path(), arguments);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(err.contains(word), "{arguments:?}: {err}");
    }
}

#[test]
fn a_word_to_nobody_is_refused_with_4() {
    let home = tempfile::tempdir().expect("a folder");
    for word in ["pause", "promote", "abort"] {
        let output = ecs_crd(home.path(), &[word]);
        assert_eq!(output.status.code(), Some(4), "{word}: {}", text(&output.stderr));
    }
}

/// A deployment at 600 seconds a second, up to its n-th line.
fn deploy_until(home: &Path, lines: usize) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ecs-crd"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .env("XDG_STATE_HOME", home)
        .args(["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim", "--speed", "600"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut out = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut line = String::new();
    for _ in 0..lines {
        out.read_line(&mut line).expect("a line");
    }
    // Its reader stays, so that the driver is killed in the middle of its work and not by a pipe.
    child.stdout = Some(out.into_inner());
    child
}

/// What `show` tells, without signs of life and without who drove.
fn shown(home: &Path) -> String {
    let told = ecs_crd(home, &["show"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let is_story = |line: &&str| !line.contains(" drives on") && !line.contains("  still ");
    told.lines().filter(is_story).collect::<Vec<_>>().join("\n")
}

#[test]
fn s10_a_run_killed_at_any_line_and_resumed_tells_the_uncut_story() {
    let uncut = tempfile::tempdir().expect("a folder");
    ecs_crd(uncut.path(), &["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim"]);
    let whole = shown(uncut.path());
    assert!(whole.contains("Promoted"), "{whole}");
    for lines in (1..=39).step_by(2) {
        let home = tempfile::tempdir().expect("a folder");
        let mut child = deploy_until(home.path(), lines);
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let resumed = ecs_crd(home.path(), &["resume"]);
        assert_eq!(resumed.status.code(), Some(0), "line {lines}: {}", text(&resumed.stderr));
        assert_eq!(shown(home.path()), whole, "killed after line {lines}");
    }
}

#[test]
fn s11_a_second_deployment_at_once_exits_30_and_an_abort_is_heard() {
    let home = tempfile::tempdir().expect("a folder");
    let mut child = deploy_until(home.path(), 8);
    let second = ecs_crd(home.path(), &["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim"]);
    assert_eq!(second.status.code(), Some(30), "{}", text(&second.stderr));
    let word = ecs_crd(home.path(), &["abort"]);
    assert_eq!(word.status.code(), Some(0), "{}", text(&word.stderr));
    let mut rest = String::new();
    let mut out = child.stdout.take().expect("its output is piped");
    out.read_to_string(&mut rest).expect("its output");
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(13), "{rest}");
}

#[test]
fn s09_an_abort_without_a_driver_is_carried_out_by_whoever_says_it() {
    let home = tempfile::tempdir().expect("a folder");
    let mut child = deploy_until(home.path(), 12);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let again = ecs_crd(home.path(), &["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim"]);
    assert_eq!(again.status.code(), Some(40), "{}", text(&again.stderr));
    let abort = ecs_crd(home.path(), &["abort"]);
    assert_eq!(abort.status.code(), Some(13), "{}", text(&abort.stderr));
    assert!(shown(home.path()).contains("blue 100 / green 0"));
}
