//! Looks at the gate as the host takes them, with scripted answers.
#![expect(clippy::expect_used, reason = "what is not there fails the test")]

use gate_sdk::harness::{self, Harness, Looked, replies};
use gate_sdk::{Answer, Decision, Phase, Question, ResponseAnswer, Verdict};
use http_smoke::HttpSmoke;
use serde_json::{Value, json};

/// How a request is answered.
type Reply = fn(&Question) -> Answer;

/// The gate before any traffic.
fn gate<'a>(configuration: &Value) -> Harness<'a, HttpSmoke> {
    Harness::new().configuration(configuration).with(harness::preflight)
}

/// One request, which must be answered like this.
fn one(expect: &Value) -> Value {
    json!({ "requests": [{ "name": "health", "url": "https://{green}/health", "expect": expect }] })
}

fn ok(asked: &Question) -> Answer {
    response(asked, 200, r#"{"status": "up", "version": 1.0, "checks": [{"state": null}]}"#)
}

fn response(asked: &Question, status: u32, body: &str) -> Answer {
    let headers = [("Content-Type", "application/json"), ("Vary", "Accept")];
    replies::response(asked, status, &headers, body)
}

fn failed(asked: &Question) -> Answer {
    replies::failed(asked, "refused")
}

fn denied(asked: &Question) -> Answer {
    replies::denied(asked, "add `http: [\"https://green\"]` to its grants")
}

/// A look whose requests are answered like this, the state going on.
fn look(gate: &mut Harness<'_, HttpSmoke>, reply: impl Fn(&Question) -> Answer) -> Looked {
    let look = gate.clone().answering(|asked| Some(reply(asked))).look(0);
    *gate = gate.clone().state(look.state.clone());
    look
}

/// Looks with these answers one after another; the last one.
fn follow(gate: &mut Harness<'_, HttpSmoke>, replies: &[Reply]) -> Looked {
    let mut looks = replies.iter().map(|reply| look(gate, reply));
    let first = looks.next().expect("a look");
    looks.last().unwrap_or(first)
}

/// What the one look at an answer says.
fn said(expect: &Value, reply: impl Fn(&Question) -> Answer) -> Verdict {
    let mut configuration = one(expect);
    configuration["passes"] = json!(1);
    look(&mut gate(&configuration), reply).verdict
}

#[test]
fn three_looks_in_a_row_that_pass_let_it_go_on() {
    let mut gate = gate(&one(&json!({})));
    let two = follow(&mut gate, &[ok, ok]);
    assert_eq!(two.said(), (Decision::Hold, "passing"));
    let sentence = two.verdict.sentence;
    assert!(sentence.ends_with("2 of 3 looks in a row"), "{sentence}");
    let three = look(&mut gate, ok);
    assert_eq!(three.said(), (Decision::Promote, "passed"));
    let sentence = three.verdict.sentence;
    assert!(sentence.ends_with("in 120 ms at most"), "{sentence}");
}

#[test]
fn a_failure_begins_the_count_anew() {
    let mut gate = gate(&one(&json!({})));
    let failing = follow(&mut gate, &[ok, ok, failed]);
    assert_eq!(failing.said(), (Decision::Hold, "failing"));
    assert_eq!(failing.verdict.sentence, "health: no answer: refused");
    assert_eq!(look(&mut gate, ok).verdict.findings[0].canary, Some(1.0));
}

#[test]
fn the_next_phase_begins_the_count_anew() {
    let mut gate = gate(&one(&json!({})));
    follow(&mut gate, &[ok, ok, ok]);
    let mut shift = gate.with(|s| s.phase = Phase::Shift);
    assert_eq!(look(&mut shift, ok).said(), (Decision::Hold, "passing"));
}

#[test]
fn failures_hold_unless_the_file_says_roll_back_and_then_some_in_a_row_convict() {
    let mut configuration = one(&json!({}));
    let always: [Reply; 20] = [failed; 20];
    assert_eq!(follow(&mut gate(&configuration), &always).verdict.decision, Decision::Hold);
    configuration["on_fail"] = json!("rollback");
    let verdict = follow(&mut gate(&configuration), &[failed, failed, ok, failed, failed]).verdict;
    assert_eq!(verdict.decision, Decision::Hold, "a pass between them");
    assert!(verdict.sentence.ends_with("3 in a row roll back"), "{}", verdict.sentence);
    let three = follow(&mut gate(&configuration), &[failed, failed, failed]);
    assert_eq!(three.said(), (Decision::Rollback, "smoke-failed"));
}

#[test]
fn s02_a_request_that_is_not_granted_is_no_data_and_never_a_pass() {
    let mut configuration = one(&json!({}));
    configuration["on_fail"] = json!("rollback");
    let refused = follow(&mut gate(&configuration), &[ok, ok, denied, denied, denied]);
    assert_eq!(refused.said(), (Decision::NoData, "no-answer"));
    let sentence = refused.verdict.sentence;
    assert!(sentence.contains("https://green"), "{sentence}");
    let silent = gate(&configuration).rounds(|_| Vec::new()).look(0);
    assert_eq!(silent.verdict.decision, Decision::NoData);
}

#[test]
fn every_expectation_is_held_and_the_sentence_says_what_was_there_instead() {
    for (expect, why) in [
        (json!({ "status": 204 }), "status 200, expected 204"),
        (json!({ "status": [301, "4xx"] }), "status 200, expected 301 or 4xx"),
        (json!({ "headers": [{ "name": "ETag" }] }), "there is no header ETag"),
        (json!({ "headers": [{ "name": "vary", "present": false }] }), "expected none"),
        (
            json!({ "headers": [{ "name": "vary", "equals": "Cookie" }] }),
            "header vary is \"Accept\", expected \"Cookie\"",
        ),
        (
            json!({ "headers": [{ "name": "content-type", "matches": "^text/" }] }),
            "header content-type is \"application/json\", expected a match of \"^text/\"",
        ),
        (json!({ "json": [{ "pointer": "/state" }] }), "/state is not in the body"),
        (
            json!({ "json": [{ "pointer": "/status", "exists": false }] }),
            "/status is \"up\", expected none",
        ),
        (
            json!({ "json": [{ "pointer": "/status", "equals": "down" }] }),
            "/status is \"up\", expected \"down\"",
        ),
        (json!({ "json": [{ "pointer": "/status", "equals": null }] }), "expected null"),
        (
            json!({ "json": [{ "pointer": "/version", "matches": "^2" }] }),
            "/version is 1.0, expected a match of \"^2\"",
        ),
        (json!({ "body_matches": "d[o]wn" }), "\"d[o]wn\" is not found"),
        (json!({ "max_ms": 100 }), "120 ms, expected at most 100"),
    ] {
        let verdict = said(&expect, ok);
        assert_eq!(verdict.decision, Decision::Hold, "{expect}");
        assert!(verdict.sentence.contains(why), "{expect}: {}", verdict.sentence);
    }
}

#[test]
fn what_is_as_it_must_be_passes() {
    for expect in [
        json!({}),
        json!({ "status": "2xx" }),
        json!({ "status": [404, 200] }),
        json!({ "headers": [{ "name": "VARY", "equals": "Accept" }] }),
        json!({ "headers": [{ "name": "x-debug", "present": false }] }),
        json!({ "json": [{ "pointer": "/version", "equals": 1 }] }),
        json!({ "json": [{ "pointer": "/checks", "equals": [{ "state": null }] }] }),
        json!({ "json": [{ "pointer": "/checks/0/state", "equals": null }] }),
        json!({ "json": [{ "pointer": "/checks/1", "exists": false }] }),
        json!({ "json": [{ "pointer": "/status", "matches": "^u" }], "max_ms": 120 }),
        json!({ "body_matches": "\"up\"" }),
    ] {
        let verdict = said(&expect, ok);
        assert_eq!(verdict.decision, Decision::Promote, "{expect}: {}", verdict.sentence);
    }
}

#[test]
fn a_body_that_is_no_json_or_was_cut_is_told() {
    let expect = json!({ "json": [{ "pointer": "/status" }] });
    let verdict = said(&expect, |asked| response(asked, 200, "<html>"));
    assert!(verdict.sentence.contains("the body is no JSON"), "{}", verdict.sentence);
    let verdict = said(&expect, |asked| match response(asked, 200, "{\"a") {
        Answer::Response(response) => {
            Answer::Response(ResponseAnswer { truncated: true, ..response })
        }
        other => other,
    });
    assert!(verdict.sentence.contains("over 256 KiB"), "{}", verdict.sentence);
}

#[test]
fn one_failure_among_several_requests_fails_the_look_and_is_named() {
    let request = |name: &str| json!({ "name": name, "url": format!("https://{{green}}/{name}") });
    let configuration = json!({ "requests": [request("a"), request("b"), request("c")] });
    let mut gate = gate(&configuration);
    let verdict = look(&mut gate, |asked| match replies::id_of(asked) {
        "request_0" => ok(asked),
        _ => response(asked, 503, ""),
    })
    .verdict;
    assert_eq!(verdict.sentence, "b: status 503, expected 2xx (1 more of 3 fail)");
    assert_eq!(verdict.findings.len(), 4);
}

#[test]
fn what_is_asked_is_what_the_file_says() {
    let configuration = json!({ "requests": [{
        "name": "search", "method": "POST", "url": "https://{green}/search", "body": "{}",
        "headers": { "Accept": "application/json" }, "timeout_ms": 700, "follow_redirects": true,
    }] });
    let asked = gate(&configuration).asks(0);
    let Question::Request(request) = &asked[0] else { panic!("{asked:?}") };
    assert_eq!((request.method.as_str(), request.body.as_slice()), ("POST", &b"{}"[..]));
    assert_eq!((request.timeout_ms, request.follow_redirects), (700, true));
    assert_eq!(request.headers[0].name, "Accept");
}

#[test]
fn a_large_hostile_body_is_cut_in_the_sentence() {
    let expect = json!({ "body_matches": "up" });
    let verdict = said(&expect, |asked| response(asked, 200, &"\u{1b}[31m".repeat(50_000)));
    assert!(verdict.sentence.chars().count() < 600, "{}", verdict.sentence.len());
    assert!(!verdict.sentence.contains('\u{1b}'));
}

#[test]
fn no_state_and_no_configuration_makes_it_panic() {
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        let mut gate = gate(&one(&json!({}))).state(state);
        assert_eq!(look(&mut gate, ok).said(), (Decision::Hold, "passing"));
    }
    let mut broken = gate(&json!({})).configuration("{\"requests\":");
    assert_eq!(look(&mut broken, ok).said(), (Decision::Hold, "configuration"));
}
