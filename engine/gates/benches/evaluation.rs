//! One evaluation against bare wasmtime: a `judge` of the latency gate on a fresh instance, on the
//! thread that runs it. Ours is store, limits, argument conversion, call and result checks; bare is
//! the same engine configuration, the same pre-linked instance and the same arguments, already
//! converted.

#[path = "../src/bindings.rs"]
mod bindings;
#[path = "../tests/guests/situation.rs"]
mod situation;
#[path = "../src/to_guest.rs"]
mod to_guest;

use std::error::Error;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use gates::{Budget, CachePolicy, Engine, Loaded, builtin, sandbox_config};
use rollout::Limits;
use runner::question::{
    Answer, Completeness, MetricQuestion, Point, Question, SeriesAnswer, Situation,
};
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

use crate::bindings::{GateWorldPre, wit};
use crate::situation::situation;

/// Pairs of which the ratio is the median.
const PAIRS: usize = 2_000;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What both sides are called with.
struct Bench {
    gate: Loaded,
    budget: Budget,
    situation: Situation,
    answers: Vec<Answer>,
    bare: GateWorldPre<()>,
    bare_situation: wit::Situation,
    bare_answers: Vec<wit::Answer>,
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| match Bench::new() {
    Ok(bench) => bench,
    Err(error) => {
        eprintln!("the benchmark cannot start: {error}");
        std::process::exit(1);
    }
});

impl Bench {
    fn new() -> Outcome<Self> {
        let component = builtin("latency").ok_or("no latency gate")?;
        let gate = Engine::new(&CachePolicy::Off)?.load("builtin:latency", component)?;
        let budget = Budget::new(Limits::default(), Duration::from_secs(10));
        // With a threshold of its own the gate asks for all it needs in one round.
        let mut situation =
            Situation { configuration: r#"{"threshold_ms": 300}"#.to_owned(), ..situation() };
        let answers: Vec<_> =
            gate.ask(&budget, &situation, &[])?.iter().filter_map(answer).collect();
        if answers.is_empty() {
            return Err("the gate asked for no metric".into());
        }
        situation.round = 1;
        let engine = wasmtime::Engine::new(&sandbox_config())?;
        let linker = Linker::new(&engine);
        let component = Component::from_binary(&engine, component)?;
        Ok(Bench {
            bare: GateWorldPre::new(linker.instantiate_pre(&component)?)?,
            bare_situation: to_guest::situation(&situation),
            bare_answers: to_guest::answers(&answers),
            gate,
            budget,
            situation,
            answers,
        })
    }

    fn evaluate(&self) -> usize {
        let turn = self.gate.judge(&self.budget, &self.situation, &self.answers, &[]);
        turn.map_or(0, |turn| turn.state.len())
    }

    fn evaluate_bare(&self) -> usize {
        let call = || -> wasmtime::Result<wit::Turn> {
            let mut store = Store::new(self.bare.engine(), ());
            store.set_fuel(self.budget.fuel)?;
            store.set_epoch_deadline(u64::MAX / 2);
            let instance = self.bare.instantiate(&mut store)?;
            let gate = instance.ecs_crd_gate_gate();
            gate.call_judge(&mut store, &self.bare_situation, &self.bare_answers, &[])
        };
        call().map_or(0, |turn| turn.state.len())
    }
}

/// A complete series for a metric question: steady traffic, all of it as fast as the baseline's.
fn answer(question: &Question) -> Option<Answer> {
    let Question::Metric(MetricQuestion { id, statistic, period_s, begin, end, .. }) = question
    else {
        return None;
    };
    let value = match statistic.as_str() {
        "SampleCount" | "Sum" => 600.0,
        count if count.starts_with("TC") => 30.0,
        _ => 0.2,
    };
    let periods = (end.0 - begin.0) / period_s;
    let times = (0..periods).map(|period| begin.plus_s(period * period_s));
    Some(Answer::Series(SeriesAnswer {
        id: id.clone(),
        points: times.map(|time| Point { time, value }).collect(),
        completeness: Completeness::Complete,
    }))
}

fn main() {
    let bench = &*BENCH;
    if bench.evaluate() == 0 || bench.evaluate() != bench.evaluate_bare() {
        eprintln!("the two sides do not agree; a judge that fails measures nothing");
        std::process::exit(1);
    }
    divan::main();
    ratio(bench);
}

/// Times both sides in turn, so that whatever else the machine does falls on both.
fn ratio(bench: &Bench) {
    let time = |call: &dyn Fn() -> usize| {
        let begun = Instant::now();
        divan::black_box(call());
        begun.elapsed()
    };
    let (mut ours, mut bare): (Vec<_>, Vec<_>) =
        (0..PAIRS).map(|_| (time(&|| bench.evaluate()), time(&|| bench.evaluate_bare()))).unzip();
    ours.sort_unstable();
    bare.sort_unstable();
    let (ours, bare) = (ours[PAIRS / 2], bare[PAIRS / 2]);
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    let points: usize = bench
        .answers
        .iter()
        .map(|answer| if let Answer::Series(series) = answer { series.points.len() } else { 0 })
        .sum();
    println!("{} answers of {points} points, medians of {PAIRS} pairs:", bench.answers.len());
    println!("ours {ours:?}, bare wasmtime {bare:?}, ratio {ratio:.2} (goal: at most 2)");
}

#[divan::bench]
fn ours(bencher: divan::Bencher) {
    bencher.bench(|| BENCH.evaluate());
}

#[divan::bench]
fn bare_wasmtime(bencher: divan::Bencher) {
    bencher.bench(|| BENCH.evaluate_bare());
}
