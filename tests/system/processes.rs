//! What outlives a process of the program: worlds, unfinished runs, leases and words.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use crate::program::Place;

/// Deploys the shop on the simulated cloud.
const DEPLOY: [&str; 5] = ["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim"];

#[test]
fn a_deployment_a_second_and_an_undeployment_leave_nothing() {
    let place = Place::new();
    let headline = [&DEPLOY[..], &["--plugin", "plugins/dist/latency.wasm"]].concat();
    let undeploy = [&["undeploy"], &DEPLOY[1..]].concat();
    for arguments in [&headline[..], &DEPLOY, &undeploy] {
        let ran = place.run(arguments);
        assert_eq!(ran.exit_code, 0, "{arguments:?}: {}", ran.err);
    }
    let again = place.run(&undeploy);
    assert_eq!(again.exit_code, 0, "{}", again.err);
    assert!(again.out.contains("nothing to undeploy"), "{}", again.out);
}

#[test]
fn a_word_to_nobody_is_refused_with_4() {
    let place = Place::new();
    for word in ["pause", "promote", "abort"] {
        let ran = place.run(&[word, "--cloud", "sim"]);
        assert_eq!(ran.exit_code, 4, "{word}: {}", ran.err);
    }
}

/// Seconds a second of a deployment that is over in two seconds.
const FAST: &str = "600";
/// Of one that goes on for as long as other processes need to start, on a busy machine too.
const SLOW: &str = "30";

/// A deployment at that speed, up to its n-th line.
fn deploy_until(place: &Place, lines: usize, speed: &str) -> Child {
    let mut command = place.command(&DEPLOY);
    command.args(["--speed", speed]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let mut out = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut line = String::new();
    for _ in 0..lines {
        out.read_line(&mut line).expect("a line");
    }
    // Its reader stays, so that the driver is killed in the middle of its work and not by a pipe.
    child.stdout = Some(out.into_inner());
    child
}

/// What `show` tells, without who drove.
fn shown(place: &Place) -> String {
    let told = place.run(&["show", "--cloud", "sim"]).out;
    let is_story = |line: &&str| !line.contains(" drives on");
    told.lines().filter(is_story).collect::<Vec<_>>().join("\n")
}

#[test]
fn s10_a_run_killed_at_any_line_and_resumed_tells_the_uncut_story() {
    let uncut = Place::new();
    uncut.run(&DEPLOY);
    let whole = shown(&uncut);
    assert!(whole.contains("Promoted"), "{whole}");
    for lines in (1..=39).step_by(2) {
        let place = Place::new();
        let mut child = deploy_until(&place, lines, FAST);
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let resumed = place.run(&["resume", "--cloud", "sim"]);
        assert_eq!(resumed.exit_code, 0, "line {lines}: {}", resumed.err);
        assert_eq!(shown(&place), whole, "killed after line {lines}");
    }
}

#[test]
fn s11_a_second_deployment_at_once_exits_30_and_an_abort_is_heard() {
    let place = Place::new();
    let mut child = deploy_until(&place, 8, SLOW);
    let second = place.run(&DEPLOY);
    assert_eq!(second.exit_code, 30, "{}", second.err);
    let word = place.run(&["abort", "--cloud", "sim"]);
    assert_eq!(word.exit_code, 0, "{}", word.err);
    let mut rest = String::new();
    let mut out = child.stdout.take().expect("its output is piped");
    out.read_to_string(&mut rest).expect("its output");
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(13), "{rest}");
}

#[test]
fn s09_an_abort_without_a_driver_is_carried_out_by_whoever_says_it() {
    let place = Place::new();
    let mut child = deploy_until(&place, 12, SLOW);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let again = place.run(&DEPLOY);
    assert_eq!(again.exit_code, 40, "{}", again.err);
    let abort = place.run(&["abort", "--cloud", "sim"]);
    assert_eq!(abort.exit_code, 13, "{}", abort.err);
    assert!(shown(&place).contains("blue 100 / green 0"));
}
