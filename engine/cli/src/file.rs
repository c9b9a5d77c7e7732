//! A deployment file made ready: read, its gates loaded, lowered to a plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gates::{CachePolicy, Engine, Gate, Host, Loaded};
use manifest::file::DeploymentFile;
use manifest::{CommandLine, Diagnostics, Lowered, Parameters, Parsed, Plugins, Variable};
use rollout::Plan;
use runner::GateHost;

use crate::args::FileArgs;
use crate::failure::Failure;
use crate::simulated;
use crate::terminal::{complain, has_colours};

/// A file that was read, with the components that it and the command line name.
pub(crate) struct Read {
    parsed: Parsed,
    flags: CommandLine,
    plugins: Plugins,
    components: Components,
}

/// A file that is ready to be deployed.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    /// Its templates filled in, secrets and all.
    pub(crate) file: DeploymentFile,
    pub(crate) parameters: Parameters,
    pub(crate) components: Components,
    parsed: Parsed,
}

impl Prepared {
    /// The file's text, secrets masked.
    pub(crate) fn text(&self) -> &str {
        self.parsed.source().text()
    }

    /// What is wrong with values of the file, each at its place.
    pub(crate) fn refused(&self, code: &'static str, problems: &[(String, String)]) -> Diagnostics {
        self.parsed.refused(code, problems)
    }

    /// What a journal keeps of the parameters.
    pub(crate) fn kept_parameters(&self) -> BTreeMap<String, String> {
        let Parameters { environment, region, account_id, external_ip } = self.parameters.clone();
        let known = [("environment", environment), ("region", region), ("account_id", account_id)];
        let asked = external_ip.filter(|_| self.parsed.uses(Variable::ExternalIp));
        let asked = asked.map(|address| ("external_ip", address));
        let all = known.into_iter().chain(asked);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Components by the words that name them in the plan.
#[derive(Default)]
pub(crate) struct Components(BTreeMap<String, (Loaded, Vec<u8>)>);

impl Components {
    /// Loads one, if it is not loaded yet. A built-in one that does not exist is refused by the
    /// lowering, which knows its place in the file and the nearest name.
    fn add(&mut self, engine: &Engine, plugin: &str, base: &Path) -> Result<(), Failure> {
        let built_in = plugin.strip_prefix("builtin:").map(gates::builtin);
        if self.0.contains_key(plugin) || built_in == Some(None) {
            return Ok(());
        }
        let bytes = bytes_of(plugin, base)?;
        self.insert(engine, plugin, bytes)
    }

    pub(crate) fn insert(
        &mut self,
        engine: &Engine,
        plugin: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Failure> {
        let loaded =
            engine.load(plugin, &bytes).map_err(|error| Failure::usage(error.to_string()))?;
        self.0.insert(plugin.to_owned(), (loaded, bytes));
        Ok(())
    }

    /// What is known of plugins, and what these say of themselves.
    fn described(&self, plugins: Plugins) -> Plugins {
        self.0.iter().fold(plugins, |plugins, (name, (loaded, _))| {
            plugins.with(name, loaded.description().clone())
        })
    }

    /// Gate name → digest, and the bytes of each.
    pub(crate) fn of<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a [u8])> {
        plan.gates.iter().filter_map(|gate| {
            let (loaded, bytes) = self.0.get(&gate.plugin)?;
            Some((gate.name.as_str(), loaded.facts().digest.as_str(), bytes.as_slice()))
        })
    }

    /// What is loaded under a plugin's name.
    pub(crate) fn get(&self, plugin: &str) -> Option<&Loaded> {
        self.0.get(plugin).map(|(loaded, _)| loaded)
    }

    /// The host of a plan's gates.
    pub(crate) fn host(&self, plan: &Plan) -> Host {
        let gates = plan.gates.iter().filter_map(|gate| {
            let (loaded, _) = self.0.get(&gate.plugin)?;
            Some(Gate {
                name: gate.name.clone(),
                loaded: loaded.clone(),
                limits: gate.limits,
                timeout: Duration::from_secs(u64::from(gate.timeout_s)),
            })
        });
        Host::new(gates.collect())
    }
}

/// The engine, its compiled code kept in the user's cache folder.
pub(crate) fn engine() -> Result<Engine, Failure> {
    Engine::new(&CachePolicy::User).map_err(|error| Failure::new(1, error.to_string()))
}

/// The bytes of `builtin:NAME`, or of a path relative to `base`.
pub(crate) fn bytes_of(plugin: &str, base: &Path) -> Result<Vec<u8>, Failure> {
    if let Some(name) = plugin.strip_prefix("builtin:") {
        let known = || gates::builtins().collect::<Vec<_>>().join(", ");
        return gates::builtin(name).map(<[u8]>::to_vec).ok_or_else(|| {
            Failure::usage(format!("there is no {plugin}; there are: {}", known()))
        });
    }
    let path = base.join(plugin);
    std::fs::read(&path).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => "; a gate's project makes it by ./build",
            _ => "",
        };
        Failure::usage(format!("the plugin {}: {error}{hint}", path.display()))
    })
}

/// Where the deployment file is.
fn path(args: &FileArgs) -> Result<PathBuf, Failure> {
    match (&args.configuration_file, &args.configuration_dir) {
        (Some(file), _) => Ok(file.clone()),
        (None, Some(folder)) => Ok(folder.join(format!("{}.deploy.yml", args.environment))),
        (None, None) => Err(Failure::usage(
            "name a deployment file: `-f svc.yml`, or `-d DIR` with ENVIRONMENT.deploy.yml in it",
        )),
    }
}

/// The environment the flags name.
pub(crate) fn environment(args: &FileArgs) -> Result<String, Failure> {
    let environment = args.environment.clone();
    let letters = environment.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    let begins = environment.starts_with(|it: char| it.is_ascii_lowercase());
    if !letters || !begins || !(2..=16).contains(&environment.len()) {
        return Err(Failure::usage(format!(
            "`{environment}` is no environment: dev, qua, stage, preprod, prod, or 2 to 16 of \
             a-z and 0-9, a letter first"
        )));
    }
    Ok(environment)
}

/// Reads a file and loads its gates: nothing is called.
pub(crate) fn read(args: &FileArgs) -> Result<Read, Failure> {
    environment(args)?;
    let (parsed, base) = parse(args)?;
    let mut components = Components::default();
    let named = parsed.plugins();
    // Without gates nothing of WebAssembly is needed.
    if !named.is_empty() || !args.plugin.is_empty() {
        let engine = engine()?;
        for (plugin, pointer) in named {
            components.add(&engine, plugin, &base).map_err(|failure| {
                Failure::from(parsed.refused("plugin", &[(pointer, failure.message)]))
            })?;
        }
        for plugin in &args.plugin {
            components.add(&engine, plugin, Path::new(""))?;
        }
    }
    let plugins = components.described(Plugins::built_in());
    Ok(Read { parsed, flags: flags(args), plugins, components })
}

impl Read {
    /// Whether the file asks for this machine's address on the internet.
    pub(crate) fn uses_external_ip(&self) -> bool {
        self.parsed.uses(Variable::ExternalIp)
    }

    /// All that can be checked without a cloud: the file, and what the gates themselves say of
    /// their configurations. Warnings go to standard error.
    pub(crate) async fn check(&self, args: &FileArgs) -> Result<(), Failure> {
        let lowered = self.lowered(&simulated::parameters(args)?)?;
        check_gates(&self.components, &plan_of(lowered)).await
    }

    /// Its plan, where these are known.
    pub(crate) fn prepared(self, parameters: Parameters) -> Result<Prepared, Failure> {
        let Lowered { plan, file, .. } = self.lowered(&parameters)?;
        let Read { parsed, components, .. } = self;
        Ok(Prepared { plan, file, parameters, components, parsed })
    }

    fn lowered(&self, parameters: &Parameters) -> Result<Lowered, Failure> {
        Ok(manifest::lower(&self.parsed, parameters, &self.plugins, &self.flags)?)
    }
}

fn flags(args: &FileArgs) -> CommandLine {
    CommandLine { plugins: args.plugin.clone(), grants: args.grant.clone() }
}

/// The file that the flags name, and the folder it lies in.
pub(crate) fn parse(args: &FileArgs) -> Result<(Parsed, PathBuf), Failure> {
    let path = path(args)?;
    let bytes = std::fs::read(&path).map_err(|error| {
        Failure::usage(format!("the deployment file {} cannot be read: {error}", path.display()))
    })?;
    let parsed = manifest::parse(&path.display().to_string(), bytes)?;
    let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok((parsed, base))
}

/// The plan; what is to be warned of goes to standard error.
fn plan_of(lowered: Lowered) -> Plan {
    let Lowered { plan, warnings, flag_warnings, .. } = lowered;
    for warnings in [warnings, flag_warnings] {
        if !warnings.is_empty() {
            complain(&warnings.render(has_colours()));
        }
    }
    plan
}

/// What the gates themselves say of their configurations.
async fn check_gates(components: &Components, plan: &Plan) -> Result<(), Failure> {
    let host = components.host(plan);
    let mut problems = Vec::new();
    for gate in &plan.gates {
        let issues = host.check(&gate.name, &gate.config.to_string()).await;
        let issues = issues.map_err(|fault| {
            Failure::usage(format!("gate {} could not check its configuration: {fault}", gate.name))
        })?;
        let said =
            issues.into_iter().map(|(pointer, why)| format!("{}{pointer}: {why}", gate.name));
        problems.extend(said);
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Failure::usage(problems.join("\n"))),
    }
}

/// Whether the flags name a file.
pub(crate) fn is_named(args: &FileArgs) -> bool {
    args.configuration_file.is_some() || args.configuration_dir.is_some()
}

/// The key that the service of the flags' file has where these are known. Its gates need not be
/// there: whoever aborts may have the file alone.
pub(crate) fn service_key(args: &FileArgs, parameters: &Parameters) -> Result<String, Failure> {
    let (parsed, _) = parse(args)?;
    Ok(manifest::service_of(&parsed.resolve(parameters)?, parameters).key())
}

/// A file that a run began with, its templates filled in again: its secrets are in no journal.
///
/// # Errors
/// When it is another file.
pub(crate) fn same_file(
    args: &FileArgs,
    parameters: &Parameters,
    begun_with: &str,
) -> Result<DeploymentFile, Failure> {
    let (parsed, _) = parse(args)?;
    if parsed.source().text() != begun_with {
        return Err(Failure::usage(format!(
            "{} is not the file that the deployment began with: `ecs-crd abort` goes back without \
             it",
            parsed.source().name()
        )));
    }
    Ok(parsed.resolve(parameters)?)
}

/// Checks a file offline, without running anything but the components that its plugins' paths
/// name: the built-in ones have said already what they are. Warnings go to standard error.
pub(crate) fn validate(args: &FileArgs) -> Result<Plan, Failure> {
    let (parsed, base) = parse(args)?;
    let plugins = Plugins::built_in();
    let mut components = Components::default();
    let own: Vec<(String, PathBuf)> = parsed
        .plugins()
        .into_iter()
        .map(|(plugin, _)| (plugin.to_owned(), base.clone()))
        .chain(args.plugin.iter().map(|plugin| (plugin.clone(), PathBuf::new())))
        .filter(|(plugin, _)| plugins.get(plugin).is_none())
        .collect();
    if !own.is_empty() {
        let engine = engine()?;
        for (plugin, base) in &own {
            components.add(&engine, plugin, base)?;
        }
    }
    let plugins = components.described(plugins);
    let lowered = manifest::lower(&parsed, &simulated::parameters(args)?, &plugins, &flags(args));
    Ok(plan_of(lowered?))
}
