//! The rules of the house, each a small function from a file to what is wrong with it.
//!
//! `tree` reads the repository; `text` looks at lines, `code` at syntax, `calls` at what the pure
//! rooms call, `files` at what stands where and is reached by nothing. Every rule has a test of a
//! bad example beside it; the tests of this file hold the whole tree against all of them.

mod calls;
mod code;
mod files;
mod promises;
mod text;
mod tree;

use std::fmt;

use tree::{Tree, tree};

/// Something that breaks a rule of the house, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    /// Relative to the top of the repository.
    path: String,
    /// From 1; 0 speaks of the file as a whole.
    line: usize,
    what: String,
}

impl Breach {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Breach { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Fails with a line for every breach.
fn assert_kept(breaches: impl IntoIterator<Item = Breach>) {
    let mut lines: Vec<_> = breaches.into_iter().map(|it| it.to_string()).collect();
    lines.sort();
    assert!(lines.is_empty(), "{} breaches of the house rules\n{}", lines.len(), lines.join("\n"));
}

fn text_rule(rule: fn(&str, &str) -> Vec<Breach>) {
    let Tree { texts, .. } = tree();
    assert_kept(texts.iter().flat_map(|(path, text)| rule(path, text)));
}

fn code_rule(rule: fn(&tree::Source) -> Vec<Breach>) {
    assert_kept(tree().sources.iter().flat_map(rule));
}

#[test]
fn every_file_opens_by_saying_what_it_is_for() {
    text_rule(text::opening);
}

#[test]
fn lines_and_files_stay_short() {
    text_rule(text::length);
}

#[test]
fn nothing_is_left_unfinished() {
    text_rule(text::unfinished);
}

#[test]
fn no_path_of_a_machine_and_no_address_of_a_registry() {
    text_rule(text::addresses);
}

#[test]
fn lints_are_expected_with_a_reason_and_no_test_is_ignored() {
    code_rule(code::attributes);
}

#[test]
fn unsafe_code_stands_in_two_files_at_most() {
    assert_kept(code::unsafe_places(&tree().sources));
}

#[test]
fn tests_do_not_sleep() {
    code_rule(code::sleeping_tests);
}

#[test]
fn a_library_opens_with_its_table_of_contents() {
    code_rule(code::table_of_contents);
}

#[test]
fn pure_rooms_call_no_clock_file_network_or_thread() {
    code_rule(calls::impure);
}

#[test]
fn the_state_machine_has_no_async() {
    code_rule(calls::asynchronous);
}

#[test]
fn every_source_file_is_reached_from_a_target() {
    let Tree { texts, sources, .. } = tree();
    assert_kept(files::unreached_sources(texts, sources));
}

#[test]
fn every_data_file_of_the_tests_is_read_by_one() {
    let Tree { texts, sources, .. } = tree();
    assert_kept(files::unread_data(texts, sources));
}

#[test]
fn stories_and_manifests_are_folders_of_one_shape() {
    assert_kept(files::misplaced_data(&tree().paths));
}

#[test]
fn the_top_holds_only_what_the_layout_names() {
    assert_kept(files::strangers_at_the_top(&tree().paths));
}

#[test]
fn every_promise_of_safety_has_a_test_that_bears_its_number() {
    assert_kept(promises::unkept(&tree().sources));
}
