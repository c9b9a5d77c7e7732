//! `plugin check`, `plugin test`, `plugin list` and `plugin encode`.

mod case_files;
mod check;
mod new;
mod test;

use std::path::Path;

use serde::Serialize;

use crate::args::{Output, PluginCommand};
use crate::failure::Failure;
use crate::terminal::{columns, say};

pub(crate) use case_files::schema as case_schema;

/// Runs the command.
pub(crate) async fn run(
    command: &PluginCommand,
    output: Output,
    verbose: bool,
) -> Result<u8, Failure> {
    match command {
        PluginCommand::New { lang, name, out } => new::new(*lang, name, out.as_deref()),
        PluginCommand::Encode { module, out } => encode(module, out),
        PluginCommand::Check { plugin } => check::check(plugin, verbose, output),
        PluginCommand::Test { plugin, cases, show } => {
            test::test(plugin, cases, *show, output).await
        }
        PluginCommand::List => list(verbose),
    }
}

/// A line of NDJSON.
fn json_line(line: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(line).map_err(|error| Failure::new(1, error.to_string()))?;
    Ok(text + "\n")
}

fn encode(module: &Path, out: &Path) -> Result<u8, Failure> {
    let told = |path: &Path, why: String| Failure::usage(format!("{}: {why}", path.display()));
    let bytes = std::fs::read(module).map_err(|error| told(module, error.to_string()))?;
    let component = encoder::encode(&bytes).map_err(|error| told(module, format!("{error:#}")))?;
    std::fs::write(out, component).map_err(|error| told(out, error.to_string()))?;
    Ok(0)
}

fn list(verbose: bool) -> Result<u8, Failure> {
    let plugins = manifest::Plugins::built_in();
    let told = plugins.names().filter_map(|name| {
        let gate = plugins.get(name)?;
        let (head, fields) =
            (report::gate_head(gate, columns()), report::gate_fields(gate, columns()));
        Some(match verbose {
            true => format!("{name}: {head}{fields}"),
            false => format!("{name:<26} {:<8} {}\n", gate.version, gate.summary),
        })
    });
    say(&told.collect::<Vec<_>>().join(if verbose { "\n" } else { "" }))?;
    Ok(0)
}
