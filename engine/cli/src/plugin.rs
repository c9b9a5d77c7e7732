//! `plugin check`, `plugin test`, `plugin list` and `plugin encode`.

mod case_files;
mod new;
mod test;

use std::path::Path;

use crate::args::{Output, PluginCommand};
use crate::failure::Failure;
use crate::file::{bytes_of, engine};
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
        PluginCommand::Check { plugin } => check(plugin, verbose),
        PluginCommand::Test { plugin, cases, show } => {
            test::test(plugin, cases, *show, output).await
        }
        PluginCommand::List => list(verbose),
    }
}

fn check(plugin: &str, verbose: bool) -> Result<u8, Failure> {
    let bytes = bytes_of(plugin, Path::new(""))?;
    let inspection =
        engine()?.inspect(plugin, &bytes).map_err(|error| Failure::usage(error.to_string()))?;
    let facts = &inspection.facts;
    let description = &facts.description;
    jsonschema::meta::validate(&description.configuration_schema).map_err(|error| {
        Failure::usage(format!("{plugin}: its configuration schema is no JSON Schema: {error}"))
    })?;
    let imports = match facts.imports.as_slice() {
        [] => "nothing".to_owned(),
        imports => imports.join(", "),
    };
    say(&format!(
        "{}  contract  {}\n  imports   {imports}\n  exports   {}\n  size      {} bytes\n  sha256    \
         {}\n  compile   {} ms{}\n  evaluate  {:.3} ms\n",
        report::gate_head(description, columns()),
        inspection.contract,
        facts.exports.join(", "),
        facts.size_bytes,
        facts.digest,
        facts.compile_ms,
        if facts.from_cache { " (from the cache)" } else { "" },
        inspection.evaluation_ms,
    ))?;
    if verbose {
        say(&report::gate_fields(description, columns()))?;
    }
    Ok(0)
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
