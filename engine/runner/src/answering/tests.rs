//! Answers: one call for all, denied questions denied, and no open period among the evidence.

use rollout::Side;

use super::*;
use crate::double::{Run, ScriptedGates, T0, answered, metric, plan, point, retryable, says};
use crate::ports::{CallError, CallErrorKind, Series};
use crate::question::ExpressionQuestion;

const GATES: ScriptedGates = ScriptedGates {
    ask: |_, _| Some(Ok(Vec::new())),
    judge: |_, _, _| says(rollout::Decision::Hold),
};

fn math(id: &str, expression: &str) -> Question {
    Question::Expression(ExpressionQuestion {
        id: id.to_owned(),
        expression: expression.to_owned(),
        period_s: 60,
        begin: T0,
        end: T0.plus_s(60),
    })
}

/// The answers to two gates' questions.
async fn answers(run: &Run, ours: &[Question], theirs: &[Question]) -> Called<Vec<Vec<Answer>>> {
    Ok(billed_answers(run, ours, theirs).await?.0)
}

/// The same, and what they are billed.
async fn billed_answers(
    run: &Run,
    ours: &[Question],
    theirs: &[Question],
) -> Called<(Vec<Vec<Answer>>, Billed)> {
    let gates = plan(&["ours", "theirs"]).gates;
    let asked =
        [Asked { gate: &gates[0], questions: ours }, Asked { gate: &gates[1], questions: theirs }];
    let mut billed = Billed::default();
    let answers = answer(&run.driver, &asked, &mut billed).await?;
    Ok((answers, billed))
}

async fn run() -> Run {
    let mut run = Run::at_first_weight(&["ours", "theirs"], GATES).await;
    run.look().await;
    run.pass(600);
    run
}

#[tokio::test]
async fn all_gates_share_one_call_and_each_gets_its_own_answers_in_order() {
    let run = run().await;
    let ours = [metric("b", Side::Blue, T0), math("m", "1 - a"), metric("a", Side::Green, T0)];
    let theirs = [metric("a", Side::Green, T0), math("m", "a + a")];
    let (answers, billed) = billed_answers(&run, &ours, &theirs).await.unwrap();
    // Metric math is billed by the series it is made of.
    assert_eq!(billed, Billed { metric_calls: 1, metrics_requested: 3 });
    let ids: Vec<Vec<&str>> =
        answers.iter().map(|answers| answers.iter().map(id).collect()).collect();
    assert_eq!(ids, [vec!["b", "m", "a"], vec!["a", "m"]]);
    let call = [
        "RequestCount of blue-0",
        "RequestCount of green-0",
        "1 - m1",
        "RequestCount of green-0",
        "m3 + m3",
    ];
    assert_eq!(*run.script.measured.lock().unwrap(), [call]);
}

#[tokio::test]
async fn s13_a_call_that_is_refused_is_made_again_gate_by_gate() {
    let run = run().await;
    *run.script.measure.lock().unwrap() = |queries| {
        if queries.iter().any(|query| query.period_s == 61) {
            return Err(CallError::new(CallErrorKind::Refused, "a period of 61 s"));
        }
        let empty = || Series { points: Vec::new(), completeness: Completeness::Empty };
        Ok(queries.iter().map(|_| empty()).collect())
    };
    let mut odd = metric("odd", Side::Green, T0);
    if let Question::Metric(odd) = &mut odd {
        odd.period_s = 61;
    }
    let theirs = [metric("a", Side::Green, T0), math("m", "a + a")];
    let (answers, billed) = billed_answers(&run, &[odd], &theirs).await.unwrap();
    assert_eq!(billed, Billed { metric_calls: 3, metrics_requested: 4 });
    assert!(matches!(&answers[0][0], Answer::Failed { why, .. } if why.contains("61 s")));
    assert!(answers[1].iter().all(|answer| matches!(answer, Answer::Series(_))), "{answers:?}");
    assert_eq!(answers[1].iter().map(id).collect::<Vec<_>>(), ["a", "m"]);
}

fn id(answer: &Answer) -> &str {
    match answer {
        Answer::Series(series) => &series.id,
        Answer::Response(response) => &response.id,
        Answer::Denied { id, .. } | Answer::Failed { id, .. } => id,
    }
}

#[tokio::test]
async fn s13_metric_math_over_a_series_of_another_gate_or_a_denied_one_is_denied() {
    let run = run().await;
    let mut foreign = metric("queue", Side::Green, T0);
    if let Question::Metric(foreign) = &mut foreign {
        foreign.subject = crate::question::Subject::Dimensions(Vec::new());
    }
    let ours = [foreign, math("m", "queue * 2")];
    let theirs = [math("n", "b * 2")];
    for answer in answers(&run, &ours, &theirs).await.unwrap().concat() {
        assert!(matches!(answer, Answer::Denied { .. }), "{answer:?}");
    }
    assert_eq!(run.script.calls(), 0, "nothing was left to ask");
}

#[tokio::test]
async fn s01_an_open_period_and_what_is_no_number_are_no_evidence() {
    let run = run().await;
    *run.script.measure.lock().unwrap() = |queries| {
        let open = queries[0].end;
        let points = vec![
            point(open.minus_s(120), 1.0),
            point(open.minus_s(60), f64::NAN),
            point(open, 1.0),
        ];
        Ok(vec![Series { points, completeness: Completeness::Complete }])
    };
    // The last period ends a second from now.
    let begin = run.now().minus_s(59 + 60);
    let answers = answers(&run, &[metric("r", Side::Green, begin)], &[]).await.unwrap();
    let Answer::Series(series) = &answers[0][0] else { panic!("{answers:?}") };
    assert_eq!(series.points, [point(begin.minus_s(60), 1.0)]);
    assert_eq!(newest_complete_period(&answers[0][0]), Some(begin.minus_s(60)));
}

#[tokio::test]
async fn an_answer_whose_every_period_is_open_is_empty() {
    let run = run().await;
    let begin = run.now().minus_s(30);
    let answers = answers(&run, &[metric("r", Side::Green, begin)], &[]).await.unwrap();
    let Answer::Series(series) = &answers[0][0] else { panic!("{answers:?}") };
    assert_eq!((series.points.len(), series.completeness), (0, Completeness::Empty));
    assert_eq!(newest_complete_period(&answers[0][0]), None);
}

#[tokio::test]
async fn s02_a_providers_error_and_silence_are_answers_that_say_so() {
    let run = run().await;
    let failed = |id: &str, why: &str, retryable| Answer::Failed {
        id: id.to_owned(),
        why: why.to_owned(),
        retryable,
    };
    let questions = [metric("a", Side::Green, T0), metric("b", Side::Blue, T0)];
    *run.script.measure.lock().unwrap() = |_| Err(retryable("Throttling"));
    let throttled = answers(&run, &questions, &[]).await.unwrap().remove(0);
    assert_eq!(throttled, [failed("a", "Throttling", true), failed("b", "Throttling", true)]);
    *run.script.measure.lock().unwrap() =
        |_| Err(CallError::new(CallErrorKind::Refused, "AccessDenied"));
    let denied = answers(&run, &questions[..1], &[]).await.unwrap().remove(0);
    assert_eq!(denied, [failed("a", "AccessDenied", false)]);
    *run.script.measure.lock().unwrap() = |queries| Ok(vec![answered(&queries[0])]);
    let half = answers(&run, &questions, &[]).await.unwrap().remove(0);
    assert!(matches!(half[0], Answer::Series(_)));
    assert_eq!(half[1], failed("b", "the provider left it unanswered", true));
}

#[tokio::test]
async fn what_ends_the_drive_is_no_answer() {
    let run = run().await;
    *run.script.measure.lock().unwrap() =
        |_| Err(CallError::new(CallErrorKind::CredentialsEnded, "ExpiredToken"));
    let error = answers(&run, &[metric("a", Side::Green, T0)], &[]).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::CredentialsEnded);
}

#[test]
fn only_a_complete_series_has_a_newest_period() {
    let series = |completeness| {
        let points = vec![point(EpochS(60), 1.0), point(EpochS(120), 1.0)];
        Answer::Series(SeriesAnswer { id: String::new(), points, completeness })
    };
    let newest = |completeness| newest_complete_period(&series(completeness));
    assert_eq!(newest(Completeness::Complete), Some(EpochS(120)));
    assert_eq!(newest(Completeness::Partial), None);
    assert_eq!(newest(Completeness::Empty), None);
}
