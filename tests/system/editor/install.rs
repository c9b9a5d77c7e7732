//! Brings the language server: from npm, at the locked version, once for every checkout.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What npm needs to install exactly what was locked.
const PROJECT: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// The script of the language server, installed if it is not there yet.
pub(super) fn language_server() -> PathBuf {
    let folder = cache().join("editor");
    fs::create_dir_all(&folder).unwrap();
    // Tests run side by side; the lock goes with the file when it is dropped.
    let lock = File::create(folder.join("installing")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read_to_string(project().join("package-lock.json")).unwrap();
    let installed = folder.join("installed-lock.json");
    if fs::read_to_string(&installed).ok().as_ref() != Some(&wanted) {
        install(&folder);
        fs::write(installed, wanted).unwrap();
    }
    folder.join("node_modules/yaml-language-server/bin/yaml-language-server")
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/system/editor")
}

fn cache() -> PathBuf {
    let user = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
    user.unwrap_or_else(home).join("ecs-crd")
}

fn install(folder: &Path) {
    if run(Command::new("npm").arg("--version")).is_err() {
        install_node();
    }
    for file in PROJECT {
        fs::copy(project().join(file), folder.join(file)).unwrap();
    }
    run(Command::new("npm").arg("ci").current_dir(folder)).unwrap();
}

/// On a Debian machine of one's own, Node.js comes by itself; elsewhere a person brings it.
fn install_node() {
    let packages = ["install", "-y", "--no-install-recommends", "nodejs", "npm"];
    let brought = run(Command::new("apt-get").arg("update"))
        .and_then(|_| run(Command::new("apt-get").args(packages)));
    if let Err(why) = brought {
        panic!("this test needs node and npm in PATH, and could not install them: {why}");
    }
}

fn run(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|why| format!("{command:?}: {why}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{command:?}: {}\n{said}", output.status))
}
