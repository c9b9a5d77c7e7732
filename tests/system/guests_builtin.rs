//! The built-in gates as components in the host: what they say of themselves is what is committed
//! beside them, and a conversation with scripted metrics ends as it should.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use gates::{CachePolicy, Engine, Gate, Host, builtin, builtins};
use manifest::Document;
use rollout::{Decision, EpochS, GateDescription, Limits, Phase, Side, Verdict};
use runner::GateHost;
use runner::cases::{Case, Issue, play};
use runner::question::{
    Answer, Completeness, Dimension, Header, MetricQuestion, Place, Point, Question, Release,
    ResponseAnswer, SeriesAnswer, Situation, Subject, Timings, TurnOutcome,
};

use crate::story::top;

const TRAFFIC_AT: EpochS = EpochS(1_800_000_000);
/// Looks after which a conversation must have ended: two virtual hours, a look a minute.
const LOOKS: u32 = 120;
/// The contract's bound on the rounds of a look.
const ROUNDS: u32 = 8;

/// One for all tests: compiling is what takes time.
static HOST: LazyLock<Host> = LazyLock::new(|| {
    let engine = Engine::new(&CachePolicy::Off).expect("an engine");
    let gates = builtins().map(|name| {
        let component = component(name);
        Gate {
            name: name.to_owned(),
            loaded: engine.load(name, &component).unwrap_or_else(|error| panic!("{error}")),
            limits: Limits::default(),
            timeout: Duration::from_secs(60),
        }
    });
    Host::new(gates.collect())
});

/// The component of a built-in gate: rebuilt from source, where ECS_CRD_GUESTS says so, or the
/// committed one.
fn component(name: &str) -> Vec<u8> {
    let Some(folder) = std::env::var_os("ECS_CRD_GUESTS") else {
        return builtin(name).expect("its component").to_vec();
    };
    let file = Path::new(&folder).join(name).with_extension("wasm");
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Answers a question from a minute of traffic: how many of a side's requests are bad (failed and
/// slow alike), out of 1,000.
fn answer(question: &Question, bad: fn(Side) -> f64) -> Answer {
    let MetricQuestion { id, name, subject, statistic, .. } = match question {
        Question::Metric(metric) => metric,
        Question::Request(request) => return respond(&request.id, bad(Side::Green)),
        Question::Expression(_) => panic!("{question:?}"),
    };
    let Subject::Of(side, _) = subject else { panic!("{question:?}") };
    let value = match (name.as_str(), statistic.as_str()) {
        ("RequestCount", _) | (_, "SampleCount") => 1_000.0,
        ("HTTPCode_Target_2XX_Count", _) => 1_000.0 - bad(*side),
        ("HTTPCode_Target_5XX_Count", _) => bad(*side),
        ("TargetResponseTime", slow) if slow.starts_with("TC") => bad(*side),
        ("TargetResponseTime", _) => 0.2,
        _ => 0.0,
    };
    Answer::Series(SeriesAnswer {
        id: id.clone(),
        points: times(question).map(|time| Point { time, value }).collect(),
        completeness: Completeness::Complete,
    })
}

/// A canary of which every twentieth request is bad answers the one that counts badly.
fn respond(id: &str, bad: f64) -> Answer {
    Answer::Response(ResponseAnswer {
        id: id.to_owned(),
        status: if bad > 50.0 { 503 } else { 200 },
        headers: vec![Header { name: "content-type".to_owned(), value: "text/html".to_owned() }],
        body: br#"{"status": "up"}"#.to_vec(),
        truncated: false,
        timings: Timings { total_ms: 12.0, ..Timings::default() },
    })
}

/// What the gates that cannot do without are configured with.
fn configuration(gate: &str) -> &'static str {
    match gate {
        "cloudwatch-metrics" => {
            r#"{ "checks": [{ "name": "errors", "compare": {}, "metric": {
                "namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count",
                "statistic": "Sum", "of": "canary", "part": "target-group" } }] }"#
        }
        "http-smoke" => {
            r#"{ "on_fail": "rollback", "requests": [{
                "name": "health", "url": "https://{green}/health", "expect": {
                    "headers": [{ "name": "Content-Type", "matches": "^text/" }],
                    "json": [{ "pointer": "/status", "equals": "up" }],
                    "body_matches": "\\bup\\b" } }] }"#
        }
        "kayenta" => {
            r#"{ "metrics": [{ "name": "errors", "direction": "increase", "query": {
                "namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count",
                "statistic": "Sum", "of": "canary", "part": "target-group" } }] }"#
        }
        _ => "{}",
    }
}

fn times(question: &Question) -> impl Iterator<Item = EpochS> {
    let Question::Metric(metric) = question else { panic!("{question:?}") };
    let (begin, period_s) = (metric.begin, metric.period_s);
    let periods = metric.end.since_s(begin) / period_s;
    (0..periods).map(move |period| begin.plus_s(period * period_s))
}

/// Looks each minute until the gate decides to go on or back.
async fn talk(gate: &str, bad: fn(Side) -> f64) -> Verdict {
    let mut state = Vec::new();
    for look in 0..LOOKS {
        let configuration = configuration(gate).to_owned();
        let mut situation = Situation { configuration, ..situation(look) };
        let mut questions = HOST.ask(gate, &situation, &state).await.expect("questions");
        let verdict = loop {
            situation.round += 1;
            assert!(situation.round <= ROUNDS, "{gate} asks for ever");
            let answers: Vec<_> = questions.iter().map(|asked| answer(asked, bad)).collect();
            let turn = HOST.judge(gate, &situation, &answers, &state).await.expect("a turn");
            state = turn.state;
            match turn.outcome {
                TurnOutcome::More(more) => questions = more,
                TurnOutcome::Verdict(verdict) => break verdict,
            }
        };
        if matches!(verdict.decision, Decision::Promote | Decision::Rollback) {
            return verdict;
        }
    }
    panic!("{gate} did not decide in {LOOKS} looks")
}

#[tokio::test]
async fn what_a_built_in_gate_says_of_itself_is_what_is_committed_beside_it() {
    for name in builtins() {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/dist");
        let committed = std::fs::read_to_string(dist.join(name).with_extension("json"));
        let committed: GateDescription =
            serde_json::from_str(&committed.expect("its description")).expect("JSON");
        assert_eq!(HOST.describe(name).await, Ok(committed), "{name}");
    }
}

#[tokio::test]
async fn what_a_schema_cannot_say_is_said_by_the_component() {
    for name in builtins() {
        assert_eq!(HOST.check(name, configuration(name)).await, Ok(Vec::new()), "{name}");
    }
    let wrong = configuration("http-smoke").replace(r"\\bup\\b", "(up");
    let issues = HOST.check("http-smoke", &wrong).await.expect("issues");
    assert_eq!(issues[0].0, "/requests/0/expect/body_matches", "{issues:?}");
    let wrong = configuration("cloudwatch-metrics").replace("\"Sum\"", "\"Summe\"");
    let issues = HOST.check("cloudwatch-metrics", &wrong).await.expect("issues");
    assert_eq!(issues[0].0, "/checks/0/metric/statistic", "{issues:?}");
    let wrong = configuration("kayenta").replace("canary", "baseline");
    let issues = HOST.check("kayenta", &wrong).await.expect("issues");
    assert_eq!(issues[0].0, "/metrics/0", "{issues:?}");
}

/// A look's journal holds a MiB of bodies: four of the largest.
#[tokio::test]
async fn the_largest_bodies_are_searched_within_the_fuel() {
    let body = format!("\"{}\"", "ab".repeat((256 << 10) / 2 - 1)).into_bytes();
    let request = |name: u32| {
        format!(
            r#"{{ "name": "{name}", "url": "https://{{green}}/", "expect": {{
                "json": [{{ "pointer": "" }}],
                "body_matches": "<title>[^<]*(Shop|Store)" }} }}"#
        )
    };
    let requests: Vec<String> = (0..4).map(request).collect();
    let configuration = format!(r#"{{ "requests": [{}] }}"#, requests.join(", "));
    let situation = Situation { configuration, round: 1, ..situation(10) };
    let answers: Vec<_> = (0..4)
        .map(|index| match respond(&format!("request_{index}"), 0.0) {
            Answer::Response(it) => Answer::Response(ResponseAnswer { body: body.clone(), ..it }),
            other => other,
        })
        .collect();
    let turn = HOST.judge("http-smoke", &situation, &answers, &[]).await;
    let outcome = turn.expect("a turn within the fuel").outcome;
    let TurnOutcome::Verdict(verdict) = outcome else { panic!("{outcome:?}") };
    assert!(verdict.sentence.contains("is not found"), "{}", verdict.sentence);
}

/// The same cases as `plugin test` plays, and as the light tests play with the native libraries.
#[tokio::test]
async fn the_built_in_gates_pass_their_cases() {
    let schema = manifest::schema_of::<Case>("case");
    for name in builtins() {
        let folder = top().join("plugins").join(name).join("cases");
        let files = std::fs::read_dir(&folder).unwrap_or_else(|why| panic!("{name}: {why}"));
        let described = HOST.describe(name).await.expect("a description").configuration_schema;
        let validator = jsonschema::draft202012::new(&described).expect("a schema");
        for file in files.map(|file| file.expect("a case").path()) {
            let shown = file.display().to_string();
            let text = std::fs::read(&file).expect("a case");
            let (case, _) = Document::read::<Case>(&shown, text, &schema)
                .unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(case.problems(), Vec::new(), "{shown}");
            let configuration = case.configuration.clone().into();
            let refused = validator.iter_errors(&configuration).map(|error| Issue {
                pointer: error.instance_path().as_str().to_owned(),
                message: error.to_string(),
            });
            let played = play(&*HOST, name, &case, refused.collect()).await;
            assert_eq!(played.differences, [], "{shown}");
        }
    }
}

#[tokio::test]
async fn a_canary_like_the_baseline_is_promoted() {
    for name in builtins() {
        let verdict = talk(name, |_| 10.0).await;
        assert_eq!(verdict.decision, Decision::Promote, "{name}: {}", verdict.sentence);
        assert!(!verdict.findings.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_canary_five_times_as_bad_is_rolled_back() {
    for name in builtins() {
        let verdict = talk(name, |side| if side == Side::Green { 100.0 } else { 20.0 }).await;
        assert_eq!(verdict.decision, Decision::Rollback, "{name}: {}", verdict.sentence);
    }
}

#[tokio::test]
async fn s15_the_same_evidence_gives_the_same_verdict() {
    for name in builtins() {
        let first = talk(name, |_| 10.0).await;
        assert_eq!(talk(name, |_| 10.0).await, first, "{name}");
    }
}

fn situation(look: u32) -> Situation {
    Situation {
        deployment: "sim-1".to_owned(),
        service: "shop".to_owned(),
        environment: "stage".to_owned(),
        region: "eu-west-3".to_owned(),
        evaluation: look,
        seed: look,
        phase: Phase::Shift,
        step: 0,
        steps: 2,
        weight: 50,
        next_weight: 100,
        now: TRAFFIC_AT.plus_s(60 * look),
        started_at: TRAFFIC_AT.minus_s(600),
        weight_verified_at: TRAFFIC_AT,
        ttl_s: 60,
        canary_traffic_at: Some(TRAFFIC_AT),
        round: 0,
        baseline: Some(release("1.4.1", "blue")),
        canary: release("1.4.2", "green"),
        configuration: "{}".to_owned(),
        memory: Vec::new(),
    }
}

fn release(version: &str, color: &str) -> Release {
    let dimension = |name: &str, value: String| Dimension { name: name.to_owned(), value };
    let balancer = dimension("LoadBalancer", format!("app/{color}/50dc6c495c0c9188"));
    let group = dimension("TargetGroup", format!("targetgroup/{color}/73e2d6bc24d8a067"));
    Release {
        version: version.to_owned(),
        label: "1".to_owned(),
        started_at: TRAFFIC_AT.minus_s(600),
        weight: 50,
        tasks_desired: 2,
        tasks_running: 2,
        targets_healthy: 2,
        targets_unhealthy: 0,
        place: Arc::new(Place {
            address: format!("{color}.elb.test"),
            load_balancer: vec![balancer.clone()],
            target_groups: vec![vec![balancer, group]],
            service: vec![dimension("ServiceName", color.to_owned())],
        }),
    }
}
