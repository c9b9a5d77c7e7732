//! The promises of safety: each has a test that carries its number in its name.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};

use super::Breach;
use super::tree::Source;

/// Every promise this engine keeps already, in the words of its number (`s04_…` keeps S04).
const PROMISES: [(u32, &str); 17] = [
    (1, "a weight rises only on verdicts of fresh looks, begun after it was verified"),
    (2, "a trap, a time-out, no data or a provider's error is never a promote"),
    (3, "the records of a name change together, sum to 100 and are never all zero"),
    (4, "a write is a compare-and-swap; drift holds and is said aloud"),
    (5, "green takes traffic only with all its tasks and healthy targets"),
    (6, "blue stays warm until green has 100, verified, baked and drained"),
    (7, "after a roll back blue has 100, verified, and green is drained, then destroyed"),
    (8, "a hold ends"),
    (9, "an abort and a roll back pre-empt every wait"),
    (10, "an effect is journalled before it is tried and after its outcome"),
    (11, "one driver per service"),
    (12, "nothing is left behind without being named"),
    (13, "a gate cannot hang, exhaust or crash the engine, nor reach what was not granted"),
    (14, "the exit code tells the truth"),
    (15, "the same file, journal and evidence give the same decisions"),
    (16, "a secret is in no journal, log, report or template, and reaches no gate"),
    (18, "without a ledger nothing rises, is made or deleted, but a roll back is written"),
];

/// The last number of a promise, kept already or not.
const LAST: u32 = 18;

/// The names of all functions among the tokens; property tests stand inside a macro.
fn functions(tokens: TokenStream, found: &mut Vec<String>) {
    let mut after_fn = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if after_fn {
                    found.push(ident.to_string());
                }
                after_fn = ident == "fn";
            }
            TokenTree::Group(group) => functions(group.stream(), found),
            _ => after_fn = false,
        }
    }
}

/// Where a promise is kept: number → the names of its tests.
fn kept(sources: &[Source]) -> BTreeMap<u32, Vec<String>> {
    let mut kept: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut names = Vec::new();
    for source in sources {
        functions(source.text.parse().unwrap(), &mut names);
    }
    for name in names {
        let number = name.strip_prefix('s').and_then(|rest| rest.split_once('_'));
        if let Some((2, Ok(number))) = number.map(|(digits, _)| (digits.len(), digits.parse())) {
            kept.entry(number).or_default().push(name);
        }
    }
    kept
}

/// Promises without a test, and tests of a promise nobody made.
pub(super) fn unkept(sources: &[Source]) -> Vec<Breach> {
    let kept = kept(sources);
    let without = PROMISES.iter().filter(|(number, _)| !kept.contains_key(number));
    let unknown = kept.iter().filter(|(number, _)| !(1..=LAST).contains(*number));
    let missing = without.map(|(number, words)| format!("S{number:02} has no test: {words}"));
    let surplus = unknown.map(|(number, tests)| format!("S{number:02} is no promise: {tests:?}"));
    missing.chain(surplus).map(|what| Breach::new("tests", 0, what)).collect()
}

#[test]
fn a_promise_without_a_test_and_a_test_of_no_promise_are_named() {
    let promised = PROMISES.iter().map(|(number, _)| number);
    let names = promised.filter(|number| **number != 4).map(|number| format!("s{number:02}_kept"));
    let tests: String = names.map(|name| format!("#[test] fn {name}() {{}}\n")).collect();
    let text = format!("proptest! {{ {tests} }} fn s99_x() {{}} fn s3_t() {{}} fn seed_() {{}}");
    let found = unkept(&[Source::example("a.rs", &text)]).into_iter().map(|breach| breach.what);
    let surplus = "S99 is no promise: [\"s99_x\"]".to_owned();
    assert_eq!(found.collect::<Vec<_>>(), [format!("S04 has no test: {}", PROMISES[3].1), surplus]);
}
