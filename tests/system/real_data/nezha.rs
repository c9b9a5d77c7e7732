//! Nezha's labelled faults as replays: real requests, a tenth of them to the canary. The canary
//! gets a fault's minutes, the baseline minutes without one, each drawn anew; where nothing is
//! wrong, both get theirs of the same minutes, or of minutes drawn apart, which is harder.

use std::collections::BTreeMap;

use backtest::{BEGIN, Past, Said, Seat, Stage};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rollout::{Decision, Side};
use runner::question::{
    Answer, Completeness, MetricQuestion, Point, Question, SeriesAnswer, Situation, Subject,
};
use serde::Deserialize;

/// The canary's share of the requests.
const SHARE: f64 = 0.1;
/// Minutes of a replay.
pub(crate) const MINUTES: u32 = 15;
/// A minute belongs to a fault when it begins within so many seconds before or after the injection,
/// and is free when it overlaps with no fault's time.
const BEFORE_S: i64 = 30;
const AFTER_S: i64 = 240;
/// What a fault needs to be called one that a gate must catch.
pub(crate) const REQUESTS: usize = 100;
pub(crate) const RATIO: f64 = 2.0;

/// How long each request of a minute took, in milliseconds.
pub(crate) type Minute = Vec<f64>;

/// A day of requests.
pub(crate) struct Nezha {
    /// Minutes that belong to no fault.
    pub(crate) free: Vec<Minute>,
    pub(crate) faults: Vec<Fault>,
    /// Slower than so many milliseconds is slow: the 95th percentile of the free minutes.
    pub(crate) threshold_ms: f64,
}

/// A fault and its minutes.
pub(crate) struct Fault {
    pub(crate) kind: String,
    pub(crate) pod: String,
    pub(crate) minutes: Vec<Minute>,
}

#[derive(Deserialize)]
struct Injected {
    inject_timestamp_s: i64,
    #[serde(rename = "type")]
    kind: String,
    pod: String,
}

impl Nezha {
    /// Reads the requests (`timestamp_ms,duration_ms`) and the faults of a day.
    pub(crate) fn read(requests: &str, faults: &str) -> Self {
        let faults: Vec<Injected> = serde_json::from_str(faults).expect("the faults");
        let mut minutes: BTreeMap<i64, Minute> = BTreeMap::new();
        for line in requests.lines().skip(1) {
            let (at, took) = line.split_once(',').unwrap_or_else(|| panic!("{line}"));
            let at_ms: i64 = at.parse().unwrap_or_else(|_| panic!("{line}"));
            let took_ms = took.parse().unwrap_or_else(|_| panic!("{line}"));
            minutes.entry(at_ms / 60_000).or_default().push(took_ms);
        }
        let belongs = |minute: i64, fault: &Injected| {
            (-BEFORE_S..AFTER_S).contains(&(minute * 60 - fault.inject_timestamp_s))
        };
        let overlaps = |minute: i64, fault: &Injected| {
            (-BEFORE_S - 59..AFTER_S).contains(&(minute * 60 - fault.inject_timestamp_s))
        };
        let is_free = |minute: &i64| !faults.iter().any(|fault| overlaps(*minute, fault));
        let free: Vec<Minute> =
            minutes.iter().filter(|(at, _)| is_free(at)).map(|(_, it)| it.clone()).collect();
        let own = |fault: &Injected| {
            minutes
                .iter()
                .filter(|(at, _)| belongs(**at, fault))
                .map(|(_, it)| it.clone())
                .collect()
        };
        let faults = faults.iter().map(|fault| Fault {
            kind: fault.kind.clone(),
            pod: fault.pod.clone(),
            minutes: own(fault),
        });
        let mut all: Vec<f64> = free.iter().flatten().copied().collect();
        Nezha { faults: faults.collect(), threshold_ms: percentile(&mut all, 0.95), free }
    }

    pub(crate) fn configuration(&self) -> String {
        serde_json::json!({ "threshold_ms": self.threshold_ms }).to_string()
    }

    /// The share of slow requests.
    pub(crate) fn slow(&self, minutes: &[Minute]) -> f64 {
        let all = minutes.iter().flatten();
        let slow = all.clone().filter(|took_ms| **took_ms > self.threshold_ms).count();
        slow as f64 / all.count().max(1) as f64
    }

    /// Whether a fault shows in its requests.
    pub(crate) fn is_seen(&self, fault: &Fault) -> bool {
        fault.requests() >= REQUESTS && self.slow(&fault.minutes) >= RATIO * self.slow(&self.free)
    }

    /// Replays one draw: a tenth of what `canary` holds against the rest of free minutes; without
    /// it, both sides are of the same free minutes.
    pub(crate) async fn replay(
        &self,
        seat: Seat<'_>,
        configuration: &str,
        canary: Option<&[Minute]>,
        seed: u64,
    ) -> Replay {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut sides = [Vec::new(), Vec::new()];
        for _ in 0..MINUTES {
            let free = self.free.choose(&mut random).map_or(&[][..], Vec::as_slice);
            let (mut green, blue) = shared_out(free, &mut random);
            if let Some(minutes) = canary {
                let other = minutes.choose(&mut random).map_or(&[][..], Vec::as_slice);
                (green, _) = shared_out(other, &mut random);
            }
            sides[0].push(green);
            sides[1].push(blue);
        }
        let stage = Stage { period_s: 60, intervals: MINUTES };
        let looks = stage.looks(configuration, u32::try_from(seed).unwrap_or(0));
        let all = seat.watch(looks, &Requests { stage, sides }).await;
        let minutes = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let Some((_, last)) = all.into_iter().last() else { panic!("no look") };
        let caught = (last.decision() == Decision::Rollback).then_some(minutes);
        let why = match last {
            Said::Verdict(verdict) => verdict.sentence,
            Said::Unanswered(why) => panic!("{why}"),
        };
        Replay { caught, why }
    }
}

/// A tenth of a minute's requests, by a coin for each, and the rest.
fn shared_out(minute: &[f64], random: &mut ChaCha8Rng) -> (Minute, Minute) {
    minute.iter().partition(|_| random.random_bool(SHARE))
}

/// What came of a replay.
pub(crate) struct Replay {
    /// Minutes until the roll back.
    pub(crate) caught: Option<u32>,
    /// The last verdict's words.
    pub(crate) why: String,
}

impl Fault {
    pub(crate) fn requests(&self) -> usize {
        self.minutes.iter().map(Vec::len).sum()
    }
}

/// Minutes of the canary and of the baseline, as a balancer would measure them.
struct Requests {
    stage: Stage,
    sides: [Vec<Minute>; 2],
}

impl Past for Requests {
    fn answer(
        &self,
        situation: &Situation,
        _: &[Question],
        question: &Question,
    ) -> Result<Answer, String> {
        let Question::Metric(metric) = question else { return Err(format!("{question:?}")) };
        let Subject::Of(side, _) = metric.subject else { return Err(format!("{metric:?}")) };
        let minutes = match side {
            Side::Green => &self.sides[0],
            Side::Blue => &self.sides[1],
        };
        let closed = metric.end.min(situation.now).0;
        let mut points = Vec::new();
        for (at, minute) in (0..).zip(minutes) {
            let time = self.stage.begin_of(at);
            let is_asked = metric.begin <= time && time.plus_s(60).0 <= closed;
            if is_asked && !minute.is_empty() {
                points.push(Point { time, value: measured(metric, minute)? });
            }
        }
        debug_assert!(points.iter().all(|point| point.time >= BEGIN));
        let completeness = match points.is_empty() {
            true => Completeness::Empty,
            false => Completeness::Complete,
        };
        Ok(Answer::Series(SeriesAnswer { id: metric.id.clone(), points, completeness }))
    }
}

/// A statistic of a minute's requests; times are in seconds.
fn measured(metric: &MetricQuestion, minute: &[f64]) -> Result<f64, String> {
    let count = |of: &dyn Fn(f64) -> bool| minute.iter().filter(|ms| of(**ms / 1e3)).count() as f64;
    let statistic = metric.statistic.as_str();
    match (metric.name.as_str(), statistic) {
        ("RequestCount", _) | (_, "SampleCount") => return Ok(count(&|_| true)),
        ("TargetResponseTime", _) => {}
        _ => return Err(format!("{metric:?}")),
    }
    if let Some(threshold) = statistic.strip_prefix("TC(").and_then(|it| it.strip_suffix(":)")) {
        let threshold_s: f64 = threshold.parse().map_err(|_| statistic.to_owned())?;
        return Ok(count(&|s| s > threshold_s));
    }
    let share = statistic.strip_prefix('p').and_then(|it| it.parse::<f64>().ok());
    let share = share.ok_or_else(|| statistic.to_owned())? / 100.0;
    Ok(percentile(&mut minute.to_vec(), share) / 1e3)
}

fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
