//! Python environments that tests bring along: from pip, at the locked versions, once for every
//! checkout.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The virtual environment of that name, with what the requirements list, and what that needs.
pub(crate) fn with(name: &str, requirements: &Path) -> PathBuf {
    made(name, requirements, &[])
}

/// The same, with what the requirements list and nothing else, whatever that says it needs.
pub(crate) fn exactly(name: &str, requirements: &Path) -> PathBuf {
    made(name, requirements, &["--no-deps"])
}

fn made(name: &str, requirements: &Path, flags: &[&str]) -> PathBuf {
    let folder = cache().join(name);
    fs::create_dir_all(&folder).unwrap();
    // Tests run side by side; the lock goes with the file when it is dropped.
    let lock = File::create(folder.join("installing")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read_to_string(requirements).unwrap();
    let installed = folder.join("installed-requirements.txt");
    let venv = folder.join("venv");
    let is_installed = fs::read_to_string(&installed).ok().as_ref() == Some(&wanted);
    // A virtual environment dies with the Python it was made with.
    if !is_installed || run(Command::new(venv.join("bin/python")).arg("--version")).is_err() {
        install(&venv, requirements, flags);
        fs::write(installed, wanted).unwrap();
    }
    venv
}

/// What tests fetch or build for later runs.
pub(crate) fn cache() -> PathBuf {
    let user = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
    user.unwrap_or_else(home).join("ecs-crd")
}

fn install(folder: &Path, requirements: &Path, flags: &[&str]) {
    let venv = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
    if venv().is_err() {
        install_python();
        venv().unwrap();
    }
    let arguments = ["install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(folder.join("bin/pip")).args(arguments).arg(requirements).args(flags))
        .unwrap();
}

/// On a Debian machine of one's own, Python comes by itself; elsewhere a person brings it.
fn install_python() {
    let packages = ["install", "-y", "--no-install-recommends", "python3", "python3-venv"];
    let brought = run(Command::new("apt-get").arg("update"))
        .and_then(|_| run(Command::new("apt-get").args(packages)));
    if let Err(why) = brought {
        panic!("this test needs python3 with venv in PATH, and could not install it: {why}");
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
