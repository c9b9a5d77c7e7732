//! Gates in five languages, as `plugin new` writes them and their own `./build` builds them: what a
//! look with twenty of them costs the host, four of each and with one in Python, and how soon a fresh
//! process has the first verdict of the Python one. Compiled code is cached before anything is timed.
//! `cargo bench -p ecs-crd --bench languages`
#![expect(clippy::unwrap_used, reason = "without a gate there is nothing to measure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gates::{CachePolicy, Engine, Gate, Host};
use rollout::Limits;
use runner::GateHost;
use runner::cases::{SituationPart, sample_answer};
use runner::question::{Situation, TurnOutcome};
use tokio::task::JoinSet;

const LANGUAGES: [&str; 5] = ["rust", "c", "js", "go", "python"];
/// Twenty gates: how many of each language.
const MIXES: [(&str, [usize; 5]); 2] =
    [("four of each", [4; 5]), ("one in Python", [5, 5, 5, 4, 1])];
const LOOKS: usize = 50;
const PROCESSES: usize = 20;
/// Second of the deployment at which is looked.
const AT_S: u32 = 1_200;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let components = LANGUAGES.map(|language| {
        let component = built(language, folder.path());
        println!("{language:<8} {:>9} bytes", fs::metadata(&component).unwrap().len());
        component
    });
    let cache = folder.path().join("cache");
    for (mix, gates) in MIXES {
        look_of_many(mix, gates, &components, &cache);
    }
    first_verdict(&components, folder.path());
}

/// A project's component.
fn built(language: &str, folder: &Path) -> PathBuf {
    let name = format!("{language}-gate");
    let project = folder.join(&name);
    let mut new = Command::new(env!("CARGO_BIN_EXE_ecs-crd"));
    new.args(["plugin", "new", "--lang", language, &name, "--out"]).arg(&project);
    assert!(new.stdout(Stdio::null()).status().unwrap().success(), "{language}");
    let program = Path::new(env!("CARGO_BIN_EXE_ecs-crd")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = [program.to_owned()].into_iter().chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).unwrap();
    let build = Command::new("./build").current_dir(&project).env("PATH", path).output().unwrap();
    assert!(build.status.success(), "{language}: {}", String::from_utf8_lossy(&build.stderr));
    project.join(name).with_extension("wasm")
}

/// All of them asked, all of them judging, as a look does it: each on a blocking thread.
fn look_of_many(mix: &str, gates: [usize; 5], components: &[PathBuf], cache: &Path) {
    let engine = Engine::new(&CachePolicy::Folder(cache.to_owned())).unwrap();
    let gates = components.iter().zip(gates).flat_map(|(path, gates)| {
        let loaded = engine.load(&path.display().to_string(), &fs::read(path).unwrap()).unwrap();
        (0..gates).map(move |number| Gate {
            name: format!("{}-{number}", path.display()),
            loaded: loaded.clone(),
            limits: Limits::default(),
            timeout: Duration::from_secs(10),
        })
    });
    let gates: Vec<Gate> = gates.collect();
    let names: Vec<String> = gates.iter().map(|gate| gate.name.clone()).collect();
    let host = Arc::new(Host::new(gates));
    let configuration = r#"{ "budget_ms": 500 }"#.to_owned();
    let situation = SituationPart::default().situation(AT_S);
    let situation = Arc::new(Situation { configuration, ..situation });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut times: Vec<Duration> = (0..=LOOKS)
        .map(|_| {
            let begun = Instant::now();
            let verdicts = runtime.block_on(look(&host, &names, &situation));
            assert_eq!(verdicts, names.len(), "every gate came to a verdict");
            begun.elapsed()
        })
        .collect();
    // The first makes the threads.
    times.remove(0);
    tell(&format!("a look of {} gates, {mix}", names.len()), times);
}

/// How many of the gates came to a verdict.
async fn look(host: &Arc<Host>, names: &[String], situation: &Arc<Situation>) -> usize {
    let mut asked = JoinSet::new();
    for name in names {
        let (host, situation, name) = (host.clone(), situation.clone(), name.clone());
        asked.spawn(async move {
            let questions = host.ask(&name, &situation, &[]).await.unwrap();
            let answers: Vec<_> =
                questions.iter().map(|it| sample_answer(it, situation.now)).collect();
            let turn = host.judge(&name, &situation, &answers, &[]).await.unwrap();
            usize::from(matches!(turn.outcome, TurnOutcome::Verdict(_)))
        });
    }
    asked.join_all().await.into_iter().sum()
}

/// From the start of a process to its end, in which the Python gate came to one verdict.
fn first_verdict(components: &[PathBuf], folder: &Path) {
    let python = components.last().unwrap();
    let case = folder.join("one.yml");
    fs::write(
        &case,
        "configuration: { budget_ms: 500 }\nanswers: { \"*\": 1 }\nlooks: [{ at: 1200 }]\n",
    )
    .unwrap();
    let run = || {
        let begun = Instant::now();
        let ran = Command::new(env!("CARGO_BIN_EXE_ecs-crd"))
            .args(["plugin", "test"])
            .args([python, &case])
            .env("XDG_CACHE_HOME", folder.join("home"))
            .output()
            .unwrap();
        let took = begun.elapsed();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
        took
    };
    println!("{:<34} {:>8.1} ms", "a verdict of Python, first compiled", 1e3 * run().as_secs_f64());
    tell("a verdict of Python, fresh process", (0..PROCESSES).map(|_| run()).collect());
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| 1e3 * times[times.len() * part / 100].as_secs_f64();
    println!("{what:<34} {:>8.1} ms median, {:>6.1} ms in nine of ten", at(50), at(90));
}
