//! A deployment file made ready: read, its gates loaded, lowered to a plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gates::{CachePolicy, Engine, Gate, Host, Loaded};
use manifest::{CommandLine, Lowered, Parameters, Parsed, Plugins, Variable};
use rollout::Plan;
use runner::GateHost;

use crate::args::{CloudKind, FileArgs};
use crate::failure::Failure;
use crate::terminal::{complain, has_colours};

/// The account and the region of the simulated cloud.
const SIM_ACCOUNT: &str = "000000000000";
const SIM_REGION: &str = "sim-region-1";

/// A file that is ready to be deployed.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    /// Secrets masked.
    pub(crate) text: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) components: Components,
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
    std::fs::read(&path)
        .map_err(|error| Failure::usage(format!("the plugin {}: {error}", path.display())))
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

fn parameters(args: &FileArgs, cloud: CloudKind) -> Result<Parameters, Failure> {
    let environment = args.environment.clone();
    let letters = environment.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    let begins = environment.starts_with(|it: char| it.is_ascii_lowercase());
    if !letters || !begins || !(2..=16).contains(&environment.len()) {
        return Err(Failure::usage(format!(
            "`{environment}` is no environment: dev, qua, stage, preprod, prod, or 2 to 16 of \
             a-z and 0-9, a letter first"
        )));
    }
    let CloudKind::Sim = cloud;
    Ok(Parameters {
        environment,
        region: args.region.clone().unwrap_or_else(|| SIM_REGION.to_owned()),
        account_id: SIM_ACCOUNT.to_owned(),
        external_ip: None,
    })
}

/// Reads, checks, loads and lowers. Warnings go to standard error.
pub(crate) fn prepare(args: &FileArgs, cloud: CloudKind) -> Result<Prepared, Failure> {
    let parameters = parameters(args, cloud)?;
    let (parsed, base) = parse(args)?;
    let engine = engine()?;
    let mut components = Components::default();
    for (plugin, pointer) in parsed.plugins() {
        components.add(&engine, plugin, &base).map_err(|failure| {
            Failure::from(parsed.refused("plugin", &[(pointer, failure.message)]))
        })?;
    }
    for plugin in &args.plugin {
        components.add(&engine, plugin, Path::new(""))?;
    }
    let mut plugins = Plugins::built_in();
    for (name, (loaded, _)) in &components.0 {
        plugins = plugins.with(name, loaded.description().clone());
    }
    let plan = plan_of(lower(&parsed, &parameters, &plugins, args)?);
    Ok(Prepared {
        plan,
        text: parsed.source().text().to_owned(),
        parameters: BTreeMap::from([
            ("environment".to_owned(), parameters.environment),
            ("region".to_owned(), parameters.region),
            ("account_id".to_owned(), parameters.account_id),
        ]),
        components,
    })
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

fn lower(
    parsed: &Parsed,
    parameters: &Parameters,
    plugins: &Plugins,
    args: &FileArgs,
) -> Result<Lowered, Failure> {
    if parsed.uses(Variable::ExternalIp) && parameters.external_ip.is_none() {
        tracing::info!("the file uses {{{{external_ip}}}}, which the simulated cloud has not");
    }
    let flags = CommandLine { plugins: args.plugin.clone(), grants: args.grant.clone() };
    Ok(manifest::lower(parsed, parameters, plugins, &flags)?)
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
pub(crate) async fn check_gates(prepared: &Prepared) -> Result<(), Failure> {
    let host = prepared.components.host(&prepared.plan);
    let mut problems = Vec::new();
    for gate in &prepared.plan.gates {
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

/// Checks a file offline. Warnings go to standard error.
pub(crate) fn validate(args: &FileArgs) -> Result<Plan, Failure> {
    check(args).map(plan_of)
}

/// The key of the service whose file the flags name; none where they name none.
pub(crate) fn service_key(args: &FileArgs) -> Result<Option<String>, Failure> {
    if args.configuration_file.is_none() && args.configuration_dir.is_none() {
        return Ok(None);
    }
    check(args).map(|lowered| Some(lowered.plan.service.key()))
}

/// Checks a file without running anything but the components that its plugins' paths name: the
/// built-in ones have said already what they are.
fn check(args: &FileArgs) -> Result<Lowered, Failure> {
    let parameters = parameters(args, CloudKind::Sim)?;
    let (parsed, base) = parse(args)?;
    let mut plugins = Plugins::built_in();
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
    for (name, (loaded, _)) in &components.0 {
        plugins = plugins.with(name, loaded.description().clone());
    }
    lower(&parsed, &parameters, &plugins, args)
}
