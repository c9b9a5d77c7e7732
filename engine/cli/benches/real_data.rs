//! The built-in gates over all of the real data: NAB's CloudWatch series and Nezha's faults. Prints
//! the tables of plugins/README.md. Reads `../shared/data` beside the checkout, or the folder that
//! ECS_CRD_DATA names.
#![expect(clippy::panic, clippy::expect_used, reason = "without data there is nothing to measure")]

#[path = "../../../tests/system/real_data/nezha.rs"]
mod nezha;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use backtest::{Contender, Drawing, Recording, Replays, Seat, over_metrics};
use flate2::read::GzDecoder;
use gates::{CachePolicy, Engine, Gate, Host, builtin};
use nezha::{Fault, MINUTES, Nezha};
use report::{Rate, metrics_text};
use rollout::Limits;

const SEED: u64 = 1;
const REPLAYS: u32 = 900;
/// Draws of each fault.
const DRAWS: u64 = 100;
const SEATS: usize = 2;

/// Comparisons of one metric, as a file would have them: name, plugin, configuration.
const COMPARING: [[&str; 3]; 3] = [
    [
        "cloudwatch-metrics",
        "cloudwatch-metrics",
        r#"{ "checks": [{ "name": "value", "compare": {}, "metric": {
            "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "canary" } }] }"#,
    ],
    [
        "kayenta, every five minutes",
        "kayenta",
        r#"{ "analysisIntervalMins": 5, "lifetimeDurationMins": 20, "metrics": [{ "name": "value",
            "direction": "increase", "query": {
            "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "canary" } }] }"#,
    ],
    [
        "kayenta, at the end",
        "kayenta",
        r#"{ "judge": "at-end", "lifetimeDurationMins": 20, "metrics": [{ "name": "value",
            "direction": "increase", "query": {
            "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "canary" } }] }"#,
    ],
];

/// What judges how long requests took; the first by the share of slow ones.
const TIMING: [[&str; 3]; 3] = [
    ["latency", "latency", ""],
    [
        "cloudwatch-metrics, p95",
        "cloudwatch-metrics",
        r#"{ "checks": [{ "name": "p95", "compare": {}, "metric": {
            "namespace": "AWS/ApplicationELB", "name": "TargetResponseTime", "statistic": "p95",
            "of": "canary", "part": "target-group" } }] }"#,
    ],
    [
        "kayenta, p95, every five minutes",
        "kayenta",
        r#"{ "analysisIntervalMins": 5, "lifetimeDurationMins": 15, "metrics": [{ "name": "p95",
            "direction": "increase", "query": { "namespace": "AWS/ApplicationELB",
            "name": "TargetResponseTime", "statistic": "p95", "of": "canary",
            "part": "target-group" } }] }"#,
    ],
];

fn main() {
    let Some(data) = folder() else {
        eprintln!(
            "the data is not here: put it into ../shared/data beside the checkout (nab/*.csv, \
             nezha/requests-2022-08-22.csv.gz and its faults), or name its folder in ECS_CRD_DATA"
        );
        std::process::exit(2);
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        nezha_faults(&data.join("nezha")).await;
        nab(&data.join("nab")).await;
    });
}

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let named = std::env::var_os("ECS_CRD_DATA").map(PathBuf::from);
    named.or(Some(beside)).filter(|folder| folder.join("nab").is_dir())
}

fn seats(gate: &str) -> Vec<String> {
    (0..SEATS).map(|seat| format!("{gate}/{seat}")).collect()
}

fn host(gates: &[[&str; 3]]) -> Host {
    let engine = Engine::new(&CachePolicy::User).expect("an engine");
    let gates = gates.iter().flat_map(|[name, plugin, _]| {
        let component = builtin(plugin).unwrap_or_else(|| panic!("there is no {plugin}"));
        let loaded = engine.load(plugin, component).unwrap_or_else(|error| panic!("{error}"));
        seats(name).into_iter().map(move |name| Gate {
            name,
            loaded: loaded.clone(),
            limits: Limits::default(),
            timeout: Duration::from_secs(60),
        })
    });
    Host::new(gates.collect())
}

async fn nab(folder: &Path) {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "csv"));
    paths.sort();
    let recordings: Vec<Recording> = paths
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let text =
                std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            Recording::read(&name, &text).unwrap_or_else(|why| panic!("{why}"))
        })
        .collect();
    let gates = COMPARING.map(|[name, _, configuration]| Contender {
        name: name.to_owned(),
        seats: seats(name),
        configuration: configuration.to_owned(),
    });
    let drawing = Drawing { seed: SEED, replays: REPLAYS, intervals: 20 };
    let factors = vec![1.1, 1.25, 1.5, 2.0, 3.0, 5.0];
    let replays = Replays { drawing, period_s: 60, factors };
    let begun = Instant::now();
    let told = over_metrics(&host(&COMPARING), &gates, &recordings, &replays).await;
    let told = told.unwrap_or_else(|why| panic!("{why}"));
    println!("## NAB, {:.0} s\n\n{}", begun.elapsed().as_secs_f64(), metrics_text(&told));
}

async fn nezha_faults(folder: &Path) {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    };
    let mut requests = String::new();
    let packed = read("requests-2022-08-22.csv.gz");
    GzDecoder::new(&*packed).read_to_string(&mut requests).expect("the requests");
    let faults = String::from_utf8(read("faults-2022-08-22.json")).expect("the faults");
    let nezha = Nezha::read(&requests, &faults);
    println!(
        "\n## Nezha: {MINUTES} minutes; slow is above {:.0} ms, {:.1} % of {} fault-free minutes\n",
        nezha.threshold_ms,
        nezha.slow(&nezha.free) * 100.0,
        nezha.free.len()
    );
    let (host, own) = (host(&TIMING), nezha.configuration());
    for [name, plugin, configuration] in TIMING {
        let seats = seats(name);
        let configuration = if plugin == "latency" { &own } else { configuration };
        let seat = Seat { host: &host, gate: &seats[0] };
        let asked = Asked { nezha: &nezha, seat, configuration };
        asked.tell(name).await;
    }
}

/// The gate that is asked about a day.
struct Asked<'a> {
    nezha: &'a Nezha,
    seat: Seat<'a>,
    configuration: &'a str,
}

/// What came of some draws.
struct Drawn {
    /// Minutes until each roll back, in rising order.
    caught: Vec<u32>,
    /// The last words of a draw that was not caught.
    words: Option<String>,
}

impl Asked<'_> {
    /// Tells false alarms, and what came of each fault.
    async fn tell(&self, name: &str) {
        let Asked { nezha, .. } = self;
        println!("### {name}\n");
        let apart = Some(&*nezha.free);
        for (what, canary) in [("the same minutes", None), ("minutes drawn apart", apart)] {
            let alarms = self.draws(canary, REPLAYS.into()).await.caught.len() as u64;
            let high = Rate::of(alarms, REPLAYS.into()).high * 100.0;
            println!("A/A of {what}: {alarms} of {REPLAYS} rolled back, at most {high:.2} %\n");
        }
        println!("| fault | of | requests | slow | caught | median minutes | why not |");
        println!("| --- | --- | ---: | ---: | ---: | ---: | --- |");
        let (mut caught, mut draws) = (0, 0);
        for fault in &nezha.faults {
            let drawn = self.draws(Some(&fault.minutes), DRAWS).await;
            if nezha.is_seen(fault) {
                caught += drawn.caught.len() as u64;
                draws += DRAWS;
            }
            println!("{}", row(nezha, fault, &drawn));
        }
        let share = Rate::of(caught, draws).share * 100.0;
        let (requests, ratio) = (nezha::REQUESTS, nezha::RATIO);
        println!(
            "\nOf those with {requests} requests and {ratio} times the slow share: {caught} of \
             {draws}, {share:.1} %\n"
        );
    }

    /// Draws replays; a fault without requests has none to draw from.
    async fn draws(&self, canary: Option<&[nezha::Minute]>, draws: u64) -> Drawn {
        let mut drawn = Drawn { caught: Vec::new(), words: None };
        let is_empty = canary.is_some_and(<[_]>::is_empty);
        for draw in 0..if is_empty { 0 } else { draws } {
            let seed = SEED + draw;
            let replay = self.nezha.replay(self.seat, self.configuration, canary, seed).await;
            match replay.caught {
                Some(after) => drawn.caught.push(after),
                None => drawn.words = Some(replay.why),
            }
        }
        drawn.caught.sort_unstable();
        drawn
    }
}

fn row(nezha: &Nezha, fault: &Fault, drawn: &Drawn) -> String {
    let cells = [
        fault.kind.clone(),
        fault.pod.split('-').next().unwrap_or_default().to_owned(),
        fault.requests().to_string(),
        format!("{:.1} %", nezha.slow(&fault.minutes) * 100.0),
        format!("{} of {DRAWS}", drawn.caught.len()),
        drawn.caught.get(drawn.caught.len() / 2).map_or_else(String::new, ToString::to_string),
        reason(nezha, fault, drawn.words.as_deref()),
    ];
    format!("| {} |", cells.join(" | "))
}

/// Why some draws of a fault were not caught.
fn reason(nezha: &Nezha, fault: &Fault, last_words: Option<&str>) -> String {
    let ratio = nezha.slow(&fault.minutes) / nezha.slow(&nezha.free);
    match last_words {
        _ if fault.requests() == 0 => "no request in its minutes".to_owned(),
        None => String::new(),
        Some(_) if ratio < 1.0 => format!("fewer slow requests than without a fault (×{ratio:.2})"),
        Some(_) if ratio < nezha::RATIO => format!("hardly slower (×{ratio:.2})"),
        Some(words) => format!("×{ratio:.2}; at last: {words}"),
    }
}
