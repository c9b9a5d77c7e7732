//! `plugin check` and `plugin list`.

use std::path::Path;

use crate::args::PluginCommand;
use crate::failure::Failure;
use crate::file::{bytes_of, engine};
use crate::terminal::say;

/// Runs the command.
pub(crate) fn run(command: &PluginCommand) -> Result<u8, Failure> {
    match command {
        PluginCommand::Check { plugin } => check(plugin),
        PluginCommand::List => list(),
    }
}

fn check(plugin: &str) -> Result<u8, Failure> {
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
    let wishes = &description.wishes;
    say(&format!(
        "{} {}: {}\n  contract  {}\n  imports   {imports}\n  exports   {}\n  wishes    metrics of \
         {:?}, http {}, memory {}\n  size      {} bytes, sha256 {}\n  compile   {} ms{}\n  \
         evaluate  {:.3} ms\n",
        description.name,
        description.version,
        description.summary,
        inspection.contract,
        facts.exports.join(", "),
        wishes.metrics,
        yes(wishes.http),
        yes(wishes.memory),
        facts.size_bytes,
        facts.digest,
        facts.compile_ms,
        if facts.from_cache { " (from the cache)" } else { "" },
        inspection.evaluation_ms,
    ))?;
    Ok(0)
}

fn list() -> Result<u8, Failure> {
    let plugins = manifest::Plugins::built_in();
    for name in plugins.names() {
        if let Some(description) = plugins.get(name) {
            say(&format!("{name:<20} {:<8} {}\n", description.version, description.summary))?;
        }
    }
    Ok(0)
}

fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
