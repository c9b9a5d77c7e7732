//! All hostile gates at once beside a good one, in one deployment by the program: it lives, memory
//! and time stay bounded, each says why it holds, and the good one rolls a bad release back.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::faults::FAULTS;
use crate::guest::guest;
use crate::program::Place;

/// What the program may map to write in all: four evaluations of 64 MiB at once, threads and itself,
/// beside 400 MiB of address space that the pool sets aside for tables.
const MEMORY_KIB: u32 = 1 << 20;
/// Every evaluation is over by fuel; some of them are made several times in this story.
const TIME: Duration = Duration::from_secs(240);

/// Remembers too much, but is only asked to remember after a promote.
const NEVER_ASKED: &str = "remembers-17-kib";

fn deployment(names: &[&str]) -> String {
    let hostile: String = names
        .iter()
        .map(|name| format!("    - {{ name: {name}, plugin: {name}.wasm, every: 300 }}\n"))
        .collect();
    format!(
        "canary:
  group: private
  releases: {{ blue: 1, green: 2 }}
  gates:
    - {{ name: errors, plugin: \"builtin:error-rate\", every: 60 }}
{hostile}  strategy:
    - {{ weight: 25, wait: 300, max_wait: 600 }}
service:
  project: demo
  name: shop
  version: 1.4.2
  fqdn: shop.example.com
  containers:
    - {{ name: web, memory: 256, port_mappings: [{{ container_port: 8080 }}] }}
target_groups:
  - {{ container: {{ name: web, port: 8080 }}, health_check: {{ path: /health }} }}
listeners:
  - {{ port: 80, target_group: {{ container: {{ name: web, port: 8080 }} }} }}
"
    )
}

#[test]
fn s13_all_hostile_gates_at_once_hold_with_their_reasons_and_the_good_one_is_heard() {
    let place = Place::new();
    let mut names: Vec<&str> = FAULTS.iter().map(|(name, ..)| *name).collect();
    names.retain(|name| *name != NEVER_ASKED);
    names.extend(["asks-for-ever", "reads-the-world", "sleeps", "keeps-100-mib"]);
    for name in &names {
        let path = place.path().join(name).with_extension("wasm");
        std::fs::write(path, guest(name)).expect("the guest");
    }
    std::fs::write(place.path().join("svc.yml"), deployment(&names)).expect("the file");
    let begun = Instant::now();
    let scenario = "examples/shop/scenarios/error-regression.yml";
    let deploy = ["deploy", "-f", "svc.yml", "--cloud", "sim", "--output", "json", "--scenario"];
    let deploy = place.command(&[&deploy[..], &[scenario]].concat());
    let ran = within_memory(&deploy).output().expect("it starts");
    let took = begun.elapsed();
    let [out, err] = [&ran.stdout, &ran.stderr].map(|it| String::from_utf8_lossy(it).into_owned());
    assert_eq!(ran.status.signal(), None, "the program lives: {err}");
    assert_eq!(ran.status.code(), Some(10), "{err}\n{out}");
    assert!(took < TIME, "{took:?}");
    let said = |name: &str| {
        let of_gate = format!("\"gate\":\"{name}\"");
        out.lines().filter(|line| line.contains(&of_gate)).collect::<Vec<_>>().join("\n")
    };
    for (name, code, held) in FAULTS.iter().filter(|(name, ..)| *name != NEVER_ASKED) {
        let said = said(name);
        assert!(said.contains(code) && said.contains(held), "{name}: {said}");
    }
    for (name, held) in [
        ("asks-for-ever", "8 rounds"),
        ("keeps-100-mib", "its limit is 64 MiB"),
        ("reads-the-world", "hold"),
        ("sleeps", "hold"),
    ] {
        assert!(said(name).contains(held), "{name}: {}", said(name));
    }
    let errors = said("errors");
    assert!(errors.contains("\"decision\":\"rollback\""), "{errors}");
}

/// The same command in a process that dies when it writes to more memory than that.
fn within_memory(command: &Command) -> Command {
    let mut bounded = Command::new("sh");
    bounded.args(["-c", &format!("ulimit -d {MEMORY_KIB} && exec \"$@\""), "sh"]);
    bounded.arg(command.get_program()).args(command.get_args()).env_clear();
    bounded.current_dir(command.get_current_dir().expect("a place"));
    bounded.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bounded
}
