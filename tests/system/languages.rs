//! What `plugin new` writes, in every language: it builds with its one command, passes its tests,
//! keeps the contract, and then guards a rollout. A toolchain that cannot be had is a failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;

use crate::program::{Place, Ran};
use crate::venv::cache;

/// One project installs its toolchain at a time: package managers lock each other out.
static INSTALLING: Mutex<()> = Mutex::new(());

/// A project of an author, written by `plugin new`.
struct Project {
    _folder: TempDir,
    path: PathBuf,
}

impl Project {
    fn new(language: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("our-gate");
        let out = path.display().to_string();
        let arguments = ["plugin", "new", "--lang", language, "our-gate", "--out", &out];
        let ran = Place::new().run(&arguments);
        assert_eq!((ran.exit_code, ran.err.as_str()), (0, ""), "{}", ran.out);
        Project { _folder: folder, path }
    }

    /// Runs a script of the project as an author does, with the program in PATH. What cargo and go
    /// build on the way is kept for the next run.
    fn run(&self, script: &str) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_ecs-crd")).parent().expect("a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [program.to_owned()].into_iter().chain(std::env::split_paths(&path));
        let output = Command::new(format!("./{script}"))
            .current_dir(&self.path)
            .env("PATH", std::env::join_paths(path).expect("a path"))
            .env("CARGO_TARGET_DIR", cache().join("templates-target"))
            .env("GOCACHE", cache().join("templates-go"))
            .output();
        Ran::from(&output.unwrap_or_else(|why| panic!("{script}: {why}")))
    }

    /// `./build`; or, where a toolchain writes other bytes each time, what the very same files made
    /// in an earlier run, which the host has compiled already.
    fn build(&self, language: &str) {
        let kept = cache().join(format!("templates-{language}"));
        let wasm = self.path.join("our-gate.wasm");
        let inputs = ["js", "python"].contains(&language).then(|| self.inputs());
        let is_kept = inputs.is_some() && fs::read_to_string(kept.join("inputs")).ok() == inputs;
        if is_kept && fs::copy(kept.join("our-gate.wasm"), &wasm).is_ok() {
            return;
        }
        let _lock = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let built = self.run("build");
        assert_eq!(built.exit_code, 0, "{language}: ./build failed\n{}{}", built.out, built.err);
        if let Some(inputs) = inputs {
            // The inputs last, so that they never stand beside what others made.
            fs::create_dir_all(&kept).expect("a folder");
            fs::write(kept.join("inputs"), "").expect("a file");
            fs::copy(&wasm, kept.join("our-gate.wasm")).expect("a copy");
            fs::write(kept.join("inputs"), inputs).expect("a file");
        }
    }

    /// All that goes into a build: every file as it was written, toolchain and its version included.
    fn inputs(&self) -> String {
        let mut folders = vec![self.path.clone()];
        let mut files = BTreeMap::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                match fs::read_to_string(&path) {
                    Ok(text) => drop(files.insert(path, text)),
                    Err(_) => folders.push(path),
                }
            }
        }
        let named = |(path, text): (PathBuf, String)| {
            let path = path.strip_prefix(&self.path).expect("below it").display().to_string();
            format!("== {path}\n{text}")
        };
        files.into_iter().map(named).collect()
    }

    fn rehearse(&self, scenario: &str) -> Ran {
        let path = |name: &str| self.path.join(name).display().to_string();
        let scenario = path(&format!("scenarios/{scenario}.yml"));
        Place::new().run(&["rehearse", "-f", &path("svc.yml"), "--scenario", &scenario])
    }
}

/// From nothing to a gate that guards a rollout, by the commands of the guide.
fn guards_a_rollout(language: &str) -> Project {
    let project = Project::new(language);
    project.build(language);
    let tested = project.run("test");
    assert_eq!(tested.exit_code, 0, "{language}: ./test failed\n{}{}", tested.out, tested.err);
    for said in ["our-gate.wasm keeps the contract", " cases passed"] {
        assert!(tested.out.contains(said), "{language}: {said}\n{}", tested.out);
    }

    let slow = project.rehearse("slow");
    assert_eq!(slow.exit_code, 10, "{language}: {}{}", slow.out, slow.err);
    assert!(slow.out.contains("our-gate: p99 671 ms; strikes over 500 ms: 3 of 3"), "{}", slow.out);
    let healthy = project.rehearse("healthy");
    assert_eq!(healthy.exit_code, 0, "{language}: {}{}", healthy.out, healthy.err);
    assert!(healthy.out.contains("3 calm minutes at weight 100"), "{}", healthy.out);
    project
}

#[test]
fn a_gate_in_rust_guards_a_rollout_and_is_heard_when_it_panics() {
    let project = guards_a_rollout("rust");
    let source = project.path.join("src/lib.rs");
    let rule = fs::read_to_string(&source).expect("the gate");
    let begin = "let missing = read(look, answers, fresh).err();";
    let panics =
        format!("assert!(answers.is_empty(), \"what are {{}} for?\", answers.len());{begin}");
    assert!(rule.contains(begin), "{rule}");
    fs::write(&source, rule.replace(begin, &panics)).expect("written");
    project.build("rust");
    let held = project.rehearse("healthy");
    assert_ne!(held.exit_code, 0, "{}", held.out);
    for said in ["our-gate: error: panicked at src/lib.rs:", ": what are 2 for? — `judge` trapped"]
    {
        assert!(held.out.contains(said), "{said}\n{}", held.out);
    }
}

#[test]
fn a_gate_in_javascript_guards_a_rollout() {
    guards_a_rollout("js");
}

#[test]
fn a_gate_in_python_guards_a_rollout() {
    guards_a_rollout("python");
}

#[test]
fn a_gate_in_c_guards_a_rollout() {
    guards_a_rollout("c");
}

#[test]
fn a_gate_in_go_guards_a_rollout() {
    guards_a_rollout("go");
}

#[test]
fn a_bad_name_and_a_folder_with_something_in_it_are_refused() {
    let place = Place::new();
    for name in ["Gate", "9-lives", "a--b", "a-", "naïve", "a/b", ""] {
        let ran = place.run(&["plugin", "new", "--lang", "go", name]);
        assert_eq!(ran.exit_code, 2, "{name}: {}", ran.out);
        assert!(ran.err.contains("is no name for a gate"), "{name}: {}", ran.err);
    }
    let kept = place.path().join("mine/gate.go");
    fs::create_dir(place.path().join("mine")).expect("a folder");
    fs::write(&kept, "package mine").expect("a file");
    let ran = place.run(&["plugin", "new", "--lang", "go", "mine"]);
    assert_eq!(ran.exit_code, 2, "{}", ran.out);
    assert!(ran.err.contains("nothing is overwritten"), "{}", ran.err);
    assert_eq!(fs::read_to_string(kept).expect("the file"), "package mine");
}

#[test]
fn what_is_no_core_module_is_not_encoded() {
    let place = Place::new();
    let wasm = "plugins/dist/latency.wasm";
    let refused = [
        ("README.md", "README.md: this is not a core module"),
        (wasm, "plugins/dist/latency.wasm: this is a component already"),
        ("nothing.wasm", "nothing.wasm: No such file"),
    ];
    for (module, reason) in refused {
        let ran = place.run(&["plugin", "encode", module, "--out", "gate.wasm"]);
        assert_eq!(ran.exit_code, 2, "{module}: {}", ran.out);
        assert!(ran.err.contains(reason), "{module}: {}", ran.err);
        assert!(!place.path().join("gate.wasm").exists(), "{module}");
    }
}
