//! Rules of lines: the opening, lengths, what is unfinished, addresses that belong to one machine.

use super::Breach;

const LONGEST_LINE: usize = 110;
const LONGEST_FILE: usize = 500;

/// Words that mark something unfinished, each in two halves so that this file is not its own breach.
const UNFINISHED: [(&str, &str); 5] =
    [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("for ", "now"), ("simpl", "ified")];

/// Folders of one person's machine, and hosts of package registries (in two halves, as above).
const ADDRESSES: [(&str, &str); 12] = [
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("/wo", "rk/main"),
    ("registry.np", "mjs.org"),
    ("registry.ya", "rnpkg.com"),
    ("static.cra", "tes.io"),
    ("index.cra", "tes.io"),
    ("files.pyth", "onhosted.org"),
    ("://pyp", "i.org"),
    ("deb.deb", "ian.org"),
    ("proxy.gol", "ang.org"),
];

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

/// Code of ours, in whatever language: the files people read line by line.
fn is_code(path: &str) -> bool {
    let ends = [".rs", ".wit", ".sh", ".py", ".toml"];
    ends.iter().any(|end| path.ends_with(end)) || [".ci/run", "plugins/build"].contains(&path)
}

fn breaches(path: &str, text: &str, wrong: impl Fn(&str) -> Option<String>) -> Vec<Breach> {
    let lines = text.lines().enumerate();
    lines.filter_map(|(at, line)| Some(Breach::new(path, at + 1, wrong(line)?))).collect()
}

/// A file of Rust opens with `//!`, saying what it is for.
pub(super) fn opening(path: &str, text: &str) -> Vec<Breach> {
    let says = text.strip_prefix("//! ").is_some_and(|rest| rest.trim_start().len() > 10);
    if !is_rust(path) || says {
        return Vec::new();
    }
    vec![Breach::new(path, 1, "does not open with `//!` saying what the file is for")]
}

/// The characters of a line, without its longest text in quotes: a sentence is not cut in pieces.
fn width(line: &str) -> usize {
    let quoted = line.split('"').skip(1).step_by(2).map(|text| text.chars().count());
    line.chars().count() - quoted.max().unwrap_or(0)
}

/// No line is longer than a screen, no file than a sitting.
pub(super) fn length(path: &str, text: &str) -> Vec<Breach> {
    if !is_code(path) {
        return Vec::new();
    }
    let mut found = breaches(path, text, |line| {
        let long = width(line);
        (long > LONGEST_LINE).then(|| format!("{long} characters; at most {LONGEST_LINE}"))
    });
    let lines = text.lines().count();
    if is_rust(path) && lines > LONGEST_FILE {
        found.push(Breach::new(path, 0, format!("{lines} lines; at most {LONGEST_FILE}")));
    }
    found
}

/// No word that marks something unfinished.
pub(super) fn unfinished(path: &str, text: &str) -> Vec<Breach> {
    if !is_code(path) {
        return Vec::new();
    }
    breaches(path, text, |line| {
        let word =
            UNFINISHED.iter().map(|(a, b)| format!("{a}{b}")).find(|it| line.contains(it))?;
        Some(format!("`{word}` marks something unfinished"))
    })
}

/// No path of somebody's machine and no host of a package registry, in any text. Lock files of
/// cargo name their registry, whatever one does.
pub(super) fn addresses(path: &str, text: &str) -> Vec<Breach> {
    let is_lock = path.ends_with("Cargo.lock");
    let wrong = |line: &str| {
        let names = ADDRESSES.iter().map(|(a, b)| format!("{a}{b}"));
        let found = names.into_iter().find(|it| line.contains(it))?;
        Some(format!("`{found}` is an address of one machine or of a package registry"))
    };
    if is_lock { Vec::new() } else { breaches(path, text, wrong) }
}

#[test]
fn a_file_that_opens_with_code_or_says_nothing_is_named() {
    for text in ["use std::fs;\n", "//!\n", "// what it is for\n", "//! x\n", ""] {
        assert_eq!(opening("a.rs", text).len(), 1, "{text:?}");
    }
    assert_eq!(opening("a.rs", "//! Weights and splits.\n"), []);
    assert_eq!(opening("a.yml", "service:\n"), []);
}

#[test]
fn a_long_line_and_a_long_file_are_named_with_their_length() {
    let line = format!("let a = 1;\n// {}\n", "é".repeat(LONGEST_LINE));
    let what = "113 characters; at most 110";
    assert_eq!(length("a.rs", &line), [Breach::new("a.rs", 2, what)]);
    assert_eq!(length("README.md", &line), []);
    let sentence = format!("    say(\"{}\");\n", "a ".repeat(LONGEST_LINE));
    assert_eq!(length("a.rs", &sentence), []);
    let file = "\n".repeat(LONGEST_FILE + 1);
    assert_eq!(length("a.rs", &file), [Breach::new("a.rs", 0, "501 lines; at most 500")]);
    assert_eq!(length("a.rs", &"\n".repeat(LONGEST_FILE)), []);
}

#[test]
fn a_word_that_marks_something_unfinished_is_named() {
    for (a, b) in UNFINISHED {
        let text = format!("\n// {a}{b}: later\n");
        assert_eq!(unfinished("a.rs", &text)[0].line, 2, "{text}");
    }
}

#[test]
fn an_address_of_a_machine_or_a_registry_is_named_except_in_the_lock_of_cargo() {
    for (a, b) in ADDRESSES {
        let text = format!("see {a}{b}x\n");
        assert_eq!(addresses("README.md", &text).len(), 1, "{text}");
        assert_eq!(addresses("Cargo.lock", &text), []);
    }
}
