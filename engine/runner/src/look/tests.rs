//! Looks: what counts as evidence, what ends one, and that nothing but a gate's promote is one.

use rollout::{Event, Side, Word};
use tokio::time::Instant;

use super::*;
use crate::double::{Run, ScriptedGates, T0, green_at, metric, missing, retryable, say, says};
use crate::ports::Series;
use crate::question::{
    Completeness, Point, RequestQuestion, ResponseAnswer, SeriesAnswer, Timings,
};
use crate::{Words, record::Record};

fn answer(completeness: Completeness, times: &[u32]) -> Answer {
    let points = times.iter().map(|at| Point { time: EpochS(*at), value: 1.0 }).collect();
    Answer::Series(SeriesAnswer { id: "r".to_owned(), points, completeness })
}

fn response() -> Answer {
    Answer::Response(ResponseAnswer {
        id: "q".to_owned(),
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
        truncated: false,
        timings: Timings::default(),
    })
}

fn round(answers: Vec<Answer>) -> Round {
    Round { questions: vec![metric("r", Side::Green, T0)], answers, turn: None }
}

#[test]
fn s01_a_look_rests_on_its_newest_complete_period_or_response_or_inherits() {
    use Completeness::{Complete, Empty, Partial};
    use Evidence::{Missing, NotAsked, PeriodFrom, ResponseAt};
    let known = Some(PeriodFrom(EpochS(60)));
    let denied = Answer::Denied { id: "r".to_owned(), why: "no".to_owned() };
    let failed = Answer::Failed { id: "r".to_owned(), why: "503".to_owned(), retryable: true };
    let silent = Round { questions: Vec::new(), answers: Vec::new(), turn: None };
    let cases = [
        (vec![], None, NotAsked),
        (vec![silent.clone()], None, NotAsked),
        (vec![silent], known, PeriodFrom(EpochS(60))),
        // The same questions as last time: nobody was asked again.
        (vec![round(vec![])], None, Missing),
        (vec![round(vec![])], known, PeriodFrom(EpochS(60))),
        (vec![round(vec![answer(Complete, &[0, 120])])], None, PeriodFrom(EpochS(120))),
        // Older than what is known, but it is what this look rests on.
        (vec![round(vec![answer(Complete, &[0])])], known, PeriodFrom(EpochS(0))),
        (
            vec![round(vec![answer(Complete, &[180])]), round(vec![answer(Complete, &[120])])],
            None,
            PeriodFrom(EpochS(180)),
        ),
        (vec![round(vec![answer(Partial, &[240])])], known, Missing),
        (vec![round(vec![answer(Empty, &[])])], known, Missing),
        (vec![round(vec![denied, failed])], known, Missing),
        (vec![round(vec![answer(Complete, &[0]), response()])], None, ResponseAt(EpochS(900))),
    ];
    for (rounds, known, wanted) in cases {
        assert_eq!(evidence(&rounds, known, EpochS(900)), wanted, "{rounds:?} after {known:?}");
    }
}

/// Asks about the first period of the run at the first weight, and for nothing later.
const FROM_MEMORY: ScriptedGates = ScriptedGates {
    ask: |_, situation| {
        let first = situation.weight == 10;
        Some(Ok(first.then(|| metric("r", Side::Green, T0.plus_s(240))).into_iter().collect()))
    },
    judge: |_, _, _| says(Decision::Promote),
};

#[tokio::test]
async fn s01_a_promote_from_memory_does_not_carry_the_next_weight() {
    let mut run = Run::at_first_weight(&["errors"], FROM_MEMORY).await;
    run.pass(360);
    let counts = |run: &Run| {
        let dwell = run.driver.machine().state().dwell().unwrap();
        dwell.counts(60, dwell.guards[0].last.as_ref().unwrap())
    };
    assert_eq!(run.look().await[0].evidence, Evidence::PeriodFrom(T0.plus_s(240)));
    assert!(counts(&run), "evidence of the first weight");
    run.happen(Event::HealthRead { health: crate::double::healthy() }).await;
    run.shift(50).await;
    run.pass(360);
    let second = run.look().await.remove(0);
    assert_eq!(second.verdict.decision, Decision::Promote);
    assert_eq!(second.evidence, Evidence::PeriodFrom(T0.plus_s(240)));
    assert!(!counts(&run), "the evidence is of the weight before");
}

fn request() -> Question {
    Question::Request(RequestQuestion {
        id: "q".to_owned(),
        method: "GET".to_owned(),
        url: "https://green/".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 1_000,
        follow_redirects: false,
    })
}

fn fault<T>() -> Option<Result<T, GateFault>> {
    Some(Err(GateFault { code: "trap".to_owned(), sentence: "it trapped".to_owned() }))
}

fn asks_requests(_: &str, _: &Situation) -> Option<Result<Vec<Question>, GateFault>> {
    Some(Ok(vec![metric("r", Side::Green, T0)]))
}

#[tokio::test(start_paused = true)]
async fn s02_a_gate_that_fails_anywhere_is_an_error_and_keeps_its_state() {
    let promotes: fn(&str, &Situation, &[Answer]) -> _ = |_, _, _| says(Decision::Promote);
    let late = "it did not answer within 10 s, its `timeout`";
    let endless = "it asked for more in each of 8 rounds, the limit";
    let cases = [
        (ScriptedGates { ask: |_, _| fault(), judge: promotes }, "trap", "it trapped", 0),
        (ScriptedGates { ask: |_, _| None, judge: promotes }, "time-out", late, 0),
        (ScriptedGates { ask: asks_requests, judge: |_, _, _| fault() }, "trap", "it trapped", 1),
        (ScriptedGates { ask: asks_requests, judge: |_, _, _| None }, "time-out", late, 1),
        (
            ScriptedGates {
                ask: asks_requests,
                judge: |_, _, _| say(TurnOutcome::More(vec![metric("r", Side::Green, T0)])),
            },
            "too-many-rounds",
            endless,
            8,
        ),
    ];
    for (gates, code, sentence, rounds) in cases {
        let mut run = Run::at_first_weight(&["errors"], gates).await;
        run.pass(400);
        let look = run.look().await.remove(0);
        assert_eq!(look.verdict, Verdict::plain(Decision::Error, code, sentence));
        assert_eq!((look.rounds.len(), &look.state_after), (rounds, &look.state_before));
        let guard = run.driver.machine().state().dwell().unwrap().guards[0].clone();
        assert_eq!(guard.trouble.map(|(kind, _)| kind), Some(Decision::Error), "{code}");
        // The same questions again are asked again: an error is no answer to keep.
        run.pass(15);
        assert_eq!(run.look().await[0].rounds.len(), rounds, "{code}");
        assert_eq!(run.script.calls(), 2 * rounds, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn s02_one_gate_in_trouble_takes_nothing_from_the_others() {
    let gates = ScriptedGates {
        ask: |gate, situation| match gate {
            "slow" => None,
            _ => asks_requests(gate, situation),
        },
        judge: |gate, _, _| match gate {
            "traps" => fault(),
            _ => says(Decision::Promote),
        },
    };
    let mut run = Run::at_first_weight(&["slow", "sound", "traps"], gates).await;
    let looks = run.look().await;
    let decided = looks.iter().map(|look| (look.gate.as_str(), look.verdict.decision));
    let wanted =
        [("slow", Decision::Error), ("sound", Decision::Promote), ("traps", Decision::Error)];
    assert_eq!(decided.collect::<Vec<_>>(), wanted);
}

#[tokio::test]
async fn a_gate_goes_on_from_the_state_and_in_the_round_it_left() {
    let gates = ScriptedGates {
        ask: asks_requests,
        judge: |_, situation, _| match situation.round {
            1 => say(TurnOutcome::More(vec![metric("s", Side::Blue, T0)])),
            _ => says(Decision::Hold),
        },
    };
    let mut run = Run::at_first_weight(&["errors"], gates).await;
    let first = run.look().await.remove(0);
    assert_eq!((first.number, first.rounds.len(), first.situation.round), (0, 2, 0));
    assert_eq!(
        (first.state_before.as_slice(), first.state_after.as_slice()),
        (&b""[..], &b"after"[..])
    );
    let second = run.look().await.remove(0);
    assert_eq!((second.number, second.state_before.as_slice()), (1, &b"after"[..]));
    assert_ne!(second.situation.seed, first.situation.seed);
}

#[tokio::test]
async fn the_same_questions_about_closed_periods_repeat_the_verdict_unasked() {
    let gates = ScriptedGates { ask: asks_requests, judge: |_, _, _| says(Decision::Promote) };
    let mut run = Run::at_first_weight(&["errors"], gates).await;
    run.pass(400);
    let first = run.look().await.remove(0);
    for _ in 0..2 {
        run.pass(15);
        let again = run.look().await.remove(0);
        assert_eq!((&again.verdict, again.evidence), (&first.verdict, first.evidence));
        assert_eq!(again.state_after, first.state_after);
    }
    assert_eq!(run.script.calls(), 1);
}

#[tokio::test]
async fn the_same_questions_at_another_weight_are_asked_and_judged_again() {
    let ask = |_: &str, _: &Situation| Some(Ok(vec![metric("r", Side::Green, T0.plus_s(240))]));
    let gates = ScriptedGates { ask, judge: |_, _, _| says(Decision::Promote) };
    let mut run = Run::at_first_weight(&["errors"], gates).await;
    run.pass(360);
    run.look().await;
    run.happen(Event::HealthRead { health: crate::double::healthy() }).await;
    run.shift(50).await;
    for (passed, calls) in [(360, 2), (15, 2)] {
        run.pass(passed);
        run.look().await;
        assert_eq!(run.script.calls(), calls);
    }
}

#[tokio::test]
async fn questions_that_were_not_answered_are_asked_again() {
    let gates = ScriptedGates { ask: asks_requests, judge: |_, _, _| says(Decision::NoData) };
    let mut run = Run::at_first_weight(&["errors"], gates).await;
    *run.script.measure.lock().unwrap() = |_| Err(retryable("throttled"));
    run.look().await;
    *run.script.measure.lock().unwrap() =
        |_| Ok(vec![Series { completeness: Completeness::Partial, ..missing() }]);
    run.look().await;
    *run.script.measure.lock().unwrap() = |_| Ok(vec![missing()]);
    run.look().await;
    run.look().await;
    assert_eq!(run.script.calls(), 3, "an empty period stays empty, the others were no answer");
}

#[tokio::test]
async fn a_request_is_made_at_every_look() {
    let gates = ScriptedGates {
        ask: |_, _| Some(Ok(vec![request()])),
        judge: |_, _, _| says(Decision::Promote),
    };
    let mut run = Run::at_first_weight(&["smoke"], gates).await;
    run.grant("smoke", "https://green");
    for looks in 1..3 {
        let look = run.look().await.remove(0);
        assert_eq!(look.evidence, Evidence::ResponseAt(run.now()));
        assert_eq!(*run.script.requested.lock().unwrap(), vec!["https://cart.example.com/"; looks]);
    }
}

#[tokio::test(start_paused = true)]
async fn s09_an_abort_ends_a_look_within_a_tick_and_nothing_of_it_is_kept() {
    let [thinks, thinks_it_over] = [|_: &str, _: &Situation| None, asks_requests]
        .map(|ask| ScriptedGates { ask, judge: |_, _, _| None });
    for (gates, asked) in [(thinks, 0), (thinks_it_over, 1)] {
        let mut run = Run::at_first_weight(&["slow"], gates).await;
        let before = run.entries().await;
        run.ledger.say(run.id(), Word::Abort, "ann").await.unwrap();
        let begun = Instant::now();
        assert_eq!(run.look().await, []);
        assert!(begun.elapsed() <= Duration::from_secs(1), "{:?}", begun.elapsed());
        assert_eq!(run.entries().await, before);
        let billed = Billed { metric_calls: asked, metrics_requested: asked };
        assert_eq!(run.driver.billed_untold, billed, "it is billed all the same");
    }
}

#[tokio::test]
async fn a_look_is_kept_before_the_line_that_names_its_verdict_and_with_it() {
    let gates = ScriptedGates { ask: asks_requests, judge: |_, _, _| says(Decision::Hold) };
    let mut run = Run::at_first_weight(&["errors"], gates).await;
    let look = run.look().await.remove(0);
    let last = run.entries().await.pop().unwrap();
    let Record::Happened { event: Event::Looked { looks, begun_at, .. }, .. } = &last.record else {
        panic!("{last:?}");
    };
    assert_eq!(
        (looks[0].verdict.clone(), looks[0].evidence),
        (look.verdict.clone(), look.evidence)
    );
    assert_eq!((*begun_at, look.situation.weight), (run.now(), 10));
    assert_eq!(run.driver.machine().book().split, green_at(10));
}
