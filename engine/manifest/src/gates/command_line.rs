//! Gates that `--plugin` adds, and what `--grant` lets them ask for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Plugins;
use super::grants::Balance;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::file::{Gate, HttpGrant, ORIGIN};
use crate::nearest::{listed, nearest};
use crate::schema::compile;
use crate::source::{Source, Span};

/// The `--plugin` and `--grant` flags, as given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// `builtin:NAME` or the path of a component.
    pub plugins: Vec<String>,
    /// `GATE:metrics=NAMESPACE` or `GATE:http=ORIGIN`.
    pub grants: Vec<String>,
}

impl CommandLine {
    /// The flags as a text that errors can point into, and the place of each value.
    fn source(&self) -> (Source, Vec<Span>, Vec<Span>) {
        let mut text = String::new();
        let mut add = |flag: &str, value: &String| {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(flag);
            let start = text.len();
            text.push_str(value);
            start..text.len()
        };
        let plugins = self.plugins.iter().map(|value| add("--plugin ", value)).collect();
        let grants = self.grants.iter().map(|value| add("--grant ", value)).collect();
        (Source::new("command line", &text), plugins, grants)
    }
}

/// The added gates under their names, and warnings.
///
/// # Errors
/// An unknown plugin, a name in use, a grant that cannot be read, a wish without a grant.
pub(crate) fn added_gates(
    flags: &CommandLine,
    plugins: &Plugins,
    in_use: &[String],
) -> Result<(Vec<(String, Gate)>, Diagnostics), Diagnostics> {
    let (source, plugin_spans, grant_spans) = flags.source();
    let mut said = Vec::new();
    let mut gates: BTreeMap<usize, (String, Gate)> = BTreeMap::new();
    for (index, plugin) in flags.plugins.iter().enumerate() {
        let span = plugin_spans[index].clone();
        let Some(description) = plugins.get(plugin) else {
            said.push(unknown(span, plugin, plugins));
            continue;
        };
        let name = description.name.clone();
        if in_use.contains(&name) || gates.values().any(|(taken, _)| *taken == name) {
            let title = format!("there is a gate `{name}` already");
            said.push(Diagnostic::error("repeated-gate", span, title).help(
                "to ask a plugin twice, name both gates in the file, each with a `name` of its own",
            ));
            continue;
        }
        if let Err(error) = check_defaults(&description.configuration_schema) {
            let title = format!("`{name}` cannot do without a configuration: {error}");
            said.push(Diagnostic::error("missing-field", span, title).help("name it in the file"));
        }
        gates.insert(index, (name, Gate::of_plugin(plugin)));
    }
    for (grant, span) in flags.grants.iter().zip(grant_spans) {
        said.extend(apply(grant, &span, &mut gates));
    }
    for (index, (name, gate)) in &gates {
        said.extend(balance(plugin_spans[*index].clone(), name, gate, plugins));
    }
    let said = Diagnostics::new(&source, said);
    match said.refuse() {
        true => Err(said),
        false => Ok((gates.into_values().collect(), said)),
    }
}

/// An added gate has its default configuration.
fn check_defaults(schema: &Value) -> Result<(), String> {
    compile(schema)?.validate(&json!({})).map_err(|error| error.to_string())
}

fn unknown(span: Span, plugin: &str, plugins: &Plugins) -> Diagnostic {
    let known: Vec<&str> = plugins.names().collect();
    let title = format!("nothing is known of the plugin `{plugin}`");
    let diagnostic = Diagnostic::error("unknown-plugin", span, title);
    match nearest(plugin, known.iter().copied()) {
        Some(name) => diagnostic.label(format!("did you mean `{name}`?")),
        None => diagnostic.help("a path of a component, or builtin:NAME"),
    }
}

/// Gives one grant to the gate it names.
fn apply(
    grant: &str,
    span: &Span,
    gates: &mut BTreeMap<usize, (String, Gate)>,
) -> Option<Diagnostic> {
    let malformed = || {
        let title = format!("`{grant}` is no grant");
        Diagnostic::error("grant-form", span.clone(), title)
            .help("GATE:metrics=NAMESPACE, or GATE:http=ORIGIN such as https://green")
    };
    let Some((name, (kind, value))) =
        grant.split_once(':').and_then(|(name, rest)| Some((name, rest.split_once('=')?)))
    else {
        return Some(malformed());
    };
    let Some((_, gate)) = gates.values_mut().find(|(known, _)| known == name) else {
        let title = format!("no `--plugin` adds a gate `{name}`");
        let diagnostic = Diagnostic::error("unknown-gate", span.clone(), title);
        let added = gates.values().map(|(name, _)| name.as_str());
        return Some(
            diagnostic
                .help(format!("added: {}", listed(added)))
                .help("what a gate of the file may ask for stands in the file"),
        );
    };
    match kind {
        "metrics" if !value.is_empty() => gate.grants.metrics.push(value.to_owned()),
        "http" if is_origin(value) => gate.grants.http.push(HttpGrant::Origin(value.to_owned())),
        _ => return Some(malformed()),
    }
    None
}

fn is_origin(value: &str) -> bool {
    compile(&json!({ "pattern": ORIGIN })).is_ok_and(|form| form.is_valid(&value.into()))
}

fn balance(span: Span, name: &str, gate: &Gate, plugins: &Plugins) -> Vec<Diagnostic> {
    let Some(description) = plugins.get(&gate.plugin) else { return Vec::new() };
    let balance = Balance::of(gate, description);
    let mut flags: Vec<String> = balance
        .missing_namespaces()
        .iter()
        .map(|namespace| format!("--grant {name}:metrics={namespace}"))
        .collect();
    flags.extend(balance.missing_http().then(|| format!("--grant {name}:http=https://green")));
    let mut said = Vec::new();
    if !flags.is_empty() {
        let title = format!("`{name}` asks for what is not granted");
        said.push(
            Diagnostic::error("missing-grant", span.clone(), title)
                .help(format!("this grants it: {}", flags.join(" "))),
        );
    }
    if balance.unused_http() || !balance.unused_namespaces().is_empty() {
        let title = format!("`{name}` never asks for some of what is granted to it");
        said.push(Diagnostic::warning("unused-grant", span, title));
    }
    said
}
