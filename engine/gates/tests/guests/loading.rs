//! What is no gate is refused before it runs, with what is wrong and what would be right.

use std::time::{Duration, Instant};

use gates::{LoadFault, builtin, builtins};

use crate::support::{engine, guest, guest_from, guest_of, root};

fn refusal(bytes: &[u8]) -> String {
    match engine().load("given.wasm", bytes) {
        Ok(gate) => panic!("loaded: {:?}", gate.facts()),
        Err(error) => error.to_string(),
    }
}

fn assert_refused(bytes: &[u8], held: &str) {
    let refusal = refusal(bytes);
    assert!(refusal.starts_with("given.wasm: "), "{refusal}");
    assert!(refusal.contains(held), "{refusal}");
}

#[test]
fn what_is_no_component_is_named() {
    let jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01";
    assert_refused(b"", "no WebAssembly component: an empty file");
    assert_refused(jpeg, "a JPEG image");
    assert_refused(b"\x7fELF\x02\x01\x01", "a compiled file");
    assert_refused(b"\0asm", "cut off in its first 8 bytes");
    assert_refused(b"\0asm\x07\0\0\0", "of an unknown version");
    assert_refused(b"hello", "not WebAssembly");
    let core = wat::parse_str("(module (func (export \"judge\")))").expect("a core module");
    assert_refused(&core, "a core module; make it a component");
    assert_refused(b"(component)", "WebAssembly text");
}

#[test]
fn s13_a_truncated_component_is_refused_wherever_it_is_cut() {
    let whole = guest("harmless");
    let export = b"ecs-crd:gate/gate@0.1.0";
    let exported = whole.windows(export.len()).rposition(|window| window == export);
    for cut in (9..exported.expect("it is a gate")).step_by(97) {
        refusal(&whole[..cut]);
    }
    assert_refused(&whole[..whole.len() / 2], &format!("of {}", whole.len() / 2));
}

#[test]
fn s13_a_damaged_component_never_brings_the_host_down() {
    let engine = engine();
    let whole = guest("harmless");
    for place in (8..whole.len()).step_by(11) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        // Some damage is harmless, to a text say; what counts is that every load returns.
        let _ = engine.load("damaged", &damaged);
    }
    engine.load("whole", &whole).expect("the engine lives");
}

#[test]
fn a_component_of_more_than_32_mib_is_refused_unread() {
    assert_refused(&vec![0; (32 << 20) + 1], "33554433 bytes; a component of more than 32 MiB");
}

#[test]
fn s13_an_import_other_than_wasi_0_2_is_refused_with_how_to_build_without() {
    assert_refused(&guest("runs-a-shell"), "it imports `evil:corp/shell@1.0.0`");
    assert_refused(&guest("runs-a-shell"), "wasm32-unknown-unknown");
}

#[test]
fn another_version_of_the_contract_is_refused_naming_both() {
    let contract = contract().replace("gate@0.1.0", "gate@0.2.0");
    let refusal = refusal(&guest_of("harmless", &contract, "0.2.0"));
    assert!(refusal.contains("version 0.2.0 of the contract; this host speaks 0.1.0"), "{refusal}");
}

#[test]
fn a_component_that_is_no_gate_is_refused_naming_what_it_exports() {
    let other = wat::parse_str(
        r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (export "greet" (func $f)))"#,
    )
    .expect("a component");
    assert_refused(&other, "does not export `ecs-crd:gate/gate@0.1.0`");
    assert_refused(&other, "it exports `greet`");
}

#[test]
fn a_gate_that_lies_about_its_version_is_refused() {
    let lie = contract().replace("hold,", "hold,\n        maybe,");
    assert_ne!(lie, contract());
    let refusal = refusal(&guest_of("harmless", &lie, "0.1.0"));
    assert!(refusal.contains("it says that it is a gate of contract 0.1.0"), "{refusal}");
    assert!(refusal.contains("decision: expected enum of 4 names, found 5 names"), "{refusal}");
}

#[test]
fn a_gate_that_cannot_describe_itself_is_refused() {
    assert_refused(&guest("traps-at-once"), "it does not describe itself: `describe` trapped");
    assert_refused(&guest("describes-badly"), "its configuration schema is not JSON");
}

#[test]
fn s13_more_than_64_core_instances_are_refused() {
    let crowd = beside_instances(&guest("harmless"), 65);
    assert_refused(&crowd, "66 core module instances, which exceeds the configured maximum of 64");
    engine().load("few", &beside_instances(&guest("harmless"), 50)).expect("a gate");
}

/// A component that exports what `gate` does and makes so many core instances of its own; encoded
/// as the binary format of the component model says.
fn beside_instances(gate: &[u8], count: u8) -> Vec<u8> {
    let name = b"ecs-crd:gate/gate@0.1.0";
    let name_len = u8::try_from(name.len()).expect("short");
    let instances = [vec![count], [0, 0, 0].repeat(usize::from(count))].concat();
    [
        b"\0asm\x0d\0\x01\0".to_vec(),
        section(4, gate),
        section(5, &[1, 0, 0, 0]),
        section(1, b"\0asm\x01\0\0\0"),
        section(2, &instances),
        section(6, &[&[1, 5, 0, 0, name_len], name.as_slice()].concat()),
        section(11, &[&[1, 0, name_len], name.as_slice(), &[5, 1, 0]].concat()),
    ]
    .concat()
}

/// A section: its id, its length in LEB128, its bytes.
fn section(id: u8, bytes: &[u8]) -> Vec<u8> {
    let mut section = vec![id];
    let mut rest = bytes.len();
    while rest > 0x7f {
        section.push(u8::try_from(rest & 0x7f).expect("seven bits") | 0x80);
        rest >>= 7;
    }
    section.push(u8::try_from(rest).expect("seven bits"));
    section.extend_from_slice(bytes);
    section
}

#[test]
fn s13_a_component_that_takes_too_long_to_compile_is_refused() {
    let engine = engine().with_compile_time(Duration::ZERO);
    let error = engine.load("slow.wasm", &guest("harmless")).err().expect("refused");
    assert_eq!(error.fault, LoadFault::CompileTime { limit: Duration::ZERO });
}

#[test]
fn s13_a_component_that_takes_minutes_to_compile_is_given_up_and_others_are_loaded() {
    let patience = Duration::from_secs(1);
    let hasty = engine().with_compile_time(patience);
    let begun = Instant::now();
    let error = hasty.load("endless.wasm", &guest_of_a_long_function()).err().expect("refused");
    assert_eq!(error.fault, LoadFault::CompileTime { limit: patience });
    assert!(error.to_string().contains("within 1 s"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    let patient = hasty.with_compile_time(Duration::from_secs(120));
    patient.load("harmless", &guest("harmless")).expect("the engine lives");
}

/// One function of many branches with all its variables alive in each of them: what compilers take
/// long for.
fn guest_of_a_long_function() -> Vec<u8> {
    let (variables, branches) = (1_000, 3_000);
    let branch = |at: usize| {
        let [to, one, other] = [at, 7 * at + 3, 11 * at].map(|it| it % variables + 1);
        format!(
            "(if (i32.and (local.get 0) (i32.const {at})) (then (local.set {to} (i32.add \
             (local.get {one}) (local.get {other})))))\n"
        )
    };
    let branches: String = (0..branches).map(branch).collect();
    let locals = "i32 ".repeat(variables);
    let fixture = format!(
        "\n(func (export \"long\") (param i32) (result i32) (local {locals})\n\
         (loop $again {branches} (br_if $again (local.get 5))) (local.get 1))\n"
    );
    guest_from(&fixture, &contract(), "0.1.0")
}

#[test]
fn every_built_in_gate_is_one() {
    for name in builtins() {
        let bytes = builtin(name).expect("its component");
        let loaded = engine().load(name, bytes).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(loaded.description().name, name);
        assert_eq!(loaded.facts().imports, Vec::<String>::new(), "{name}");
    }
    assert_eq!(builtin("no-such-gate"), None);
}

fn contract() -> String {
    std::fs::read_to_string(root().join("wit/gate.wit")).expect("the contract")
}
