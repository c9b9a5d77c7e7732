//! Manual pages: of the program, of a command, or all of them as files.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::args::Cli;
use crate::failure::Failure;
use crate::terminal::say;

/// Prints the page of a command (of the program where none is named), or writes all of them.
pub(crate) fn run(of: &[String], out: Option<&Path>) -> Result<u8, Failure> {
    let mut program = Cli::command();
    if let Some(folder) = out {
        clap_mangen::generate_to(program, folder)
            .map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))?;
        return Ok(0);
    }
    program.build();
    let mut command = &program;
    for name in of {
        command = command.find_subcommand(name).ok_or_else(|| {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            Failure::usage(format!("there is no command `{name}`; there are: {}", known.join(", ")))
        })?;
    }
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    say(&String::from_utf8_lossy(&page))?;
    Ok(0)
}
