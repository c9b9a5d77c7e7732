//! Traffic samples: what is counted, and when there is none to count.

use std::sync::Arc;

use super::*;
use crate::Series;
use crate::double::{Run, Script, ScriptedGates, T0, missing, place, point, says};

const GATES: ScriptedGates = ScriptedGates {
    ask: |_, _| Some(Ok(Vec::new())),
    judge: |_, _, _| says(rollout::Decision::Hold),
};

type Measure = fn(&[MetricQuery<'_>]) -> Called<Vec<Series>>;

async fn sample(script: Script, measure: Measure) -> Option<TrafficSample> {
    let run = Run::new(&[], GATES).await;
    *script.measure.lock().unwrap() = measure;
    read(&Arc::new(script).cloud(), &run.driver.deployment, T0, &mut Billed::default())
        .await
        .unwrap()
}

fn counted(value: f64) -> Series {
    Series { points: vec![point(T0, value)], completeness: Completeness::Complete }
}

/// A group's five series: requests, 2xx, 3xx, 4xx, 5xx; a zero is not published.
fn group(values: [u64; 5]) -> impl Iterator<Item = Series> {
    values.into_iter().map(|value| if value == 0 { missing() } else { counted(value as f64) })
}

#[tokio::test]
async fn a_5xx_and_an_unanswered_request_are_bad_in_every_group_of_a_side() {
    let measured: Measure = |_| {
        let green = group([100, 90, 2, 3, 4]).chain(group([10, 10, 0, 0, 0]));
        Ok(green.chain(group([7, 0, 0, 0, 7])).chain(group([0; 5])).collect())
    };
    let sample = sample(Script::new(T0), measured).await.unwrap();
    assert_eq!(sample.period_begin, T0);
    assert_eq!(sample.green, Counts { requests: 110, bad: 4 + 1 });
    assert_eq!(sample.blue, Counts { requests: 7, bad: 7 });
}

#[tokio::test]
async fn classes_that_count_more_than_there_were_requests_make_none_unanswered() {
    let measured: Measure = |_| Ok((0..4).flat_map(|_| group([1, 2, 0, 0, 0])).collect());
    let sample = sample(Script::new(T0), measured).await.unwrap();
    assert_eq!(sample.green, Counts { requests: 2, bad: 0 });
}

#[tokio::test]
async fn a_period_that_is_only_partly_there_is_not_counted() {
    let partial: Measure = |queries| {
        let mut answers: Vec<Series> = queries.iter().map(|_| counted(1.0)).collect();
        answers[19].completeness = Completeness::Partial;
        Ok(answers)
    };
    // Silence about the last series must not pass for a side without requests (S07).
    let short: Measure = |queries| Ok(queries[1..].iter().map(|_| counted(1.0)).collect());
    for measured in [partial, short] {
        assert_eq!(sample(Script::new(T0), measured).await, None);
    }
}

#[tokio::test]
async fn a_side_that_is_not_there_served_nothing() {
    let script = Script { blue: None, green: Some(Arc::new(place("green"))), ..Script::new(T0) };
    let sample =
        sample(script, |_| Ok(group([3, 3, 0, 0, 0]).chain(group([0; 5])).collect())).await;
    let sample = sample.unwrap();
    assert_eq!((sample.green.requests, sample.blue), (3, Counts::default()));
}
