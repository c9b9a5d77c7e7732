//! Case files made ready: found, read, and every mistake in them told at once.

use std::path::{Path, PathBuf};

use manifest::Document;
use runner::cases::Case;

use crate::failure::Failure;
use crate::terminal::has_colours;

/// A case that may be played.
pub(super) struct CaseFile {
    /// The file, as the command line leads to it.
    pub(super) path: String,
    pub(super) case: Case,
    pub(super) document: Document,
}

/// The published schema of a case file.
pub(crate) fn schema() -> serde_json::Value {
    manifest::schema_of::<Case>("case")
}

/// The cases that files and folders hold, in the order of their names.
pub(super) fn read(named: &[PathBuf]) -> Result<Vec<CaseFile>, Failure> {
    let mut files = Vec::new();
    for path in named {
        files.extend(files_of(path)?);
    }
    let schema = schema();
    let (mut cases, mut mistakes) = (Vec::new(), Vec::new());
    for path in files {
        match read_one(&path, &schema) {
            Ok(case) => cases.push(case),
            Err(failure) => mistakes.push(failure.message),
        }
    }
    match mistakes.is_empty() {
        true => Ok(cases),
        false => Err(Failure::usage(mistakes.join("\n\n"))),
    }
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::usage(format!("the cases {}: {error}", path.display()));
    if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|it| it == "yml" || it == "yaml") {
            files.push(file);
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(Failure::usage(format!(
            "the cases {}: there is none: a case is a file NAME.yml (`ecs-crd schema case`)",
            path.display()
        ))),
        false => Ok(files),
    }
}

fn read_one(path: &Path, schema: &serde_json::Value) -> Result<CaseFile, Failure> {
    let path = path.display().to_string();
    let bytes = std::fs::read(&path)
        .map_err(|error| Failure::usage(format!("the case {path} cannot be read: {error}")))?;
    let (case, document) = Document::read::<Case>(&path, bytes, schema)?;
    let problems = document.refused("case", &case.problems());
    match problems.is_empty() {
        true => Ok(CaseFile { path, case, document }),
        false => Err(Failure::usage(problems.render(has_colours()))),
    }
}
