//! Core modules become components that import nothing, or WASI 0.2 alone.
#![expect(clippy::unwrap_used, reason = "a module that is no text fails the test")]

use encoder::{encode, surface};

/// The contract's functions, each a trap; `more` is put before them.
fn module(more: &str) -> Vec<u8> {
    let functions = [
        ("describe", "(result i32)"),
        ("check", "(param i32 i32) (result i32)"),
        ("ask", "(param i32) (result i32)"),
        ("judge", "(param i32) (result i32)"),
        ("learn", "(param i32) (result i32)"),
    ];
    let functions = functions.map(|(name, kind)| {
        format!("(func (export \"ecs-crd:gate/gate@0.1.0#{name}\") {kind} unreachable)")
    });
    let realloc =
        "(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) unreachable)";
    let memory = "(memory (export \"memory\") 1)";
    wat::parse_str(format!("(module {more} {memory} {realloc} {})", functions.concat())).unwrap()
}

#[test]
fn a_module_without_its_type_is_given_the_contracts() {
    let surface = surface(&encode(&module("")).unwrap()).unwrap();
    assert_eq!(surface.imports, Vec::<String>::new());
    assert_eq!(surface.exports, ["ecs-crd:gate/gate@0.1.0"]);
}

#[test]
fn preview_1_is_stubbed_and_only_words_need_the_host() {
    let clock = "(import \"wasi_snapshot_preview1\" \"clock_time_get\"
        (func (param i32 i64 i32) (result i32)))";
    assert_eq!(surface(&encode(&module(clock)).unwrap()).unwrap().imports, Vec::<String>::new());
    let write = "(import \"wasi_snapshot_preview1\" \"fd_write\"
        (func (param i32 i32 i32 i32) (result i32)))";
    let imports = surface(&encode(&module(write)).unwrap()).unwrap().imports;
    assert!(!imports.is_empty());
    assert!(
        imports.iter().all(|it| it.starts_with("wasi:") && it.ends_with("@0.2.0")),
        "{imports:?}"
    );
}

#[test]
fn what_is_no_such_module_is_refused_with_a_reason() {
    let told = |bytes: &[u8]| format!("{:#}", encode(bytes).unwrap_err());
    assert!(told(b"\x89PNG").contains("not a core module"), "{}", told(b"\x89PNG"));
    assert!(told(&encode(&module("")).unwrap()).contains("a component already"));
    let empty = wat::parse_str("(module)").unwrap();
    assert!(told(&empty).contains("describe"), "{}", told(&empty));
    let foreign = module("(import \"env\" \"system\" (func (param i32) (result i32)))");
    assert!(told(&foreign).contains("env"), "{}", told(&foreign));
    assert!(surface(b"").is_err());
}
