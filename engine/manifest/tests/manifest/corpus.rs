//! The files of `tests/manifests`: valid ones are accepted, invalid ones are refused by the schema
//! and by the parser alike, refused ones pass the schema and fail on meaning. What is said about
//! each is kept beside it as `.err`; `UPDATE=1` writes those anew.

use std::path::PathBuf;

use manifest::{CommandLine, Diagnostics, Parsed};

use crate::{manifests, parameters, plugins};

fn files(kind: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(manifests(kind))
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
    let path = manifests(kind).join(name).with_extension("err");
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

/// All that is said about a file, from its form to its gates.
fn lowered(parsed: &Parsed) -> Result<Diagnostics, Diagnostics> {
    let flags = CommandLine::default();
    manifest::lower(parsed, &parameters(), &plugins(), &flags).map(|lowered| lowered.warnings)
}

#[test]
fn valid_files_become_plans_and_their_warnings_are_known() {
    for (name, bytes) in files("valid") {
        assert_eq!(schema_accepts(&bytes), Some(true), "{name}");
        let warnings = manifest::parse(&name, &bytes).and_then(|parsed| lowered(&parsed));
        match warnings {
            Ok(warnings) if warnings.is_empty() => {
                let err = manifests("valid").join(&name).with_extension("err");
                assert!(!err.exists(), "{name} has no warnings any more: {}", err.display());
            }
            Ok(warnings) => expect("valid", &name, &warnings.render(false)),
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
        let warnings = manifest::parse(&name, &bytes).and_then(|parsed| lowered(&parsed));
        expect("refused", &name, &warnings.expect_err(&name).render(false));
    }
}

#[test]
fn every_golden_belongs_to_a_file() {
    for kind in ["valid", "invalid", "refused"] {
        for entry in std::fs::read_dir(manifests(kind)).unwrap() {
            let path = entry.unwrap().path();
            assert!(path.with_extension("yml").exists(), "{} is of no file", path.display());
        }
    }
}

/// Everything an error may be, shown by a file; a new code needs a file of its own.
#[test]
fn every_code_is_shown_by_a_file() {
    let mut shown = std::collections::BTreeSet::new();
    for kind in ["valid", "invalid", "refused"] {
        for entry in std::fs::read_dir(manifests(kind)).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "err") {
                let text = std::fs::read_to_string(path).unwrap();
                let codes = text.lines().filter_map(|line| {
                    let rest = line.strip_prefix("error[").or(line.strip_prefix("warning["))?;
                    Some(rest.split(']').next()?.to_owned())
                });
                shown.extend(codes);
            }
        }
    }
    let missing: Vec<&str> =
        CODES.split_whitespace().filter(|code| !shown.contains(*code)).collect();
    assert!(missing.is_empty(), "no file shows {missing:?}");
}

const CODES: &str = "
    alarm-period answered-twice bake-too-short bake-twice capacity-crossed circular-template
    duplicate-key dwell-below-ttl empty empty-file empty-interval endless-hold
    every-longer-than-wait fargate-network-mode fargate-size fixed-redirect gate-without-phase
    host-name ignored-field max-wait-below-wait missing-field missing-grant no-certificate
    no-expression no-field no-header-name no-network not-a-choice nothing-essential not-utf-8
    old-boolean policy-type quote-it repeated repeated-100 repeated-gate repeated-listener
    repeated-name repeated-priority repeated-target-group reservation-above-memory same-label
    service-name several-documents stray-header-name target-group-without-listener too-big too-deep
    too-large too-long too-many too-small two-volumes unknown-container unknown-field unknown-gate
    unknown-plugin unknown-port unknown-target-group unknown-variable unknown-volume unreached-port
    unused-gate unused-grant weights-do-not-rise wrong-form wrong-type yaml
";
