//! `dry-run` beside the predecessor's: the same file, the same emulator, in one run. Medians of ten
//! of the wall time and of the largest resident set, that of files' pages (of the program itself,
//! shared and dropped at need) and without them, and the calls of AWS that each makes.
//! `cargo bench -p ecs-crd --bench dry_run`; peaks are read from /proc, so it needs Linux.
//! With `-- --functions PROGRAM` it prints the functions of that program that a dry run executes
//! instead, by their symbols (`engine/cli/renew-hot-functions`).
#![expect(clippy::panic, clippy::unwrap_used, reason = "without a run there is nothing to measure")]

#[path = "../../../tests/system/aws_wire/emulator.rs"]
mod emulator;
#[path = "../../../tests/system/venv.rs"]
#[expect(dead_code, reason = "tests install what is to be installed exactly")]
mod venv;

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use emulator::{control, endpoint};
use serde_json::{Value, json};

const ACCOUNT: &str = "500000000001";
const REGION: &str = "eu-west-3";
const RUNS: usize = 10;

/// A file as the predecessor's users have them.
const FILE: &str = r#"
canary:
  group: private
  releases: { blue: 1, green: 2 }
  scale: { desired: 2, wait: 60 }
  strategy: [{ weight: 10, wait: 70 }, { weight: 60, wait: 60 }]
service:
  project: demo
  name: webapi
  version: 1.1.0
  fqdn: webapi.example.com
  containers: [{ cpu: 128, memory: 256, port_mappings: [{ container_port: 8080, host_port: 0 }] }]
target_groups: [{ container: { port: 8080 }, health_check: { path: /health } }]
listeners: [{ port: 8080, target_group: { container: { port: 8080 } } }]
"#;

/// What ten runs came to.
struct Measured {
    time_ms: f64,
    peak_mib: f64,
    /// Of the peak, what is no page of a file.
    own_mib: f64,
    calls: usize,
}

fn main() {
    control("POST", "account", ACCOUNT, &json!({}));
    control("POST", "live", ACCOUNT, &json!({}));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("svc.yml"), FILE).unwrap();
    let mut arguments = env::args().skip_while(|it| it != "--functions").skip(1);
    if let Some(program) = arguments.next() {
        return list_functions(Path::new(&program), folder.path());
    }
    let system = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/system/predecessor");
    let python = venv::with("predecessor-pinned", &system.join("pinned.txt")).join("bin/python");
    let script = system.join("at_endpoint.py");

    let predecessors = measure(|| {
        let mut command = Command::new(&python);
        command.arg(&script).args(["dry-run", "-e", "stage", "-r", REGION, "-f", "svc.yml"]);
        start(command, folder.path())
    });
    let ours = measure(|| start(ours(env!("CARGO_BIN_EXE_ecs-crd")), folder.path()));
    println!("{:<26} {:>10} {:>10} {:>10} {:>6}", "", "median", "peak", "own", "calls");
    for (name, it) in [("ecs-crd-cli 1.2.0, pinned", &predecessors), ("ecs-crd", &ours)] {
        println!(
            "{name:<26} {:>7.0} ms {:>6.1} MiB {:>6.1} MiB {:>6}",
            it.time_ms, it.peak_mib, it.own_mib, it.calls
        );
    }
    println!(
        "ecs-crd takes {:.2} of its time, {:.2} of its memory, {:.2} without pages of files",
        ours.time_ms / predecessors.time_ms,
        ours.peak_mib / predecessors.peak_mib,
        ours.own_mib / predecessors.own_mib
    );
}

fn ours(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.args(["dry-run", "-f", "svc.yml"]);
    command
}

/// Prints the symbols of the program's functions that valgrind saw executed; one without a symbol is
/// told by its address there, and left out.
fn list_functions(program: &Path, folder: &Path) {
    let calls = folder.join("calls");
    let program = program.canonicalize().unwrap();
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--demangle=no", "--compress-strings=no"]);
    valgrind.arg(format!("--callgrind-out-file={}", calls.display()));
    let dry_run = ours(&program);
    valgrind.arg(dry_run.get_program()).args(dry_run.get_args());
    assert!(start(valgrind, folder).wait().unwrap().success(), "valgrind");
    let calls = fs::read_to_string(calls).unwrap();
    let mut object = PathBuf::new();
    let mut functions = BTreeSet::new();
    for line in calls.lines() {
        if let Some(path) = line.strip_prefix("ob=") {
            object = path.into();
        } else if let Some(name) = line.strip_prefix("fn=").filter(|_| object == program) {
            // A recursive function is told of once a depth: `name'2`.
            functions.insert(name.split('\'').next().unwrap_or(name));
        }
    }
    functions.retain(|name| !name.starts_with("0x") && !name.starts_with('('));
    assert!(!functions.is_empty(), "the program has no symbols");
    functions.iter().for_each(|name| println!("{name}"));
}

fn start(mut command: Command, folder: &Path) -> Child {
    command
        .current_dir(folder)
        .env("AWS_ENDPOINT_URL", endpoint())
        .env("AWS_ACCESS_KEY_ID", format!("AKIA{ACCOUNT}TEST"))
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs are timed first, and watched for their peak afterwards: to watch takes time from them.
fn measure(start: impl Fn() -> Child) -> Measured {
    assert!(start().wait().unwrap().success(), "the first run");
    control("DELETE", "calls", ACCOUNT, &Value::Null);
    let times: Vec<Duration> = (0..RUNS).map(|_| timed(start())).collect();
    let calls = control("GET", "calls", ACCOUNT, &Value::Null).as_array().unwrap().len() / RUNS;
    let (peaks, own): (Vec<u64>, Vec<u64>) = (0..RUNS).map(|_| peaks_kib(start())).unzip();
    Measured {
        time_ms: 1e3 * median(times).as_secs_f64(),
        peak_mib: median(peaks) as f64 / 1024.0,
        own_mib: median(own) as f64 / 1024.0,
        calls,
    }
}

fn timed(mut child: Child) -> Duration {
    let begun = Instant::now();
    assert!(child.wait().unwrap().success());
    begun.elapsed()
}

/// The largest `VmHWM` and `RssAnon` the process was ever seen with.
fn peaks_kib(mut child: Child) -> (u64, u64) {
    let status = format!("/proc/{}/status", child.id());
    let (mut peak_kib, mut own_kib) = (0, 0);
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let kib = |name: &str| -> u64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
            kib.unwrap_or(0)
        };
        peak_kib = peak_kib.max(kib("VmHWM:"));
        own_kib = own_kib.max(kib("RssAnon:"));
    }
    (peak_kib, own_kib)
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}
