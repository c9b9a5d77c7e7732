//! The gates of a file: what they are called, what they may ask for, where they are asked.

use rollout::GateDescription;

use super::Plugins;
use super::config::check_config;
use super::grants::Balance;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::file::{BUILT_IN, DeploymentFile, Gate, Phase, Step};
use crate::nearest::{listed, nearest};
use crate::parse::Parsed;

/// A gate of the file under the name it goes by.
pub(crate) struct Named<'a> {
    pub(crate) name: String,
    pub(crate) gate: &'a Gate,
    pointer: String,
}

impl Parsed {
    /// Holds the file's gates against what their plugins say of themselves, as far as templates
    /// allow before they are filled in.
    ///
    /// # Errors
    /// An unknown plugin or gate, a configuration the plugin's schema refuses, a wish without a
    /// grant: each at its place. With none of those, the warnings.
    pub fn check(&self, plugins: &Plugins) -> Result<Diagnostics, Diagnostics> {
        let (_, said) = check_gates(self, &self.file, plugins);
        let said = self.document.saying(said);
        if said.refuse() { Err(said) } else { Ok(said) }
    }

    /// The plugins that the file's gates name, each once, and a pointer to where.
    #[must_use]
    pub fn plugins(&self) -> Vec<(&str, String)> {
        let mut plugins: Vec<(&str, String)> = Vec::new();
        for (index, gate) in self.file.canary.gates.iter().enumerate() {
            if !plugins.iter().any(|(known, _)| *known == gate.plugin) {
                plugins.push((&gate.plugin, format!("/canary/gates/{index}/plugin")));
            }
        }
        plugins
    }
}

/// The gates under their names, and all there is to say about them.
pub(crate) fn check_gates<'a>(
    parsed: &Parsed,
    file: &'a DeploymentFile,
    plugins: &Plugins,
) -> (Vec<Named<'a>>, Vec<Diagnostic>) {
    let (mut named, mut said) = (Vec::new(), Vec::new());
    for (index, gate) in file.canary.gates.iter().enumerate() {
        let pointer = format!("/canary/gates/{index}");
        match plugins.get(&gate.plugin) {
            Some(description) => {
                if !gate.is_built_in() {
                    said.extend(check_config(parsed, &pointer, &gate.config, description));
                }
                said.extend(check_grants(parsed, &pointer, gate, description));
                let name = gate.name.clone().unwrap_or_else(|| description.name.clone());
                named.push(Named { name, gate, pointer });
            }
            None => said.push(unknown_plugin(parsed, &pointer, &gate.plugin, plugins)),
        }
    }
    // A name that is missing because its plugin is unknown is not reported a second time.
    if said.is_empty() || named.len() == file.canary.gates.len() {
        let names = named.iter().map(|gate| (gate.pointer.clone(), gate.name.as_str()));
        said.extend(parsed.repeated("repeated-gate", "gate", names));
        said.extend(steps(parsed, file, &named));
        said.extend(rarely(parsed, file, &named));
        said.extend(unused(parsed, file, &named));
    }
    (named, said)
}

fn unknown_plugin(parsed: &Parsed, pointer: &str, plugin: &str, plugins: &Plugins) -> Diagnostic {
    let pointer = format!("{pointer}/plugin");
    if !plugin.starts_with(BUILT_IN) {
        let title = format!("nothing is known of the component `{plugin}`");
        return parsed.error("unknown-plugin", &pointer, title);
    }
    let built_in: Vec<&str> = plugins.names().filter(|name| name.starts_with(BUILT_IN)).collect();
    let title = format!("no gate `{plugin}` is built in");
    let diagnostic = parsed.error("unknown-plugin", &pointer, title);
    let diagnostic = match nearest(plugin, built_in.iter().copied()) {
        Some(name) => diagnostic.label(format!("did you mean `{name}`?")),
        None => diagnostic,
    };
    diagnostic.help(format!("built in: {}", listed(built_in)))
}

fn check_grants(
    parsed: &Parsed,
    pointer: &str,
    gate: &Gate,
    description: &GateDescription,
) -> Vec<Diagnostic> {
    let balance = Balance::of(gate, description);
    let mut said = Vec::new();
    let mut wishes: Vec<String> =
        balance.missing_namespaces().iter().map(|name| format!("metrics of {name}")).collect();
    wishes.extend(balance.missing_http().then(|| "HTTP requests".to_owned()));
    if !wishes.is_empty() {
        let title =
            format!("`{}` asks for what is not granted: {}", gate.plugin, wishes.join(", "));
        said.push(
            parsed
                .error("missing-grant", &format!("{pointer}/plugin"), title)
                .help(format!("this grants it:\n{}", balance.yaml())),
        );
    }
    let mut unused = |pointer: String, what: &str| {
        let title = format!("`{}` never asks for {what}", gate.plugin);
        said.push(
            parsed
                .warning("unused-grant", &pointer, title)
                .help("remove the grant: a gate should be granted no more than it needs"),
        );
    };
    if balance.unused_http() {
        unused(format!("{pointer}/grants/http"), "HTTP requests");
    }
    for index in balance.unused_namespaces() {
        let what = format!("metrics of {}", balance.namespaces[index]);
        unused(format!("{pointer}/grants/metrics/{index}"), &what);
    }
    said
}

/// Steps that name gates.
fn steps(parsed: &Parsed, file: &DeploymentFile, gates: &[Named<'_>]) -> Vec<Diagnostic> {
    let known: Vec<&str> = gates.iter().map(|gate| gate.name.as_str()).collect();
    let mut said = Vec::new();
    for (index, step) in file.canary.strategy.iter().enumerate() {
        for (i, name) in step.gates.iter().flatten().enumerate() {
            let pointer = format!("/canary/strategy/{index}/gates/{i}");
            match gates.iter().find(|gate| gate.name == *name) {
                None => {
                    said.push(parsed.unknown_name("unknown-gate", &pointer, "gate", name, &known));
                }
                Some(gate) if !gate.gate.phases.contains(&step.phase()) => {
                    let title = format!("the gate `{name}` is not asked at this weight");
                    said.push(
                        parsed
                            .warning("gate-without-phase", &pointer, title)
                            .help("its `phases` leave it out: shift is below 100, bake at 100"),
                    );
                }
                Some(_) => {}
            }
        }
    }
    said
}

fn asked(step: &Step, gate: &Named<'_>) -> bool {
    let listed = step.gates.as_ref().is_none_or(|names| names.contains(&gate.name));
    listed && gate.gate.phases.contains(&step.phase())
}

/// Steps that may be over before a gate is asked a second time; the appended one too.
fn rarely(parsed: &Parsed, file: &DeploymentFile, gates: &[Named<'_>]) -> Vec<Diagnostic> {
    let canary = &file.canary;
    let full = Step::full();
    let appended = (!canary.strategy.iter().any(Step::is_full))
        .then(|| (parsed.key_span("/canary/bake"), &full));
    let steps = canary.strategy.iter().enumerate();
    let steps = steps.map(|(i, step)| (parsed.span(&format!("/canary/strategy/{i}")), step));
    let mut said = Vec::new();
    for (span, step) in steps.chain(appended) {
        let wait_s = canary.wait_of(step).map_or(60, crate::Seconds::get);
        for gate in gates.iter().filter(|gate| asked(step, gate)) {
            let every_s = gate.gate.every.get();
            if every_s <= wait_s {
                continue;
            }
            let title =
                format!("`{}` looks every {every_s} s, the step waits {wait_s} s", gate.name);
            said.push(
                parsed
                    .warning("every-longer-than-wait", &format!("{}/every", gate.pointer), title)
                    .related(span.clone(), "this step")
                    .help(
                        "the step lasts until there is a fresh look: lower `every` or raise `wait`",
                    ),
            );
        }
    }
    said
}

fn unused(parsed: &Parsed, file: &DeploymentFile, gates: &[Named<'_>]) -> Vec<Diagnostic> {
    let strategy = &file.canary.strategy;
    let bakes_itself = strategy.iter().any(Step::is_full);
    let used = |gate: &Named<'_>| {
        gate.gate.phases.contains(&Phase::Preflight)
            || (!bakes_itself && gate.gate.phases.contains(&Phase::Bake))
            || strategy.iter().any(|step| asked(step, gate))
    };
    gates
        .iter()
        .filter(|gate| !used(gate))
        .map(|gate| {
            parsed
                .warning("unused-gate", &gate.pointer, format!("no step asks `{}`", gate.name))
                .help("name it in the `gates` of a step, or give it the phase of one")
        })
        .collect()
}
