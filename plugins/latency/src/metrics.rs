//! Which balancer metrics the gate asks for, and what it makes of them by the minute.
//!
//! Percentiles never add, counts do: a threshold belongs to one target group, and what is slower
//! there is summed over groups.

use gate_sdk::series::{Answers, Gap, Series, count_at, own_question, question_id, request_parts};
use gate_sdk::statistics::Counts;
use gate_sdk::window::Window;
use gate_sdk::{Part, Question, Release, Side, Situation};
use std::collections::BTreeMap;

/// Seconds from the choice of a target to the first byte of its response.
const METRIC: &str = "TargetResponseTime";
/// A look asks 100 questions at most: three a target group and side.
const MOST_PARTS: usize = 16;
/// How long before the first period the baseline's percentile is looked at, in seconds.
const LOOK_BACK_S: u32 = 900;

/// What is slow, in seconds, by the place of the target group.
pub(crate) type Thresholds = BTreeMap<u32, f64>;

/// What a round asks about, beside the number of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// How many requests were slow.
    SlowCounts,
    /// The 95th percentile of both sides.
    Percentiles,
}

/// The target groups that both sides have (a first release: that the canary has).
pub(crate) fn parts(situation: &Situation) -> Vec<Part> {
    let mut parts = request_parts(&situation.canary);
    if let Some(baseline) = &situation.baseline {
        let of_baseline = request_parts(baseline);
        parts.retain(|part| of_baseline.contains(part));
    }
    parts.truncate(MOST_PARTS);
    parts
}

/// The place of a part among the thresholds.
pub(crate) fn place(part: Part) -> u32 {
    match part {
        Part::TargetGroup(i) => i,
        Part::LoadBalancer | Part::Service => 0,
    }
}

fn sides(situation: &Situation) -> impl Iterator<Item = Side> {
    let baseline = situation.baseline.as_ref().map(|_: &Release| Side::Baseline);
    [Side::Canary].into_iter().chain(baseline)
}

/// The questions from whose answers thresholds are taken: the baseline's 95th percentile, from
/// before the canary's first traffic on, for each part that has no threshold.
pub(crate) fn threshold_questions(
    situation: &Situation,
    known: &Thresholds,
    window: Window,
) -> Vec<Question> {
    let begin_s = window.begin_s.saturating_sub(LOOK_BACK_S);
    let window = Window { begin_s, end_s: window.end_s };
    let unknown = parts(situation).into_iter().filter(|part| !known.contains_key(&place(*part)));
    unknown.map(|part| own_question(Side::Baseline, part, "p95", (METRIC, "p95"), window)).collect()
}

/// Takes the median over the minutes as the threshold of each part that has none.
pub(crate) fn take_thresholds(situation: &Situation, answers: &Answers, known: &mut Thresholds) {
    for part in parts(situation) {
        let id = question_id(Side::Baseline, part, "p95");
        let median = answers.series(&id).ok().and_then(median);
        if let Some(seconds) = median {
            // A microsecond is finer than any balancer measures.
            known.entry(place(part)).or_insert(libm::round(seconds * 1e6) / 1e6);
        }
    }
    known.retain(|_, seconds| *seconds > 0.0);
}

fn median(series: &Series) -> Option<f64> {
    let mut values: Vec<f64> = series.values().copied().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The questions of a round about both sides' periods.
pub(crate) fn questions(
    situation: &Situation,
    thresholds: &Thresholds,
    kind: Kind,
    with_p99: bool,
    window: Window,
) -> Vec<Question> {
    let mut questions = Vec::new();
    for part in parts(situation) {
        for side in sides(situation) {
            let mut ask = |what: &str, statistic: &str| {
                questions.push(own_question(side, part, what, (METRIC, statistic), window));
            };
            ask("samples", "SampleCount");
            match (kind, thresholds.get(&place(part))) {
                (Kind::SlowCounts, Some(seconds)) => ask("slow", &format!("TC({seconds}:)")),
                (Kind::SlowCounts, None) => {}
                (Kind::Percentiles, _) => ask("p95", "p95"),
            }
            if with_p99 && side == Side::Canary {
                ask("p99", "p99");
            }
        }
    }
    questions
}

/// One side's requests and slow ones in the minute that begins at `time_s`. `TC` interpolates:
/// it is rounded, and kept between 0 and the number of requests. Without a threshold nothing is
/// known to be slow.
///
/// # Errors
/// When the round did not answer one of the questions.
pub(crate) fn counts(
    situation: &Situation,
    thresholds: &Thresholds,
    answers: &Answers,
    side: Side,
    time_s: u32,
) -> Result<Counts, Gap> {
    let mut sum = Counts::default();
    for part in parts(situation) {
        let requests =
            libm::round(count_at(answers.series(&question_id(side, part, "samples"))?, time_s));
        let slow = match thresholds.get(&place(part)) {
            Some(_) => count_at(answers.series(&question_id(side, part, "slow"))?, time_s),
            None if thresholds.is_empty() => 0.0,
            None => continue,
        };
        sum += Counts { requests, bad: libm::round(slow).min(requests) };
    }
    Ok(sum)
}

/// Whether any slow count of the round has a value.
pub(crate) fn any_slow_count(situation: &Situation, answers: &Answers) -> bool {
    parts(situation).into_iter().any(|part| {
        sides(situation).any(|side| {
            answers.series(&question_id(side, part, "slow")).is_ok_and(|s| !s.is_empty())
        })
    })
}

/// ln of canary / baseline of the 95th percentile in a minute, in the mean over target groups
/// (each as heavy as its canary requests), and both percentiles of the heaviest group.
pub(crate) fn percentile_pair(
    situation: &Situation,
    answers: &Answers,
    time_s: u32,
) -> Option<(f64, f64)> {
    let at = |side: Side, part: Part, what: &str| {
        answers.series(&question_id(side, part, what)).ok()?.get(&time_s).copied()
    };
    let pairs = parts(situation).into_iter().filter_map(|part| {
        let requests = at(Side::Canary, part, "samples").filter(|n| *n > 0.0)?;
        let canary = at(Side::Canary, part, "p95").filter(|v| *v > 0.0)?;
        let baseline = at(Side::Baseline, part, "p95").filter(|v| *v > 0.0)?;
        Some((requests, canary, baseline))
    });
    let pairs: Vec<_> = pairs.collect();
    let weight: f64 = pairs.iter().map(|(n, ..)| n).sum();
    let mean = |f: fn(&(f64, f64, f64)) -> f64| {
        libm::exp(pairs.iter().map(|p| p.0 * libm::log(f(p))).sum::<f64>() / weight)
    };
    (weight > 0.0).then(|| (mean(|p| p.1), mean(|p| p.2)))
}

/// The largest 99th percentile of the canary's target groups with at least `least` requests in
/// the minute, in seconds.
pub(crate) fn largest_p99(
    situation: &Situation,
    answers: &Answers,
    time_s: u32,
    least: f64,
) -> Option<f64> {
    let at = |part: Part, what: &str| {
        answers.series(&question_id(Side::Canary, part, what)).ok()?.get(&time_s).copied()
    };
    let heard =
        parts(situation).into_iter().filter(|p| at(*p, "samples").is_some_and(|n| n >= least));
    heard.filter_map(|part| at(part, "p99")).reduce(f64::max)
}
