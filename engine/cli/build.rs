//! Lists the templates of `plugin new`, so that the program carries them: the files below
//! `plugins/examples` (a link there is followed, so Rust's brings the SDK), and the contract.
//! And has the linker lay the functions of `hot-functions.txt` side by side.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// Folder of the repository → its place in the list.
const FOLDERS: [(&str, &str); 2] = [("plugins/examples", ""), ("wit", "common/wit/")];

/// What building a template where it stands leaves there.
const LEFTOVERS: [&str; 4] = ["target", "node_modules", "__pycache__", "generated"];

fn main() -> io::Result<()> {
    // As it is now: a build folder may outlive the checkout that this was compiled in.
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let top = package.join("../..").canonicalize()?;
    let mut list = String::from("[\n");
    for (folder, place) in FOLDERS {
        add(&top.join(folder), place, &mut list)?;
    }
    list.push(']');
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("templates.rs"), list)?;
    lay_out(&package.join("hot-functions.txt"), &out)
}

/// Has the linker put the listed functions first, in a release, if it can: the rest of the program
/// is then neither read nor resident until it is needed. A name that is not there is passed over.
fn lay_out(functions: &Path, out: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", functions.display());
    let arguments = [
        format!("-Wl,--symbol-ordering-file={}", functions.display()),
        "-Wl,--no-warn-symbol-ordering".to_owned(),
    ];
    if env::var_os("PROFILE").is_some_and(|it| it == "release") && links_with(&arguments, out)? {
        for argument in arguments {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
    Ok(())
}

/// Whether the linker takes the arguments: LLVM's does, which is Rust's own on some targets only.
fn links_with(arguments: &[String], out: &Path) -> io::Result<bool> {
    let source = out.join("linked.rs");
    fs::write(&source, "fn main() {}")?;
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.arg(source).arg("--out-dir").arg(out);
    rustc.args(env::var("TARGET").iter().flat_map(|target| ["--target", target]));
    rustc.args(env::var("RUSTC_LINKER").map(|linker| format!("-Clinker={linker}")));
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    rustc.args(arguments.iter().map(|argument| format!("-Clink-arg={argument}")));
    Ok(rustc.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success())
}

/// Adds the files below a folder, each as `("rust/build", include_str!("…")),`.
fn add(folder: &Path, place: &str, list: &mut String) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().into_string().map_err(|it| invalid(&it))?;
        if LEFTOVERS.contains(&name.as_str()) || name.ends_with(".wasm") {
            continue;
        }
        let place = format!("{place}{name}");
        if path.is_dir() {
            add(&path, &format!("{place}/"), list)?;
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            writeln!(list, "({place:?}, include_str!({path:?})),").map_err(io::Error::other)?;
        }
    }
    Ok(())
}

fn invalid(name: &std::ffi::OsStr) -> io::Error {
    io::Error::other(format!("{} is no UTF-8", name.display()))
}
