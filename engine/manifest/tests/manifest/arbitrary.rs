//! No text makes the parser panic, and what is said about it points into it.

use manifest::{CommandLine, lower, parse};
use proptest::prelude::*;

use crate::{parameters, plugins, with_canary};

/// A file that uses much of the format.
fn rich() -> String {
    with_canary(
        "  scale: { desired: 2, wait: 60, max_wait: 600 }
  gates:
    - { name: errors, plugin: builtin:error-rate, config: { max_ratio: 2 }, phases: [shift, bake] }
    - &gate { name: slow, plugin: builtin:latency, every: 15s, mode: observe }
    - { <<: *gate, name: slower }
  strategy:
    - { weight: 10, wait: 70, gates: [errors] }
    - { weight: 25 }
  bake: 5m
  sns_topic_notifications: { on_fail: \"arn:aws:sns:{{region}}:{{account_id}}:é\" }",
    )
}

fn never_panics(text: &[u8]) {
    let said = match parse("f.yml", text) {
        Err(said) => said,
        Ok(parsed) => match lower(&parsed, &parameters(), &plugins(), &CommandLine::default()) {
            Err(said) => said,
            Ok(lowered) => lowered.warnings,
        },
    };
    let length = said.source().text().len();
    for item in said.items() {
        prop_assert_in(item.span.start <= item.span.end && item.span.end <= length, &item.title);
    }
    let _ = said.render(true);
}

fn prop_assert_in(inside: bool, title: &str) {
    assert!(inside, "`{title}` points outside the text");
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        never_panics(&bytes);
    }

    #[test]
    fn text_of_the_signs_of_yaml_never_panics(
        text in "[\\-:{}\\[\\],&*!|>'\"%@`#?~ \n\ta-c0-9é<.]{0,120}",
    ) {
        never_panics(text.as_bytes());
    }

    #[test]
    fn a_valid_file_with_pieces_cut_out_and_put_in_never_panics(
        at in 0usize..1_000,
        cut in 0usize..40,
        put in "[\\-:{}\\[\\],&*!|>'\"#~ \na-c0-9é<.]{0,12}",
    ) {
        let mut chars: Vec<char> = rich().chars().collect();
        let at = at.min(chars.len());
        let end = (at + cut).min(chars.len());
        chars.splice(at..end, put.chars());
        never_panics(chars.into_iter().collect::<String>().as_bytes());
    }

    /// What the schema accepts the types accept: nothing is left to fail without a place.
    #[test]
    fn what_the_schema_accepts_the_types_accept(
        key in "(weight|wait|max_wait|bake|ttl|drain|desired|every|fuel)",
        value in "(-?[0-9]{1,12}|[0-9]{1,3}\\.[0-9]|[0-9]e[0-9]{1,2}|\"?[0-9]{1,7}[smh]?\"?|yes)",
    ) {
        let canary = match key.as_str() {
            "bake" | "ttl" | "drain" => format!("  {key}: {value}"),
            "desired" => format!("  scale: {{ desired: {value} }}"),
            "every" => format!("  gates: [{{ plugin: builtin:latency, every: {value} }}]"),
            "fuel" => {
                format!("  gates: [{{ plugin: builtin:latency, limits: {{ fuel: {value} }} }}]")
            }
            _ => format!("  strategy: [{{ {key}: {value} }}]"),
        };
        if let Err(said) = parse("f.yml", with_canary(&canary)) {
            prop_assert!(said.items().iter().all(|item| item.code != "wrong-value"), "{said}");
        }
    }
}
