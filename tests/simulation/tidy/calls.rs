//! What the pure rooms may not call: clocks, files, sockets, variables, threads, the terminal.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Item, ItemMod, ItemUse, Macro, UseTree};

use super::Breach;
use super::tree::{Source, is_for_tests};

/// Rooms that decide and draw, and so can be run a thousand times with the same outcome.
const PURE: [&str; 4] =
    ["engine/rollout/src/", "engine/manifest/src/", "engine/stack/src/", "engine/report/src/"];

/// Rooms in virtual time: their clock is the world's.
const TIMELESS: [&str; 1] = ["engine/sim/src/"];

const CLOCKS: [&str; 2] = ["SystemTime", "Instant"];
const OUTSIDE: [&str; 6] = ["fs", "net", "env", "process", "thread", "io"];
const RUNTIMES: [&str; 4] = ["tokio", "futures", "async_trait", "rand"];
const PRINTS: [&str; 5] = ["println!", "print!", "eprintln!", "eprint!", "dbg!"];

/// A name that code uses: `std::time::Instant::now`, with every `use` written out in full.
pub(super) struct Name {
    pub(super) segments: Vec<String>,
    /// From 1.
    pub(super) line: usize,
}

/// Every name met by a visit.
#[derive(Default)]
struct Names {
    found: Vec<Name>,
    tests_too: bool,
}

/// The names that these items use, tests included.
pub(super) fn names<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<Name> {
    let mut names = Names { tests_too: true, ..Names::default() };
    items.into_iter().for_each(|item| names.visit_item(item));
    names.found
}

impl Names {
    fn flatten(&mut self, tree: &UseTree, before: &[String]) {
        let joined = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.flatten(&path.tree, &joined(&path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|it| self.flatten(it, before)),
            UseTree::Name(name) => self.push(joined(&name.ident), &name.ident),
            UseTree::Rename(name) => self.push(joined(&name.ident), &name.ident),
            UseTree::Glob(_) => {}
        }
    }

    fn push(&mut self, segments: Vec<String>, last: &syn::Ident) {
        self.found.push(Name { segments, line: last.span().start().line });
    }

    /// Names among the tokens of a macro: identifiers joined by `::`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons == 2 {
                        self.found.pop();
                    } else {
                        path.clear();
                    }
                    path.push(ident.to_string());
                    self.push(path.clone(), &ident);
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => colons = 0,
            }
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        if self.tests_too || !is_for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.flatten(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments = path.segments.iter().map(|it| it.ident.to_string()).collect();
        if let Some(last) = path.segments.last() {
            self.push(segments, &last.ident);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        let mut segments: Vec<_> =
            call.path.segments.iter().map(|it| it.ident.to_string()).collect();
        if let (Some(name), Some(last)) = (segments.last_mut(), call.path.segments.last()) {
            name.push('!');
            self.push(segments, &last.ident);
        }
        self.tokens(call.tokens.clone());
    }
}

fn used_by(source: &Source) -> Vec<Name> {
    let mut names = Names::default();
    if !source.test_only {
        names.visit_file(&source.syntax());
    }
    names.found
}

fn is_within(source: &Source, rooms: &[&str]) -> bool {
    rooms.iter().any(|room| source.path.starts_with(room))
}

/// Clocks in the rooms without time, and everything outside the process in the pure ones.
pub(super) fn impure(source: &Source) -> Vec<Breach> {
    let pure = is_within(source, &PURE);
    if !pure && !is_within(source, &TIMELESS) {
        return Vec::new();
    }
    let wrong = |name: &Name| {
        let segments: Vec<_> = name.segments.iter().map(String::as_str).collect();
        let clock = segments.iter().any(|segment| CLOCKS.contains(segment));
        let outside = match segments[..] {
            ["std", module, ..] => OUTSIDE.contains(&module),
            [one] => PRINTS.contains(&one),
            [first, ..] => RUNTIMES.contains(&first),
            [] => false,
        };
        let what = format!("`{}` in a pure room", segments.join("::"));
        (clock || pure && outside).then(|| Breach::new(&source.path, name.line, what))
    };
    used_by(source).iter().filter_map(wrong).collect()
}

/// Lines where something is asynchronous.
struct Waits(Vec<usize>);

impl<'a> Visit<'a> for Waits {
    fn visit_signature(&mut self, signature: &'a syn::Signature) {
        self.0.extend(signature.asyncness.map(|it| it.span.start().line));
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'a syn::ExprAsync) {
        self.0.push(block.async_token.span.start().line);
    }

    fn visit_expr_await(&mut self, wait: &'a syn::ExprAwait) {
        self.0.push(wait.await_token.span.start().line);
    }
}

/// The state machine waits for nothing.
pub(super) fn asynchronous(source: &Source) -> Vec<Breach> {
    if !is_within(source, &PURE[..1]) {
        return Vec::new();
    }
    let mut waits = Waits(Vec::new());
    waits.visit_file(&source.syntax());
    let breach = |line| Breach::new(&source.path, line, "something asynchronous in rollout");
    waits.0.into_iter().map(breach).collect()
}

#[test]
fn clocks_files_and_prints_of_a_pure_room_are_named_however_they_are_written() {
    let bad = [
        "use std::time::{Duration, Instant};",
        "fn f() { let now = std::time::SystemTime::now(); }",
        "use std::{collections::BTreeMap, fs};",
        "fn f() { assert!(std::env::var(\"X\").is_ok()); }",
        "fn f() { println!(\"x\"); }",
        "use tokio::time;",
        "fn f() { std::thread::spawn(|| ()); }",
        "use std::net::IpAddr as Address;",
    ];
    for text in bad {
        let breaches = impure(&Source::example("engine/rollout/src/a.rs", text));
        assert_eq!(breaches.len(), 1, "{text}: {breaches:?}");
        assert_eq!(impure(&Source::example("engine/cli/src/a.rs", text)), [], "{text}");
    }
}

#[test]
fn durations_maps_and_the_tests_of_a_pure_room_are_its_own() {
    let text = "use std::{time::Duration, collections::BTreeMap};\nfn env() { print(env!(\"A\")); }\n\
        #[cfg(test)]\nmod tests { use std::fs; }\n";
    assert_eq!(impure(&Source::example("engine/rollout/src/a.rs", text)), []);
}

#[test]
fn the_simulated_cloud_reads_no_clock_of_the_machine() {
    let text = "use std::time::Instant;\nuse std::fs;\n";
    assert_eq!(impure(&Source::example("engine/sim/src/a.rs", text)).len(), 1);
}

#[test]
fn async_functions_blocks_and_awaits_of_the_machine_are_named() {
    for text in ["async fn f() {}", "fn f() { g.await }", "fn f() { async {}; }"] {
        let machine = Source::example("engine/rollout/src/a.rs", text);
        assert_eq!(asynchronous(&machine).len(), 1, "{text}");
        assert_eq!(asynchronous(&Source::example("engine/runner/src/a.rs", text)), []);
    }
}
