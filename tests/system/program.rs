//! The program in a place of its own: a home, and the repository's files by their names.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::story::top;

/// What the program may know of this machine: where to look for programs and compiled gates.
const KEPT: [&str; 3] = ["PATH", "HOME", "XDG_CACHE_HOME"];

/// A place to run the program in.
pub(crate) struct Place(TempDir);

/// What came of a run of the program.
pub(crate) struct Ran {
    pub(crate) exit_code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    /// A folder from which the repository's files are named as from its top; whatever else is put
    /// there is gone with it.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["README.md", "examples", "plugins", "tests"] {
            std::os::unix::fs::symlink(top().join(name), folder.path().join(name))
                .unwrap_or_else(|why| panic!("{name}: {why}"));
        }
        Place(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program with these arguments, ready to start.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-crd"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command.env("XDG_STATE_HOME", self.path().join("state"));
        command.envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the program starts");
        Ran::from(&output)
    }
}

impl From<&Output> for Ran {
    fn from(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            exit_code: output.status.code().expect("it was not killed"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}
