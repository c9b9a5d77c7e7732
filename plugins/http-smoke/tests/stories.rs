//! Looks at the gate as the host takes them, with scripted answers.

#![expect(clippy::unwrap_used, reason = "a look without a verdict fails the test")]

use gate_sdk::fixtures::{Look, look, situation};
use gate_sdk::{
    Answer, Decision, DeniedAnswer, FailedAnswer, Gate, Header, Phase, Question, RequestQuestion,
    ResponseAnswer, Situation, Timings, Verdict,
};
use http_smoke::HttpSmoke;
use serde_json::{Value, json};

/// A preflight look at a gate with this configuration.
fn at(configuration: &Value) -> Situation {
    let configuration = configuration.to_string();
    Situation { phase: Phase::Preflight, configuration, ..situation() }
}

/// One request, which must be answered like this.
fn one(expect: &Value) -> Value {
    json!({ "requests": [{ "name": "health", "url": "https://{green}/health", "expect": expect }] })
}

fn ok(asked: &RequestQuestion) -> Answer {
    response(asked, 200, r#"{"status": "up", "version": 1.0, "checks": [{"state": null}]}"#)
}

fn response(asked: &RequestQuestion, status: u32, body: &str) -> Answer {
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    let timings =
        Timings { resolved_ms: 1.0, connected_ms: 5.0, first_byte_ms: 100.0, total_ms: 120.0 };
    Answer::Response(ResponseAnswer {
        id: asked.id.clone(),
        status,
        headers: vec![header("Content-Type", "application/json"), header("Vary", "Accept")],
        body: body.as_bytes().to_vec(),
        truncated: false,
        timings,
    })
}

fn failed(asked: &RequestQuestion) -> Answer {
    Answer::Failed(FailedAnswer { id: asked.id.clone(), why: "refused".into(), retryable: true })
}

fn denied(asked: &RequestQuestion) -> Answer {
    let why = "add `http: [\"https://green\"]` to its grants".into();
    Answer::Denied(DeniedAnswer { id: asked.id.clone(), why })
}

fn ask(situation: &Situation, state: &[u8], answer: impl Fn(&RequestQuestion) -> Answer) -> Look {
    look::<HttpSmoke>(situation, state, |questions| {
        let requests = questions.iter().filter_map(|question| match question {
            Question::Request(request) => Some(request),
            _ => None,
        });
        requests.map(&answer).collect()
    })
}

/// Looks with these answers one after another, and the last one's verdict.
fn follow(situation: &Situation, answers: &[fn(&RequestQuestion) -> Answer]) -> (Verdict, Vec<u8>) {
    let mut kept = (None, Vec::new());
    for answer in answers {
        let look = ask(situation, &kept.1, answer);
        kept = (look.verdict, look.state);
    }
    (kept.0.unwrap(), kept.1)
}

/// What the one look at an answer says.
fn said(expect: &Value, answer: impl Fn(&RequestQuestion) -> Answer) -> Verdict {
    let mut configuration = one(expect);
    configuration["passes"] = json!(1);
    ask(&at(&configuration), &[], answer).verdict.unwrap()
}

#[test]
fn three_looks_in_a_row_that_pass_let_it_go_on() {
    let situation = at(&one(&json!({})));
    let (verdict, _) = follow(&situation, &[ok, ok]);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "passing"));
    assert!(verdict.sentence.ends_with("2 of 3 looks in a row"), "{}", verdict.sentence);
    let (verdict, _) = follow(&situation, &[ok, ok, ok]);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Promote, "passed"));
    assert!(verdict.sentence.ends_with("in 120 ms at most"), "{}", verdict.sentence);
}

#[test]
fn a_failure_begins_the_count_anew() {
    let situation = at(&one(&json!({})));
    let (verdict, state) = follow(&situation, &[ok, ok, failed]);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "failing"));
    assert_eq!(verdict.sentence, "health: no answer: refused");
    let next = ask(&situation, &state, ok).verdict.unwrap();
    assert_eq!(next.findings[0].canary, Some(1.0));
}

#[test]
fn the_next_phase_begins_the_count_anew() {
    let situation = at(&one(&json!({})));
    let (_, state) = follow(&situation, &[ok, ok, ok]);
    let shift = Situation { phase: Phase::Shift, ..situation };
    let verdict = ask(&shift, &state, ok).verdict.unwrap();
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "passing"));
}

#[test]
fn failures_hold_unless_the_file_says_roll_back_and_then_some_in_a_row_convict() {
    let mut configuration = one(&json!({}));
    let always: [fn(&RequestQuestion) -> Answer; 20] = [failed; 20];
    let (verdict, _) = follow(&at(&configuration), &always);
    assert_eq!(verdict.decision, Decision::Hold);
    configuration["on_fail"] = json!("rollback");
    let situation = at(&configuration);
    let (verdict, _) = follow(&situation, &[failed, failed, ok, failed, failed]);
    assert_eq!(verdict.decision, Decision::Hold, "a pass between them");
    assert!(verdict.sentence.ends_with("3 in a row roll back"), "{}", verdict.sentence);
    let (verdict, _) = follow(&situation, &[failed, failed, failed]);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Rollback, "smoke-failed"));
}

#[test]
fn s02_a_request_that_is_not_granted_is_no_data_and_never_a_pass() {
    let mut configuration = one(&json!({}));
    configuration["on_fail"] = json!("rollback");
    let (verdict, _) = follow(&at(&configuration), &[ok, ok, denied, denied, denied]);
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::NoData, "no-answer"));
    assert!(verdict.sentence.contains("https://green"), "{}", verdict.sentence);
    let silent = look::<HttpSmoke>(&at(&configuration), &[], |_| Vec::new()).verdict.unwrap();
    assert_eq!(silent.decision, Decision::NoData);
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
    let look = ask(&at(&configuration), &[], |asked| match asked.url.as_str() {
        "https://{green}/a" => ok(asked),
        _ => response(asked, 503, ""),
    });
    let verdict = look.verdict.unwrap();
    assert_eq!(verdict.sentence, "b: status 503, expected 2xx (1 more of 3 fail)");
    assert_eq!(verdict.findings.len(), 4);
}

#[test]
fn what_is_asked_is_what_the_file_says() {
    let configuration = json!({ "requests": [{
        "name": "search", "method": "POST", "url": "https://{green}/search", "body": "{}",
        "headers": { "Accept": "application/json" }, "timeout_ms": 700, "follow_redirects": true,
    }] });
    let asked = HttpSmoke::ask(at(&configuration), Vec::new());
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
    let situation = at(&one(&json!({})));
    for state in [&b""[..], b"{", b"\xff\xfe", b"[1,2]", b"null"] {
        assert!(ask(&situation, state, ok).verdict.is_some());
    }
    let broken = Situation { configuration: "{\"requests\":".into(), ..situation };
    let verdict = ask(&broken, &[], ok).verdict.unwrap();
    assert_eq!((verdict.decision, verdict.code.as_str()), (Decision::Hold, "configuration"));
}
