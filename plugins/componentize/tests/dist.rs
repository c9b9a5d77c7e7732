//! What is committed in `plugins/dist` is what the sources say.

use componentize::{GATES, description_json};
use encoder::surface;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::PathBuf;

fn dist(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../dist").join(name)
}

#[test]
fn descriptions_are_current() {
    for gate in GATES {
        let committed = fs::read_to_string(dist(&format!("{}.json", gate.name))).unwrap();
        let current = description_json(&(gate.describe)()).unwrap();
        assert_eq!(committed, current, "run plugins/build");
    }
}

#[test]
fn s13_components_import_nothing_and_export_the_contract() {
    for gate in GATES {
        let component = fs::read(dist(&format!("{}.wasm", gate.name))).unwrap();
        let surface = surface(&component).unwrap();
        assert_eq!(surface.imports, Vec::<String>::new(), "{}", gate.name);
        assert_eq!(surface.exports, ["ecs-crd:gate/gate@0.1.0"], "{}", gate.name);
    }
}

#[test]
fn digests_are_those_of_the_components() {
    let sums = fs::read_to_string(dist("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), GATES.len());
    for line in sums.lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        let found = Sha256::digest(fs::read(dist(name)).unwrap());
        assert_eq!(found.iter().map(|b| format!("{b:02x}")).collect::<String>(), digest, "{name}");
    }
}
