//! The repository as the rules see it: what git tracks, and every module cargo would compile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use syn::{Attribute, Item, ItemMod};

use crate::edges::metadata;

/// Everything git tracks.
pub(super) struct Tree {
    /// Relative to the top, with `/` between the parts.
    pub(super) paths: Vec<String>,
    /// Path → text, of the files that are text.
    pub(super) texts: BTreeMap<String, String>,
    /// Every module that some cargo target reaches.
    pub(super) sources: Vec<Source>,
}

/// One file of Rust.
pub(super) struct Source {
    /// Relative to the top of the repository.
    pub(super) path: String,
    pub(super) text: String,
    /// Compiled for tests or benchmarks only.
    pub(super) test_only: bool,
}

impl Source {
    /// A file held in memory, for the tests of the rules.
    pub(super) fn example(path: &str, text: &str) -> Self {
        Source { path: path.to_owned(), text: text.to_owned(), test_only: false }
    }

    /// The parsed file. A syntax tree cannot be shared between tests, a text can.
    pub(super) fn syntax(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|why| panic!("{}: {why}", self.path))
    }
}

/// The repository this test was compiled in, read once.
pub(super) fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")))
}

fn read(top: &Path) -> Tree {
    let top = top.canonicalize().unwrap();
    let paths = tracked(&top);
    let text = |path: &String| Some((path.clone(), std::fs::read_to_string(top.join(path)).ok()?));
    let texts = paths.iter().filter_map(text).collect();
    let mut sources = BTreeMap::new();
    for manifest in paths.iter().filter(|path| path.ends_with("Cargo.toml")) {
        for package in metadata(&top.join(manifest)).packages {
            for target in package.targets {
                let test_only = target.is_test() || target.is_bench();
                let root = target.src_path.canonicalize().unwrap();
                let folder = root.parent().unwrap().to_owned();
                walk(&top, root, &folder, test_only, &mut sources);
            }
        }
    }
    Tree { paths, texts, sources: sources.into_values().collect() }
}

/// What git tracks and is still there.
fn tracked(top: &Path) -> Vec<String> {
    let git = Command::new("git").args(["ls-files", "-z"]).current_dir(top).output().unwrap();
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    let names = String::from_utf8(git.stdout).unwrap();
    let names = names.split('\0').filter(|name| !name.is_empty());
    names.filter(|name| top.join(name).is_file()).map(str::to_owned).collect()
}

/// Reads a file and the modules below it; `folder` is where its children live.
fn walk(
    top: &Path,
    file: PathBuf,
    folder: &Path,
    test_only: bool,
    found: &mut BTreeMap<PathBuf, Source>,
) {
    // A module is for tests only if every way to it is.
    if found.get(&file).is_some_and(|seen| test_only || !seen.test_only) {
        return;
    }
    let text = std::fs::read_to_string(&file);
    let text = text.unwrap_or_else(|why| panic!("{}: {why}", file.display()));
    let source = Source { path: relative(top, &file), text, test_only };
    let items = source.syntax().items;
    found.insert(file.clone(), source);
    children(top, &file, &items, folder, test_only, found);
}

fn children(
    top: &Path,
    file: &Path,
    items: &[Item],
    folder: &Path,
    test_only: bool,
    found: &mut BTreeMap<PathBuf, Source>,
) {
    for item in items {
        let Item::Mod(module) = item else { continue };
        let test_only = test_only || is_for_tests(&module.attrs);
        let below = folder.join(module.ident.to_string());
        if let Some((_, items)) = &module.content {
            children(top, file, items, &below, test_only, found);
        } else {
            let (file, below) = module_file(file, module, &below);
            walk(top, file, &below, test_only, found);
        }
    }
}

/// The file of a `mod name;` and the folder of its own children.
fn module_file(parent: &Path, module: &ItemMod, below: &Path) -> (PathBuf, PathBuf) {
    if let Some(named) = path_attribute(&module.attrs) {
        let file = parent.with_file_name("").join(named).canonicalize().unwrap();
        let folder = file.parent().unwrap().to_owned();
        return (file, folder);
    }
    let beside = below.with_extension("rs");
    let file = if beside.is_file() { beside } else { below.join("mod.rs") };
    (file, below.to_owned())
}

fn path_attribute(attrs: &[Attribute]) -> Option<String> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("path"))?;
    let syn::Expr::Lit(value) = &attr.meta.require_name_value().ok()?.value else { return None };
    let syn::Lit::Str(name) = &value.lit else { return None };
    Some(name.value())
}

/// Whether an item carries `#[cfg(test)]` or `#[test]`.
pub(super) fn is_for_tests(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let cfg_test = attr.path().is_ident("cfg")
            && attr.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"));
        cfg_test || attr.path().segments.last().is_some_and(|last| last.ident == "test")
    })
}

fn relative(top: &Path, file: &Path) -> String {
    file.strip_prefix(top).unwrap_or(file).to_string_lossy().into_owned()
}
