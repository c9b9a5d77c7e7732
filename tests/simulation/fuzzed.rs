//! What fuzzing found interesting, played again: `tests/fuzz/run` finds more.

#[path = "../fuzz/checks/manifest.rs"]
mod manifest;
#[path = "../fuzz/checks/scenario.rs"]
mod scenario;

use crate::story::top;

/// Checks every input that is kept for a target, and says how many there are.
fn replay(target: &str, check: fn(&[u8])) -> usize {
    let folder = top().join("tests/fuzz/corpus").join(target);
    let inputs = std::fs::read_dir(&folder).expect("the corpus");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("an input").path();
        let bytes = std::fs::read(&path).expect("an input");
        check(&bytes);
    };
    inputs.map(read).count()
}

#[test]
fn no_deployment_file_that_fuzzing_kept_makes_it_panic() {
    assert!(replay("manifest", manifest::check) > 20);
}

#[test]
fn no_scenario_that_fuzzing_kept_makes_it_panic() {
    assert!(replay("scenario", scenario::check) > 20);
}
