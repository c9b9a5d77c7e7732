//! `plugin new`: writes a project in a language, from the templates the program carries.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::args::Language;
use crate::failure::Failure;
use crate::terminal::say;

/// (`LANGUAGE/…` or `common/…`, text): see `build.rs`.
const TEMPLATES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// What every template calls its gate; the project has the author's name there.
const PLACEHOLDER: &str = "p99-budget";
const LONGEST_NAME: usize = 63;

/// The folder of the template.
fn folder(language: Language) -> &'static str {
    match language {
        Language::Rust => "rust/",
        Language::Js => "js/",
        Language::Python => "python/",
        Language::C => "c/",
        Language::Go => "go/",
    }
}

/// Runs the command.
pub(super) fn new(language: Language, name: &str, out: Option<&Path>) -> Result<u8, Failure> {
    check_name(name)?;
    let out = out.map_or_else(|| PathBuf::from(name), Path::to_owned);
    check_is_free(&out)?;
    let mut files = 0;
    for (place, text) in TEMPLATES {
        let path = ["common/", folder(language)].iter().find_map(|it| place.strip_prefix(it));
        if let Some(path) = path {
            let path = out.join(path);
            write(&path, &text.replace(PLACEHOLDER, name)).map_err(|why| told(&path, &why))?;
            files += 1;
        }
    }
    say(&format!(
        "{}: {files} files of a gate. README.md says what is what; then\n  \
         cd {0}\n  \
         ./build      installs what it needs, writes {name}.wasm\n  \
         ./test       tests it alone, against the contract and by the cases in cases/\n  \
         ecs-crd rehearse -f svc.yml --scenario scenarios/slow.yml       is rolled back: exit 10\n  \
         ecs-crd rehearse -f svc.yml --scenario scenarios/healthy.yml    is promoted: exit 0\n",
        out.display()
    ))?;
    Ok(0)
}

/// The contract's rule for names; what file systems, package managers and compilers take, too.
fn check_name(name: &str) -> Result<(), Failure> {
    let begins_well = name.starts_with(|it: char| it.is_ascii_lowercase());
    let is_good = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let is_tidy = !name.ends_with('-') && !name.contains("--");
    if begins_well && is_tidy && name.chars().all(is_good) && name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`{name}` is no name for a gate: a-z first, then a-z, 0-9 and single -, at most \
         {LONGEST_NAME} characters, for example `checkout-latency`"
    )))
}

/// Nothing is overwritten: the folder is new, or empty.
fn check_is_free(out: &Path) -> Result<(), Failure> {
    match fs::read_dir(out).map(|mut entries| entries.next().is_none()) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(told(out, &why)),
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::usage(format!(
            "{} is there and not empty; nothing is overwritten: name another folder with --out",
            out.display()
        ))),
    }
}

fn told(path: &Path, why: &io::Error) -> Failure {
    Failure::usage(format!("{}: {why}", path.display()))
}

/// Writes a file and the folders above it; a script may be run.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    #[cfg(unix)]
    if text.starts_with("#!") {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
