//! The harness: the state goes on, rounds are answered, and what no host takes fails the test. The
//! gate is a typed one, so that this holds for what `TypedGate` makes of it, too.
#![expect(clippy::panic, reason = "a look that should have failed fails the test")]

use gate_sdk::harness::{Harness, START_S, first_release, preflight, replies};
use gate_sdk::window::Window;
use gate_sdk::{
    Answer, Decision, Description, Finding, FindingStatus, Issue, Look, Outcome, Question,
    TypedGate, Verdict, points, response,
};
use serde::{Deserialize, Serialize};

/// Asks as its configuration says, and counts its looks.
struct Odd;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Configuration {
    rounds: u32,
    questions: u32,
    notes: usize,
    code: Option<String>,
    value: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    looks: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    looks: u32,
}

impl TypedGate for Odd {
    type Configuration = Configuration;
    type State = State;
    type Memory = Memory;

    fn describe() -> Description {
        Description::new("odd", "0.1.0", "Asks as it is told.", "{}").with_memory().with_http()
    }

    fn check(configuration: &Configuration) -> Vec<Issue> {
        let many = configuration.questions > 100;
        many.then(|| Issue::new("/questions", "at most 100")).into_iter().collect()
    }

    fn ask(look: &Look<Self>) -> Vec<Question> {
        let window = Window { begin_s: START_S, end_s: START_S + 60 };
        let question = |n| Question::expression(format!("q{n}"), "1 + 1", window);
        (0..look.configuration.questions).map(question).collect()
    }

    fn judge(look: &mut Look<Self>, answers: &[Answer]) -> Outcome {
        if look.situation.round < look.configuration.rounds {
            return Outcome::More(vec![Question::get("health", "https://{green}/")]);
        }
        look.state.looks += 1;
        look.notes = "n".repeat(look.configuration.notes);
        let said = match answers.first() {
            Some(Answer::Response(_)) => response(answers, "health").map(|it| it.status.into()),
            _ => points(answers, "q0").map(|all| all.iter().map(|point| point.value).sum()),
        };
        let number = match &look.configuration.value {
            Some(number) => number.parse().unwrap_or(0.0),
            None => said.unwrap_or(0.0),
        };
        let row = Finding::new("looks", FindingStatus::Ok).canary(number).series(&[1.0; 70]);
        let looks = look.state.looks + look.memory.looks;
        let code = look.configuration.code.as_deref().unwrap_or("counted");
        Verdict::promote(code, format!("{looks} looks")).finding(row).look_again_in(30).into()
    }

    fn learn(look: Look<Self>) -> Memory {
        Memory { looks: look.memory.looks + look.state.looks }
    }
}

fn gate<'a>(configuration: &str) -> Harness<'a, Odd> {
    Harness::new().configuration(configuration).metrics(|_, _| Some(2.0))
}

#[test]
fn the_state_goes_from_look_to_look_and_what_is_learnt_to_the_next_deployment() {
    let mut first = gate("{}");
    assert_eq!(first.look(0).verdict.sentence, "1 looks");
    assert_eq!(first.look(15).verdict.sentence, "2 looks");
    let memory = first.learn(15);
    assert_eq!(memory, br#"{"looks":2}"#);
    assert_eq!(gate("{}").memory(memory).look(0).verdict.sentence, "3 looks");
    assert_eq!(gate("{}").state("[").look(0).verdict.sentence, "1 looks", "no state of its own");
}

#[test]
fn rounds_are_answered_by_the_rule_that_was_said_last() {
    let configuration = r#"{ "rounds": 2, "questions": 1 }"#;
    let mut gate = gate(configuration)
        .requests(|_| unreachable!("a later rule answers"))
        .answering(|asked| Some(replies::response(asked, 503, &[], "")));
    let look = gate.look(0);
    assert_eq!(look.rounds.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(look.verdict.findings[0].canary, Some(503.0));
    assert_eq!(look.verdict.findings[0].series.len(), 64, "the newest are shown");
}

#[test]
fn a_series_has_the_values_of_the_minutes_asked_for() {
    let mut gate = gate(r#"{ "questions": 1 }"#).series("q0", [7.0, 9.0]);
    assert_eq!(gate.look(600).verdict.findings[0].canary, Some(7.0));
    let partial = |asked: &Question| replies::series(asked, |_| Some(5.0)).map(replies::partial);
    let Some(answer) = partial(&gate.asks(0)[0]) else { panic!("a series") };
    let gap = points(&[answer], "q0").map_err(Verdict::of_gap).map(<[_]>::len);
    assert_eq!(gap.map_err(|it| it.decision), Err(Decision::Hold));
}

#[test]
fn a_configuration_that_cannot_be_read_holds_and_one_that_is_wrong_is_told() {
    use gate_sdk::Gate;
    assert_eq!(gate("{").look(0).said(), (Decision::Hold, "configuration"));
    assert_eq!(<Odd as Gate>::check(r#"{ "questions": 101 }"#.into())[0].pointer, "/questions");
    assert_eq!(<Odd as Gate>::check("{".into()).len(), 1);
}

#[test]
fn the_other_situations_are_those_of_a_deployment() {
    let first = gate("{}").with(first_release).situation_at(0);
    assert!(first.baseline.is_none());
    assert_eq!((first.step, first.steps, first.weight), (0, 1, 100));
    let before = gate("{}").with(preflight).situation_at(30);
    assert_eq!((before.canary_traffic_at, before.weight, before.now), (None, 0, START_S + 30));
}

/// What a look at a gate of this configuration fails with.
fn failure(mut gate: Harness<'_, Odd>) -> String {
    let look = std::panic::AssertUnwindSafe(move || gate.look(0));
    match std::panic::catch_unwind(look) {
        Ok(look) => panic!("{look:?}"),
        Err(why) => why.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}

#[test]
fn what_no_host_takes_fails_the_test() {
    for (configuration, why) in [
        (r#"{ "questions": 101 }"#, "101 questions; the limit is 100"),
        (r#"{ "notes": 9000 }"#, "9000 bytes of notes; the limit is 8192"),
        (r#"{ "code": "Not A Word" }"#, "the code `Not A Word` is not of the form"),
        (r#"{ "value": "inf" }"#, "inf in the finding `looks`"),
        (r#"{ "rounds": 9 }"#, "more questions in each of 8 rounds, the limit"),
    ] {
        let gate = gate(configuration).requests(|_| {
            Answer::Denied(gate_sdk::DeniedAnswer { id: "health".into(), why: String::new() })
        });
        let said = failure(gate);
        assert!(said.contains(why), "{configuration}: {said}");
    }
    let said = failure(Harness::new().configuration(r#"{ "questions": 1 }"#));
    assert!(said.contains("a test without an answer to") && said.contains("q0"), "{said}");
}
