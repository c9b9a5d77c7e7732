//! Rules of files: what may stand at the top, and what nothing reaches any more.

use std::collections::{BTreeMap, BTreeSet};

use syn::LitStr;
use syn::visit::Visit;

use super::Breach;
use super::tree::Source;

/// All that stands at the top of the repository, beside files that begin with a dot.
const TOP: [&str; 15] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "engine",
    "examples",
    "plugins",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "schemas",
    "tests",
    "wit",
];

/// Folders of data that tests read: a file there that no test names is dead.
const DATA: [&str; 5] =
    ["tests/cases/", "tests/hostile/", "tests/manifests/", "tests/system/screens/", "schemas/"];

/// The files of a story, each a folder of `tests/cases`.
const STORY: [&str; 4] = ["case.yml", "deployment.yml", "scenario.yml", "report.txt"];

/// Files at the top that the layout does not know.
pub(super) fn strangers_at_the_top(paths: &[String]) -> Vec<Breach> {
    let first = paths.iter().filter_map(|path| path.split('/').next());
    let strangers = first.filter(|name| !name.starts_with('.') && !TOP.contains(name));
    let names: BTreeSet<_> = strangers.collect();
    let breach = |name| Breach::new(name, 0, "does not belong at the top of the repository");
    names.into_iter().map(breach).collect()
}

/// Rust that no `mod` and no target leads to.
pub(super) fn unreached_sources(
    texts: &BTreeMap<String, String>,
    sources: &[Source],
) -> Vec<Breach> {
    let reached: BTreeSet<_> = sources.iter().map(|source| source.path.as_str()).collect();
    let files = texts.keys().filter(|path| path.ends_with(".rs"));
    let dead = files.filter(|path| !reached.contains(path.as_str()));
    dead.map(|path| Breach::new(path, 0, "no module and no target leads to it")).collect()
}

struct Strings(BTreeSet<String>);

impl<'a> Visit<'a> for Strings {
    /// Comments speak of files without reading them.
    fn visit_attribute(&mut self, _: &'a syn::Attribute) {}

    fn visit_lit_str(&mut self, literal: &'a LitStr) {
        self.0.insert(literal.value());
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}

impl Strings {
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                proc_macro2::TokenTree::Literal(literal) => {
                    self.0.extend(
                        syn::parse_str::<LitStr>(&literal.to_string()).map(|it| it.value()),
                    );
                }
                _ => {}
            }
        }
    }
}

/// Data of the tests that no code speaks of: neither the file nor the folder it stands in.
pub(super) fn unread_data(texts: &BTreeMap<String, String>, sources: &[Source]) -> Vec<Breach> {
    let mut strings = Strings(BTreeSet::new());
    sources.iter().for_each(|source| strings.visit_file(&source.syntax()));
    let spoken: Vec<_> = strings.0.iter().filter(|it| !DATA.contains(&it.as_str())).collect();
    let is_data = |path: &&String| DATA.iter().any(|folder| path.starts_with(folder));
    let unread = texts.keys().filter(is_data).filter(|path| !is_spoken_of(path, &spoken));
    unread.map(|path| Breach::new(path, 0, "no test speaks of it or of its folder")).collect()
}

/// Whether a folder of data holds files of this name, given all paths.
fn is_of_its_kind(path: &str, paths: &[String]) -> bool {
    let parts: Vec<_> = path.split('/').collect();
    match parts[..] {
        ["tests", "cases", _, file] => STORY.contains(&file),
        ["tests", "cases", ..] => false,
        ["tests", "manifests", "valid" | "invalid" | "refused", file] => {
            // What a file is told stands beside it.
            let manifest = file.strip_suffix(".err").map(|name| format!("{name}.yml"));
            let beside = manifest.map(|name| path.replace(file, &name));
            beside.map_or(file.ends_with(".yml"), |manifest| paths.contains(&manifest))
        }
        ["tests", "manifests", ..] => false,
        _ => true,
    }
}

/// Stories and manifests are folders of a fixed shape: their tests pass over any other file.
pub(super) fn misplaced_data(paths: &[String]) -> Vec<Breach> {
    let strangers = paths.iter().filter(|path| !is_of_its_kind(path, paths));
    strangers.map(|path| Breach::new(path, 0, "no test reads a file of this name here")).collect()
}

/// Whether a string names the file, or a folder under which it stands.
fn is_spoken_of(path: &str, spoken: &[&String]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folders = path.match_indices('/').map(|(end, _)| &path[..end]).filter(|it| *it != "tests");
    let folders: Vec<_> = folders.collect();
    // Guests are spoken of by the name of their file alone.
    let stem = name.split('.').next().unwrap_or(name);
    spoken.iter().any(|string| {
        if string.as_str() == stem {
            return true;
        }
        let string = string.trim_end_matches('/').trim_start_matches("../");
        string.ends_with(name) || folders.iter().any(|folder| string.ends_with(folder))
    })
}

fn texts(paths: &[&str]) -> BTreeMap<String, String> {
    paths.iter().map(|path| ((*path).to_owned(), String::new())).collect()
}

#[test]
fn a_stranger_at_the_top_is_named_once() {
    let paths = ["README.md", "docs/a.md", "docs/b.md", ".ci/run", "engine/README.md"];
    let paths = paths.map(str::to_owned);
    let what = "does not belong at the top of the repository";
    assert_eq!(strangers_at_the_top(&paths), [Breach::new("docs", 0, what)]);
}

#[test]
fn a_module_nobody_declares_is_named() {
    let sources = [Source::example("engine/x/src/lib.rs", "mod a;")];
    let files = texts(&["engine/x/src/lib.rs", "engine/x/src/b.rs", "README.md"]);
    let dead = unreached_sources(&files, &sources);
    assert_eq!(dead, [Breach::new("engine/x/src/b.rs", 0, "no module and no target leads to it")]);
}

#[test]
fn data_is_read_when_a_string_names_it_or_its_folder() {
    let code = "fn t() { walk(\"../tests/cases\"); check!(vec![\"old.yml\"]); guest(\"spins\"); }";
    let sources = [Source::example("tests/simulation/main.rs", code)];
    let read = [
        "tests/cases/a/scenario.yml",
        "tests/manifests/valid/old.yml",
        "tests/hostile/spins.wat",
        "engine/a.yml",
    ];
    assert_eq!(unread_data(&texts(&read), &sources), []);
    let dead = texts(&["tests/hostile/spin.wat", "tests/manifests/valid/new.yml"]);
    assert_eq!(unread_data(&dead, &sources).len(), 2);
}

#[test]
fn a_stray_file_among_stories_and_manifests_is_named() {
    let good = [
        "tests/cases/healthy/deployment.yml",
        "tests/cases/healthy/report.txt",
        "tests/manifests/invalid/a.err",
        "tests/manifests/invalid/a.yml",
        "engine/README.md",
    ];
    assert_eq!(misplaced_data(&good.map(str::to_owned)), []);
    let stray = [
        "tests/cases/healthy/old.txt",
        "tests/cases/notes.md",
        "tests/manifests/a.yml",
        "tests/manifests/invalid/a.json",
        "tests/manifests/invalid/gone.err",
    ];
    let named: Vec<_> =
        misplaced_data(&stray.map(str::to_owned)).into_iter().map(|it| it.path).collect();
    assert_eq!(named, stray);
}
