//! What the program costs as a process, in release: wall time from start to exit, and the largest
//! resident set. `cargo bench -p ecs-crd`; peaks are read from /proc, so it needs Linux.
#![expect(clippy::unwrap_used, reason = "without a run there is nothing to measure")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A command line, and how often it is run for its time; for its peak it is run five times.
struct Measured {
    name: &'static str,
    arguments: &'static [&'static str],
    /// What is run first in the same home, for the compiled gates it leaves there.
    before: Option<&'static [&'static str]>,
    times: usize,
}

const DEPLOY: &[&str] = &["deploy", "-f", "examples/shop/svc.yml", "--cloud", "sim"];
const REHEARSE: &[&str] = &["rehearse", "-f", "examples/shop/svc.yml"];

const VALIDATE: &[&str] = &["validate", "-f", "examples/shop/svc.yml"];

const ALL: [Measured; 5] = [
    Measured { name: "version", arguments: &["version"], before: None, times: 50 },
    Measured { name: "validate", arguments: VALIDATE, before: None, times: 50 },
    Measured { name: "rehearse", arguments: REHEARSE, before: Some(REHEARSE), times: 9 },
    Measured { name: "deploy", arguments: DEPLOY, before: Some(REHEARSE), times: 9 },
    Measured { name: "deploy, nothing compiled", arguments: DEPLOY, before: None, times: 5 },
];

fn main() {
    println!("{:<26} {:>10} {:>10}", "", "median", "peak");
    for measured in &ALL {
        let times = (0..measured.times).map(|_| measured.time()).collect();
        let peaks = (0..5).map(|_| measured.peak_kib()).collect();
        let time_ms = 1e3 * median::<Duration>(times).as_secs_f64();
        let peak_mib = median::<u64>(peaks) as f64 / 1024.0;
        println!("{:<26} {time_ms:>7.1} ms {peak_mib:>6.1} MiB", measured.name);
    }
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

impl Measured {
    fn time(&self) -> Duration {
        let home = self.home();
        let begun = Instant::now();
        let status = start(self.arguments, home.path()).wait().unwrap();
        let time = begun.elapsed();
        assert!(status.success(), "{}: {status}", self.name);
        time
    }

    /// The largest `VmHWM` the process was ever seen with: what it grows by in its last
    /// microseconds is missed.
    fn peak_kib(&self) -> u64 {
        let home = self.home();
        let mut child = start(self.arguments, home.path());
        let status = format!("/proc/{}/status", child.id());
        let mut peak_kib = 0;
        while child.try_wait().unwrap().is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            peak_kib = peak_kib.max(high_water_kib(&text).unwrap_or(0));
        }
        peak_kib
    }

    /// A home of its own: no ledger, and compiled gates only where they are wanted.
    fn home(&self) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        if let Some(before) = self.before {
            assert!(start(before, home.path()).wait().unwrap().success());
        }
        home
    }
}

fn start(arguments: &[&str], home: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ecs-crd"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn high_water_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
