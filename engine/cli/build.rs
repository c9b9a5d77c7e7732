//! Lists the templates of `plugin new`, so that the program carries them: the files below
//! `plugins/examples` (a link there is followed, so Rust's brings the SDK), and the contract.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
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
    fs::write(out.join("templates.rs"), list)
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
