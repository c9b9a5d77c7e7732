//! What an editor makes of a deployment file: the language server that editors use for YAML
//! completes, documents and checks it from the published schema alone.

mod install;
mod server;

use std::path::{Path, PathBuf};

use serde_json::Value;
use server::{Place, Server};

/// The repository this test was compiled in.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A file of the example service that is held in the editor only, with the line that names its schema.
fn file_with_modeline(text: &str) -> (PathBuf, String) {
    let file = repository().join("examples/shop/edited.yml");
    (file, format!("# yaml-language-server: $schema=../../schemas/deployment.v1.json\n{text}"))
}

/// Opens a text that names its schema by its first line.
fn open(text: &str) -> Server {
    let mut server = Server::start(Value::Null);
    let (file, text) = file_with_modeline(text);
    server.open(&file, &text);
    server
}

/// The text of the file with the cursor at `|`, which is taken out.
fn cursor(text: &str) -> (String, Place) {
    let before = &text[..text.find('|').unwrap()];
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
    // The modeline comes first.
    let place = Place { line: before.matches('\n').count() + 1, column };
    (text.replacen('|', "", 1), place)
}

fn completions(text: &str) -> Vec<String> {
    let (text, place) = cursor(text);
    open(&text).completions(place)
}

fn hover(text: &str) -> String {
    let (text, place) = cursor(text);
    open(&text).hover(place)
}

fn assert_offers(offered: &[String], wanted: &[&str]) {
    for label in wanted {
        assert!(offered.iter().any(|it| it == label), "{label} is not among {offered:?}");
    }
}

/// What the published schema says of a property, by the pointer to it.
fn described(pointer: &str) -> String {
    let text = std::fs::read_to_string(repository().join("schemas/deployment.v1.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    schema.pointer(pointer).unwrap()["description"].as_str().unwrap().to_owned()
}

#[test]
fn the_fields_of_every_level_are_offered() {
    assert_offers(&completions("|"), &["canary", "service", "target_groups", "listeners"]);
    let canary = completions("canary:\n  |\n");
    assert_offers(&canary, &["group", "gates", "strategy", "bake", "on_inconclusive"]);
    assert_offers(&completions("service:\n  |\n"), &["name", "version", "fqdn", "containers"]);
    let gate = completions("canary:\n  gates:\n    - plugin: builtin:latency\n      |\n");
    assert_offers(&gate, &["every", "mode", "grants", "on_no_data"]);
}

#[test]
fn the_values_of_a_choice_are_offered() {
    let modes = completions("canary:\n  gates:\n    - plugin: builtin:latency\n      mode: |\n");
    assert_offers(&modes, &["enforce", "observe"]);
    assert_offers(&completions("canary:\n  on_inconclusive: |\n"), &["rollback", "pause"]);
}

#[test]
fn the_configuration_of_a_built_in_gate_is_offered_and_checked() {
    let config = |plugin: &str, rest: &str| {
        format!(
            "canary:\n  gates:\n    - plugin: builtin:{plugin}\n      config:\n        {rest}\n"
        )
    };
    assert_offers(&completions(&config("latency", "|")), &["max_ratio", "ceiling_p99_ms"]);
    assert_offers(&completions(&config("http-smoke", "|")), &["requests", "passes", "on_fail"]);
    let check = config("cloudwatch-metrics", "checks:\n          - name: load\n            |");
    assert_offers(&completions(&check), &["metric", "ceiling", "compare", "missing"]);
    let metric = config("kayenta", "metrics:\n          - name: load\n            |");
    assert_offers(&completions(&metric), &["query", "direction", "nanStrategy", "effectSize"]);
    let mut server = Server::start(Value::Null);
    let (file, text) = file_with_modeline(&config("latency", "max_ratoi: 2"));
    let marked = server.open(&file, &text);
    assert!(marked.iter().any(|mark| mark.message.contains("max_ratoi")), "{marked:?}");
}

#[test]
fn a_field_is_documented_where_the_cursor_rests() {
    let drain = hover("canary:\n  dr|ain: 300\n");
    assert!(drain.contains(&described("/$defs/Canary/properties/drain")), "{drain}");
    let every = hover("canary:\n  gates:\n    - plugin: builtin:latency\n      ev|ery: 15\n");
    assert!(every.contains(&described("/$defs/Gate/properties/every")), "{every}");
}

#[test]
fn an_unknown_field_and_a_wrong_type_are_marked_at_their_lines() {
    let text = shop();
    let lines: Vec<_> = text.lines().filter(|it| !it.starts_with("  ttl:")).collect();
    let text = lines.join("\n").replace("canary:\n", "canary:\n  ttl: soon\n  bakes: 300\n");
    let ttl = text.lines().position(|line| line == "  ttl: soon").unwrap();
    let mut server = Server::start(Value::Null);
    let marked = server.open(&shop_file(), &text);
    let lines: Vec<_> = marked.iter().map(|mark| mark.line).collect();
    assert_eq!(lines, [ttl, ttl + 1], "{marked:?}");
    assert!(marked[1].message.contains("bakes"), "{marked:?}");
}

fn shop_file() -> PathBuf {
    repository().join("examples/shop/svc.yml")
}

fn shop() -> String {
    std::fs::read_to_string(shop_file()).unwrap()
}

#[test]
fn the_example_has_no_mark_and_names_its_own_schema() {
    let mut server = Server::start(Value::Null);
    // The schema is in force: the same file with a field too many is marked.
    let with_more = format!("{}\nsurplus: 1\n", shop());
    assert_eq!(server.open(&repository().join("examples/shop/more.yml"), &with_more).len(), 1);
    assert_eq!(server.open(&shop_file(), &shop()), []);
}

#[test]
fn a_case_of_a_gate_is_completed_and_checked_by_its_own_schema() {
    let file = repository().join("plugins/latency/cases/edited.yml");
    let head = "# yaml-language-server: $schema=../../../schemas/case.v1.json\n";
    let mut server = Server::start(Value::Null);
    let wrong = "looks:\n  - at: 60\n    verdict:\n      decision: rolback\n      \n";
    let marked = server.open(&file, &format!("{head}{wrong}"));
    assert_eq!(marked.iter().map(|mark| mark.line).collect::<Vec<_>>(), [4], "{marked:?}");
    let offered = server.completions(Place { line: 5, column: 6 });
    assert_offers(&offered, &["code", "sentence", "findings", "look_again_in"]);
}

#[test]
fn a_schema_named_in_the_settings_of_the_editor_does_as_well() {
    let schema = format!("file://{}", repository().join("schemas/deployment.v1.json").display());
    let mut server = Server::start(serde_json::json!({ schema: ["*.deploy.yml"] }));
    let file = repository().join("examples/shop/stage.deploy.yml");
    let marked = server.open(&file, "canary:\n  nothing: 1\n");
    assert!(marked.iter().any(|mark| mark.message.contains("nothing")), "{marked:?}");
    let offered = server.completions(Place { line: 2, column: 0 });
    assert_offers(&offered, &["service", "target_groups", "listeners"]);
}
