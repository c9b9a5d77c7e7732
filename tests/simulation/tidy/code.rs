//! Rules of syntax: attributes, unsafe places, sleeping tests, tables of contents.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

use super::Breach;
use super::calls::{Name, names};
use super::tree::{Source, is_for_tests};

/// The rooms that may expect unsafe code, once each: the compiled-code cache and the bindings.
const UNSAFE_ROOMS: [&str; 2] = ["engine/gates/", "plugins/sdk/"];

/// All attributes of a file, wherever they stand.
struct Attributes(Vec<Attribute>);

impl<'a> Visit<'a> for Attributes {
    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        self.0.push(attribute.clone());
    }
}

fn all_attributes(source: &Source) -> Vec<Attribute> {
    let mut found = Attributes(Vec::new());
    found.visit_file(&source.syntax());
    found.0
}

fn line_of(spanned: &impl Spanned) -> usize {
    spanned.span().start().line
}

/// A lint is expected with a reason, never allowed, and no test is ignored.
pub(super) fn attributes(source: &Source) -> Vec<Breach> {
    let wrong = |attribute: &Attribute| {
        let what = match attribute.path().get_ident()?.to_string().as_str() {
            "allow" => "a lint is allowed; expect it with a reason, or mend it",
            "ignore" => "a test is ignored; mend or delete it",
            "expect" if !has_reason(attribute) => "a lint is expected without a reason",
            _ => return None,
        };
        Some(Breach::new(&source.path, line_of(attribute), what))
    };
    all_attributes(source).iter().filter_map(wrong).collect()
}

fn arguments(attribute: &Attribute) -> Vec<Meta> {
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    attribute.parse_args_with(parse).into_iter().flatten().collect()
}

fn has_reason(attribute: &Attribute) -> bool {
    arguments(attribute).iter().any(|argument| argument.path().is_ident("reason"))
}

/// Unsafe code is expected in two rooms, in one place each.
pub(super) fn unsafe_places(sources: &[Source]) -> Vec<Breach> {
    let mut taken = Vec::new();
    let mut found = Vec::new();
    for source in sources {
        let expects = all_attributes(source).into_iter().filter(|attribute| {
            arguments(attribute).iter().any(|argument| argument.path().is_ident("unsafe_code"))
        });
        for attribute in expects {
            let room = UNSAFE_ROOMS.iter().find(|room| source.path.starts_with(**room));
            if room.is_none_or(|room| taken.contains(&room)) {
                let what = "unsafe code belongs to one place of engine/gates and of plugins/sdk";
                found.push(Breach::new(&source.path, line_of(&attribute), what));
            }
            taken.extend(room);
        }
    }
    found
}

/// Everything in a file that is compiled for tests only.
struct TestItems<'a>(Vec<&'a Item>);

impl<'a> Visit<'a> for TestItems<'a> {
    fn visit_item(&mut self, item: &'a Item) {
        let attributes = match item {
            Item::Fn(it) => &it.attrs,
            Item::Mod(it) => &it.attrs,
            Item::Impl(it) => &it.attrs,
            _ => return visit::visit_item(self, item),
        };
        if is_for_tests(attributes) { self.0.push(item) } else { visit::visit_item(self, item) }
    }
}

/// A test waits for what it wants to see, never for a while.
pub(super) fn sleeping_tests(source: &Source) -> Vec<Breach> {
    let syntax = source.syntax();
    let mut tests = TestItems(Vec::new());
    if source.test_only {
        tests.0.extend(&syntax.items);
    } else {
        tests.visit_file(&syntax);
    }
    let sleeps = names(tests.0).into_iter().filter(|name| {
        ["sleep", "sleep_ms", "sleep_until"].contains(&name.segments.last().map_or("", |it| it))
    });
    sleeps.map(|Name { line, .. }| Breach::new(&source.path, line, "a test sleeps")).collect()
}

/// `lib.rs` declares modules and re-exports; what it does lives in the modules. An author's first
/// project is small enough to be read from its top.
pub(super) fn table_of_contents(source: &Source) -> Vec<Breach> {
    if !source.path.ends_with("/lib.rs") || source.path.starts_with("plugins/examples/") {
        return Vec::new();
    }
    let stranger = |item: &&Item| match item {
        Item::Mod(module) => module.content.is_some() && !is_for_tests(&module.attrs),
        Item::Use(_) | Item::Macro(_) => false,
        Item::Fn(function) => !is_for_tests(&function.attrs),
        _ => true,
    };
    let what = "more than a table of contents: `mod` and `use` only";
    let syntax = source.syntax();
    let strangers = syntax.items.iter().filter(stranger);
    strangers.map(|item| Breach::new(&source.path, line_of(item), what)).collect()
}

#[test]
fn allowed_lints_expectations_without_reason_and_ignored_tests_are_named() {
    let text = "#![allow(dead_code)]\n#[expect(unused)]\nfn a() {}\n#[test]\n#[ignore]\nfn b() {}\n\
        #[expect(unused, reason = \"shown\")]\nfn c() { #[allow(unused)] let x = 1; }\n";
    let breaches = attributes(&Source::example("a.rs", text));
    let lines: Vec<_> = breaches.iter().map(|breach| breach.line).collect();
    assert_eq!(lines, [1, 2, 5, 8], "{breaches:?}");
}

#[test]
fn a_third_unsafe_place_and_one_in_another_room_are_named() {
    let text = "#[expect(unsafe_code, reason = \"bindings\")]\nmod bindings {}\n";
    let file = |path| Source::example(path, text);
    let two = [file("engine/gates/src/cache.rs"), file("plugins/sdk/src/lib.rs")];
    assert_eq!(unsafe_places(&two), []);
    let again = [file("plugins/sdk/src/lib.rs"), file("plugins/sdk/src/more.rs")];
    assert_eq!(unsafe_places(&again).len(), 1);
    assert_eq!(unsafe_places(&[file("engine/sim/src/lib.rs")]).len(), 1);
}

#[test]
fn a_sleep_in_a_test_is_named_and_one_in_the_program_is_not() {
    let text = "fn run() { std::thread::sleep(d); }\n#[cfg(test)]\nmod tests {\n#[test]\nfn t() {\n\
        let run = async { tokio::time::sleep(d).await };\nuse std::thread::sleep;\n} }\n";
    let breaches = sleeping_tests(&Source::example("a.rs", text));
    let lines: Vec<_> = breaches.iter().map(|breach| breach.line).collect();
    assert_eq!(lines, [6, 7], "{breaches:?}");
    let test = Source { test_only: true, ..Source::example("a.rs", "fn t() { sleep(d) }") };
    assert_eq!(sleeping_tests(&test).len(), 1);
}

#[test]
fn a_function_in_a_table_of_contents_is_named() {
    let text = "mod a;\npub use a::A;\nfn helper() {}\n#[cfg(test)]\nmod tests { fn t() {} }\n";
    let breaches = table_of_contents(&Source::example("engine/x/src/lib.rs", text));
    assert_eq!(breaches.iter().map(|breach| breach.line).collect::<Vec<_>>(), [3]);
    assert_eq!(table_of_contents(&Source::example("engine/x/src/a.rs", text)), []);
}
