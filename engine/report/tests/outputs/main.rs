//! What the outputs show of stories kept as data: goldens, schemas, escaping, any size.

#![cfg(test)]

mod goldens;
mod page;
mod schemas;
mod sizes;
mod telling;

use std::path::{Path, PathBuf};

use rollout::EventRecord;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Every story, by name, in order.
fn stories() -> Vec<(String, Vec<EventRecord>)> {
    let entries = std::fs::read_dir(folder("tests/stories")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let events = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), events)
    };
    paths.iter().map(read).collect()
}

fn story_of(name: &str) -> Vec<EventRecord> {
    stories().into_iter().find(|(it, _)| it == name).unwrap().1
}

/// Compares with a committed file; `UPDATE=1` writes it anew.
fn golden(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} is not current; run again with UPDATE=1 and look at the difference\n{actual}",
        path.display()
    );
}
