//! What the program says to a command line, kept as data: a file of `screens` begins with the
//! command; the exit code and what is seen follow, and are written by `SNAPSHOTS=overwrite`. The
//! deployment files that the commands name stand beside it.

use std::path::{Path, PathBuf};

use crate::guest::guest;
use crate::program::Place;
use crate::story::{assert_snapshot, top};

/// Guests that the commands name as files beside them.
const GUESTS: [&str; 3] = ["spins", "traps-with-words", "wishes"];

/// The files of the screens with this extension, in the order of their names.
fn files(extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(top().join("tests/system/screens")).expect("the screens");
    let paths = entries.map(|entry| entry.expect("a screen").path());
    let fits = |path: &PathBuf| path.extension().is_some_and(|it| it == extension);
    let mut paths: Vec<PathBuf> = paths.filter(fits).collect();
    paths.sort();
    paths
}

/// A run to look back at, kept in `looks.db`: the error regression is rolled back.
const RUN: [&str; 9] = [
    "deploy",
    "-f",
    "examples/shop/svc.yml",
    "--cloud",
    "sim",
    "--ledger",
    "sqlite:looks.db",
    "--scenario",
    "examples/shop/scenarios/error-regression.yml",
];

/// A place with the files, the guests and the run that the commands name.
fn place() -> Place {
    let place = Place::new();
    for path in [files("yml"), files("csv")].concat() {
        let name = path.file_name().expect("a name");
        std::fs::copy(&path, place.path().join(name)).expect("a file");
    }
    for name in GUESTS {
        let path = place.path().join(name).with_extension("wasm");
        std::fs::write(path, guest(name)).expect("the guest");
    }
    assert_eq!(place.run(&RUN).exit_code, 10);
    place
}

/// The command of a screen.
fn command(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("the screen");
    let first = text.lines().next().unwrap_or_default();
    let command = first.strip_prefix("$ ecs-crd");
    command.unwrap_or_else(|| panic!("{} begins with no command", path.display())).to_owned()
}

#[test]
fn every_screen_is_as_committed() {
    let place = place();
    for path in files("txt") {
        let command = command(&path);
        let ran = place.run(&command.split_whitespace().collect::<Vec<_>>());
        let text = format!("$ ecs-crd{command}\n? {}\n{}{}", ran.exit_code, ran.out, ran.err);
        // The one thing that differs from run to run.
        let text = text.replace(&place.path().display().to_string(), "PLACE");
        assert_snapshot(&path, &text);
    }
}

/// The commands that a help lists.
fn commands(of: &str) -> Vec<String> {
    let arguments: Vec<_> = of.split_whitespace().chain(["--help"]).collect();
    let help = Place::new().run(&arguments).out;
    let rows = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let rows = rows.take_while(|line| !line.is_empty());
    // A long description goes on in the next row, further in.
    let names = rows.filter_map(|row| row.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty() && *name != "help");
    names.map(|name| format!("{of} {name}")).collect()
}

#[test]
fn the_help_of_every_command_is_a_screen() {
    let shown: Vec<String> = files("txt").iter().map(|path| command(path)).collect();
    let mut commands = [commands(""), commands(" plugin")].concat();
    assert!(commands.len() > 15, "{commands:?}");
    commands.push(String::new());
    commands.retain(|command| !shown.contains(&format!("{command} --help")));
    assert_eq!(commands, Vec::<String>::new(), "these have no screen");
}
