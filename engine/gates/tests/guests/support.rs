//! Hostile guests, made from their text.

use std::path::{Path, PathBuf};

use gates::{CachePolicy, Engine};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The exports of the contract, as the fixtures' default does them.
const DEFAULTS: [(&str, &str); 5] = [
    ("describe", "(result i32) (i32.const 1024)"),
    ("check", "(param i32 i32) (result i32) (i32.const 6000)"),
    ("ask", "(param i32) (result i32) (i32.const 6000)"),
    ("judge", "(param i32) (result i32) (call $verdict)"),
    ("learn", "(param i32) (result i32) (i32.const 6000)"),
];

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The component of a fixture in `tests/hostile`.
pub(crate) fn guest(name: &str) -> Vec<u8> {
    guest_of(name, &read("wit/gate.wit"), "0.1.0")
}

/// The same under another text, and another version, of the contract.
pub(crate) fn guest_of(name: &str, contract: &str, version: &str) -> Vec<u8> {
    guest_from(&read(&format!("tests/hostile/{name}.wat")), contract, version)
}

/// A fixture with the defaults of what it does not say itself.
pub(crate) fn guest_from(fixture: &str, contract: &str, version: &str) -> Vec<u8> {
    // Imports come first in a module, and the default memory before a fixture's own.
    let forms = ["\n(memory", "\n(table", "\n(data", "\n(func"];
    let own = forms.iter().filter_map(|form| fixture.find(form)).min().unwrap_or(fixture.len());
    let (imports, own) = fixture.split_at(own);
    let mut text = [imports, "\n", &read("tests/hostile/defaults.wat"), own].concat();
    for (export, body) in DEFAULTS {
        let plain = format!("(export \"{export}\")");
        if !text.contains(&plain) {
            text.push_str(&format!("(func {plain} {body})\n"));
        }
        let full = format!("(export \"ecs-crd:gate/gate@{version}#{export}\")");
        text = text.replace(&plain, &full);
    }
    let world = read("tests/hostile/wasi.wit").replace("gate@0.1.0", &format!("gate@{version}"));
    component(&format!("(module {text})"), &[contract, &world])
}

fn component(core: &str, packages: &[&str]) -> Vec<u8> {
    let mut module = wat::parse_str(core).unwrap_or_else(|error| panic!("{error}"));
    let mut resolve = Resolve::default();
    let mut last = None;
    for package in packages {
        last = Some(resolve.push_str("test.wit", package).expect("valid WIT"));
    }
    let world = resolve.select_world(&[last.expect("a package")], Some("guest")).expect("a world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .expect("embedded");
    ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .unwrap_or_else(|error| panic!("{error:?}"))
}

/// An engine without a cache.
pub(crate) fn engine() -> Engine {
    Engine::new(&CachePolicy::Off).expect("an engine")
}
