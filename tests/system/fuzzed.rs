//! What fuzzing the host found interesting, played again: `tests/fuzz/run` finds more.

#[path = "../fuzz/checks/host.rs"]
mod host;

use crate::story::top;

#[test]
fn s13_no_guest_that_fuzzing_kept_brings_the_host_down() {
    let inputs = std::fs::read_dir(top().join("tests/fuzz/corpus/host")).expect("the corpus");
    let mut checked = 0;
    for input in inputs {
        let path = input.expect("an input").path();
        host::check(&std::fs::read(&path).expect("an input"));
        checked += 1;
    }
    assert!(checked > 10, "{checked}");
}
