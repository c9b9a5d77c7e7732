//! The files of `tests/manifests`: valid ones are accepted, invalid ones are refused by the schema
//! and by the parser alike, refused ones pass the schema and fail on meaning. What is said about
//! each is kept beside it as `.err`; `UPDATE=1` writes those anew.

use std::path::{Path, PathBuf};

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/manifests").join(kind)
}

fn files(kind: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{kind} holds no files");
    files
}

/// Compares with the `.err` beside the file, or writes it.
fn expect(kind: &str, name: &str, said: &str) {
    let path = folder(kind).join(name).with_extension("err");
    let said = format!("{}\n", said.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, said).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expected, said, "{kind}/{name} says something else; UPDATE=1 rewrites its .err");
}

/// Whether the published schema accepts a file, as an editor would find out.
fn schema_accepts(bytes: &[u8]) -> Option<bool> {
    let schema = manifest::schema();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    Some(validator.is_valid(&manifest::to_json(bytes)?))
}

#[test]
fn valid_files_are_accepted_and_their_warnings_are_known() {
    for (name, bytes) in files("valid") {
        assert_eq!(schema_accepts(&bytes), Some(true), "{name}");
        match manifest::parse(&name, &bytes) {
            Ok(parsed) if parsed.warnings().is_empty() => {}
            Ok(parsed) => expect("valid", &name, &parsed.warnings().render(false)),
            Err(said) => panic!("{said}"),
        }
    }
}

#[test]
fn invalid_files_are_refused_by_schema_and_parser_alike() {
    for (name, bytes) in files("invalid") {
        assert_ne!(schema_accepts(&bytes), Some(true), "{name} passes the schema");
        let said = manifest::parse(&name, &bytes).expect_err(&name);
        expect("invalid", &name, &said.render(false));
    }
}

#[test]
fn refused_files_pass_the_schema_and_fail_on_meaning() {
    for (name, bytes) in files("refused") {
        assert_eq!(schema_accepts(&bytes), Some(true), "{name} fails the schema already");
        let said = refusal(&name, &bytes).unwrap_or_else(|| panic!("{name} is accepted"));
        expect("refused", &name, &said.render(false));
    }
}

fn refusal(name: &str, bytes: &[u8]) -> Option<manifest::Diagnostics> {
    manifest::parse(name, bytes).err()
}
