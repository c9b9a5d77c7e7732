//! Cases of gates: what is wrong with a file is told at its place, what a gate does differently is
//! told field by field, and the built-in gates pass theirs as native libraries, too.

use std::path::{Path, PathBuf};

use gate_sdk::harness::{self, Harness};
use http_smoke::HttpSmoke;
use manifest::{Document, Plugins};
use rollout::Phase;
use runner::cases::{Case, Issue, Played, SituationPart, play};

use crate::native::{Native, words};

const GATES: [&str; 5] = ["cloudwatch-metrics", "error-rate", "http-smoke", "kayenta", "latency"];

fn top(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn schema() -> serde_json::Value {
    manifest::schema_of::<Case>("case")
}

fn read(name: &str, text: impl AsRef<[u8]>) -> (Case, Document) {
    let read = Document::read::<Case>(name, text, &schema());
    read.unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong with a file: its places and sentences, a line each.
fn wrong(text: &str) -> Vec<String> {
    let said = match Document::read::<Case>("case.yml", text, &schema()) {
        Err(said) => said,
        Ok((case, document)) => document.refused("case", &case.problems()),
    };
    let line = |item: &manifest::Diagnostic| {
        let place = said.position(item);
        let label = if item.label.is_empty() { "" } else { ": " };
        format!("{}:{}: {}{label}{}", place.line, place.column, item.title, item.label)
    };
    said.items().iter().map(line).collect()
}

async fn played(gate: &str, text: &str) -> Played {
    let (case, _) = read("case.yml", text);
    assert_eq!(case.problems(), Vec::new(), "{text}");
    play(&Native::alone(&format!("builtin:{gate}")), "gate", &case, Vec::new()).await
}

/// The differences, a line each.
async fn differences(gate: &str, text: &str) -> Vec<String> {
    let differences = played(gate, text).await.differences.into_iter();
    let told = differences
        .map(|it| format!("{}: {}: {}, not {}", it.pointer, it.what, it.got, it.expected));
    told.collect()
}

#[test]
fn the_published_schema_of_a_case_is_current() {
    let path = top("schemas/case.v1.json");
    let current = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == current, "schemas/case.v1.json is old: UPDATE=1 rewrites it");
}

#[test]
fn every_mistake_in_a_case_is_told_at_its_place() {
    for (text, expected) in [
        ("lokos: []", "1:1: unknown field `lokos` in the file: did you mean `looks`?"),
        ("looks:\n  - verdict: {}", "2:5: `at` is missing in `looks[0]`"),
        ("looks:\n  - at: soon", "2:9: `looks[0].at` must be a whole number, not text"),
        ("looks:\n  - at: -1", "2:9: `looks[0].at` must be at least 0"),
        (
            "looks:\n  - at: 1\n    verdict: { decision: rolback }",
            "3:26: `looks[0].verdict.decision` cannot be `rolback`: did you mean `rollback`?",
        ),
        (
            "answers: { p99: { vaules: [1] } }\ncheck: []",
            "1:19: unknown field `vaules` in `answers.p99`: did you mean `values`?",
        ),
        (
            "answers: { p99: { values: [1, no] } }\ncheck: []",
            "1:31: `answers.p99.values[1]` must be nothing or a number, not text",
        ),
        (
            "looks:\n  - at: 1\n    rounds: [{ asks: [{ metric: { naem: x } }] }]",
            "3:35: unknown field `naem` in `looks[0].rounds[0].asks[0].metric`: did you mean `name`?",
        ),
        ("situation: { phase: warm-up }\ncheck: []", "1:21: `situation.phase` cannot be `warm-up`"),
        ("situation: { weight: 101 }\ncheck: []", "1:22: `situation.weight` must be at most 100"),
        ("looks: []\nlooks: []", "2:1: `looks` is given twice"),
        ("", "1:1: the file holds nothing"),
    ] {
        assert_eq!(wrong(text), [expected], "{text}");
    }
}

#[test]
fn a_case_that_can_mean_nothing_is_told_so_at_its_place() {
    for (text, expected) in [
        (
            "title: x",
            "1:1: it expects nothing: give `looks`, or `check` for the configuration alone",
        ),
        (
            "looks: [{ at: 60 }, { at: 30 }]",
            "1:27: it is before the look at 60: looks stand in their order",
        ),
        (
            "looks: [{ at: 1, verdict: {}, error: {} }]",
            "1:38: a look ends with a verdict or with an error: expect one of them",
        ),
        (
            "check: [{ pointer: /a }]\nlooks: [{ at: 1 }]",
            "2:8: a configuration that is refused is not looked with: leave out `looks`",
        ),
        (
            "check: [{ pointer: /a, message: { matches: \"(\" } }]",
            "1:44: no regular expression: found open group",
        ),
        ("check: []\nlearn: { text: x }", "2:8: a gate learns after its last look: give `looks`"),
        ("check: []\nmemory: {}", "2:9: give one of `text`, `json` and `base64`"),
        ("check: []\nstate: { base64: \"?\" }", "2:8: no base64: Invalid symbol 63, offset 0."),
        (
            "check: []\nanswers: { a: { every: 60 } }",
            "2:15: an answer is one of `values`, `response`, `denied` and `failed`",
        ),
        (
            "check: []\nanswers: { a: { denied: x, retryable: true } }",
            "2:39: `retryable` belongs to `failed`",
        ),
        (
            "check: []\nsituation: { first_release: true, baseline: { label: x } }",
            "2:45: a first release has no baseline: leave it out",
        ),
        (
            "looks: [{ at: 1, situation: { steps: 2, step: 2 } }]",
            "1:47: step 2 of 2: steps count from 0",
        ),
    ] {
        let told = wrong(text);
        assert!(told.first().is_some_and(|told| told.starts_with(expected)), "{text}: {told:?}");
    }
}

/// Two minutes of a canary with one bad response in twenty, over a baseline without any.
const BAD: &str = r#"
answers:
  "*": { values: [] }
  "*_0_requests": 600
  "*_0_2xx": 600
  canary_0_2xx: 540
  canary_0_5xx: { values: [60, 60, 60] }
"#;

#[tokio::test]
async fn a_verdict_is_compared_field_by_field() {
    let expected = "verdict: { decision: promote, code: no-worse, sentence: { contains: fine }, \
                    look_again_in: 30, findings: { bad responses: { canary: 9, unit: s }, x: {} } }";
    let told = differences("error-rate", &format!("{BAD}looks: [{{ at: 420, {expected} }}]")).await;
    let places: Vec<_> = told.iter().map(|it| it.split(": ").next().unwrap()).collect();
    let at = "/looks/0/verdict";
    let fields = [
        "decision",
        "code",
        "sentence",
        "look_again_in",
        "findings/bad responses/canary",
        "findings/bad responses/unit",
        "findings/x",
    ];
    assert_eq!(places, fields.map(|field| format!("{at}/{field}")), "{told:#?}");
    assert!(told[0].contains("rollback (too-many-errors): 10.0 % of"), "{told:#?}");
    assert!(told[3].ends_with("seconds to the next look: none, not 30"), "{told:#?}");
}

#[tokio::test]
async fn state_flows_from_look_to_look_and_situations_hold_on() {
    let text = format!(
        "{BAD}looks:\n  - at: 150\n    rounds: [{{ asks: [] }}]\n    verdict: {{ code: not-yet }}\n  \
         - at: 420\n    situation: {{ canary: {{ version: 2.0.0 }} }}\n  - at: 435\n    rounds: [{{ asks: \
         [] }}]\n    verdict: {{ decision: rollback }}"
    );
    assert_eq!(differences("error-rate", &text).await, Vec::<String>::new());
}

const HEALTH: &str = r#"
configuration:
  passes: 1
  requests: [{ name: health, url: "https://{green}/health" }]
"#;

#[tokio::test]
async fn questions_are_compared_by_what_is_stated() {
    let asks = |asks: &str| {
        let round = format!("{{ asks: [{asks}], answers: {{ \"*\": {{ response: {{}} }} }} }}");
        format!("{HEALTH}looks: [{{ at: 1, rounds: [{round}], verdict: {{ decision: promote }} }}]")
    };
    for fitting in ["{}", "{ id: request_0 }", "{ request: { method: GET, headers: {} } }"] {
        assert_eq!(differences("http-smoke", &asks(fitting)).await, Vec::<String>::new());
    }
    let asked = "{ id: request_0, request: { method: GET, url: \"https://{green}/health\", \
                 timeout_ms: 5000, follow_redirects: false } }";
    for (differing, expected) in [
        (
            "{ id: request_0, request: { method: POST } }",
            format!(
                "/looks/0/rounds/0/asks/0: a question: {asked}, not {{ id: request_0, request: {{ \
                 method: POST }} }}"
            ),
        ),
        ("", format!("/looks/0/rounds/0/asks: a question that is not expected: {asked}, not none")),
        (
            "{}, { id: more }",
            "/looks/0/rounds/0/asks/1: a question: none, not { id: more }".to_owned(),
        ),
    ] {
        assert_eq!(differences("http-smoke", &asks(differing)).await, [expected]);
    }
    let others = asks("{ id: one }, { id: two }").replace("\"*\"", "one");
    assert_eq!(
        differences("http-smoke", &others).await,
        [
            format!("/looks/0/rounds/0/asks/0: a question: {asked}, not {{ id: one }}"),
            "/looks/0/rounds/0/asks/1: a question: none of those, not { id: two }".to_owned(),
        ],
        "each difference is told once"
    );
}

#[tokio::test]
async fn an_answer_that_is_missing_or_too_much_or_of_another_kind_fails_the_case() {
    let look = |answers: &str| format!("{HEALTH}answers: {{ {answers} }}\nlooks: [{{ at: 1 }}]");
    for (answers, expected) in [
        ("", "/looks/0: a question without an answer: "),
        ("request_0: 1", "/answers/request_0: an answer that does not fit: a series"),
        (
            "request_1: { failed: away }, \"request*\": { response: {} }",
            "/answers/request_1: an answer to what is not asked: none in any look",
        ),
    ] {
        let told = differences("http-smoke", &look(answers)).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with(expected), "{told:?}");
    }
}

#[tokio::test]
async fn denied_and_failed_answers_reach_the_gate() {
    for (answer, code) in [
        ("{ denied: no grant }", "no-answer"),
        ("{ failed: away }", "failing"),
        ("{ response: { status: 503 } }", "failing"),
        ("{ response: { status: 204, json: {} } }", "passed"),
    ] {
        let look = format!("{{ at: 1, verdict: {{ code: {code} }} }}");
        let text = format!("{HEALTH}answers: {{ request_0: {answer} }}\nlooks: [{look}]");
        assert_eq!(differences("http-smoke", &text).await, Vec::<String>::new(), "{answer}");
    }
}

#[tokio::test]
async fn a_round_too_many_and_a_round_too_few_are_told() {
    let rounds = |count: usize| vec!["{ answers: { \"*\": 0.2 } }"; count].join(", ");
    let look = |count| format!("looks: [{{ at: 600, rounds: [{}] }}]", rounds(count));
    let told = differences("latency", &look(1)).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("/looks/0/rounds: the end of the look: asks { id: "), "{told:?}");
    let told = differences("latency", &look(3)).await;
    assert_eq!(told, ["/looks/0/rounds: rounds of questions: 2, not 3"]);
}

#[tokio::test]
async fn a_series_is_cut_to_what_is_asked_for_and_past() {
    let series = "{ values: [0.1, null, 0.3, 0.4, 0.5, 0.6, 0.7], from: 60, every: 60 }";
    let metric = "{ namespace: N, name: M, dimensions: { A: b } }";
    let check = format!("{{ name: age, ceiling: 1, lag_s: 0, metric: {metric} }}");
    let text = format!(
        "configuration: {{ checks: [{check}] }}\nanswers: {{ \"*\": 600, check_0_canary_value: {series} }}\n\
         looks: [{{ at: 300, verdict: {{ findings: {{ age: {{ canary: 0.4, series: [0.1, 0.3, 0.4] }} \
         }} }} }}]"
    );
    assert_eq!(differences("cloudwatch-metrics", &text).await, Vec::<String>::new());
    let hourly = text.replace("every: 60", "every: 300");
    let told = differences("cloudwatch-metrics", &hourly).await;
    assert!(told[0].contains("a value every 300 s is no series of 60 s a period"), "{told:?}");
}

#[tokio::test]
async fn issues_of_the_configuration_are_expected_by_pointer() {
    let text = |check: &str| {
        let checks = "[{ name: a, metric: { namespace: N, name: M, statistic: Summe } }]";
        format!("configuration: {{ checks: {checks} }}\n{check}")
    };
    let expected = "check: [{ pointer: /checks/0/metric/statistic }, { pointer: /checks/0 }, { pointer: \
                    /checks/0/metric, message: { matches: '^whose series' } }]";
    let right = played("cloudwatch-metrics", &text(expected)).await;
    assert_eq!(right.differences, [], "{:?}", right.issues);
    let told = differences("cloudwatch-metrics", &text("check: [{ pointer: /checks/1 }]")).await;
    assert_eq!(told.len(), 1 + right.issues.len(), "{told:?}");
    assert!(told[0].starts_with("/check/0: an issue: "), "{told:?}");
    let told = differences("cloudwatch-metrics", &text("looks: [{ at: 1 }]")).await;
    assert!(told.iter().any(|it| it.starts_with("/configuration/checks/0/metric/statistic: ")));
}

/// A test of a gate in Rust and a case of the same gate begin alike.
#[test]
fn a_case_and_the_harness_of_the_sdk_begin_with_the_same_situation() {
    let of_a_case = |part: SituationPart, second| {
        let situation = part.situation(second);
        words::situation(&runner::question::Situation { configuration: "{}".into(), ..situation })
    };
    let harness = || Harness::<HttpSmoke>::new();
    assert_eq!(of_a_case(SituationPart::default(), 90), harness().situation_at(90));
    let of_phase = |phase| SituationPart { phase: Some(phase), ..SituationPart::default() };
    let before = harness().with(harness::preflight).situation_at(0);
    assert_eq!(of_a_case(of_phase(Phase::Preflight), 0), before);
    let bake = harness().with(harness::bake).situation_at(0);
    assert_eq!(of_a_case(of_phase(Phase::Bake), 0), bake);
    let first = SituationPart { first_release: Some(true), ..SituationPart::default() };
    let of_the_harness = harness().with(harness::first_release).situation_at(0);
    assert_eq!(of_a_case(first, 0), of_the_harness);
}

#[tokio::test]
async fn the_built_in_gates_pass_their_cases_as_native_libraries() {
    let plugins = Plugins::built_in();
    for gate in GATES {
        let described = plugins.get(&format!("builtin:{gate}")).unwrap();
        let validator = jsonschema::draft202012::new(&described.configuration_schema).unwrap();
        let folder = top("plugins").join(gate).join("cases");
        let files = std::fs::read_dir(&folder).unwrap_or_else(|why| panic!("{gate}: {why}"));
        let mut count = 0;
        for file in files.map(|file| file.unwrap().path()) {
            let name = file.display().to_string();
            let (case, _) = read(&name, std::fs::read(&file).unwrap());
            assert_eq!(case.problems(), Vec::new(), "{name}");
            let native = Native::alone(&format!("builtin:{gate}"));
            let configuration = case.configuration.clone().into();
            let refused = validator.iter_errors(&configuration).map(|error| Issue {
                pointer: error.instance_path().as_str().to_owned(),
                message: error.to_string(),
            });
            let played = play(&native, "gate", &case, refused.collect()).await;
            assert_eq!(played.differences, [], "{name}");
            count += 1;
        }
        assert!(count >= 3, "{gate} has {count} cases");
    }
}
