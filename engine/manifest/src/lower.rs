//! A file, its parameters and the command line → the plan: every default filled in.

use rollout::{Plan, Service, Weight};

use crate::diagnostic::Diagnostics;
use crate::file::{self, DeploymentFile, Phase};
use crate::gates::{CommandLine, Named, Plugins, added_gates, check_gates};
use crate::parse::Parsed;
use crate::resolve::Parameters;

/// A hold lasts at most so many seconds longer than the wait, where the file does not say.
const HOLD_S: u32 = 3600;
/// The wait at a weight, where the file does not say; of the bake too.
const WAIT_S: u32 = 60;

/// What a file comes to.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// What the machine runs.
    pub plan: Plan,
    /// The file with its templates filled in, for what the plan leaves out.
    pub file: DeploymentFile,
    /// What the file's author should know: everything, from form to gates.
    pub warnings: Diagnostics,
    /// What whoever wrote the command line should know.
    pub flag_warnings: Diagnostics,
}

/// The plan of a deployment.
///
/// # Errors
/// A template without a value; a gate that is unknown, misconfigured, or lacks a grant; a flag that
/// cannot be followed: each at its place.
pub fn lower(
    parsed: &Parsed,
    parameters: &Parameters,
    plugins: &Plugins,
    flags: &CommandLine,
) -> Result<Lowered, Diagnostics> {
    let file = parsed.resolve(parameters)?;
    let (named, said) = check_gates(parsed, &file, plugins);
    let said = parsed.document.saying(said);
    if said.refuse() {
        return Err(said);
    }
    let in_use: Vec<String> = named.iter().map(|gate| gate.name.clone()).collect();
    let (added, flag_warnings) = added_gates(flags, plugins, &in_use)?;
    let plan = plan(&file, parameters, &named, &added);
    let warnings = parsed.warnings().clone().and(said);
    Ok(Lowered { plan, file, warnings, flag_warnings })
}

/// The service that a file is about. Its gates need not be there.
#[must_use]
pub fn service_of(file: &DeploymentFile, parameters: &Parameters) -> Service {
    let service = &file.service;
    Service {
        project: service.project.clone(),
        name: service.name.clone(),
        version: service.version.to_string(),
        group: file.canary.group.clone(),
        environment: parameters.environment.clone(),
        region: parameters.region.clone(),
        cluster: service.cluster.clone(),
    }
}

fn plan(
    file: &DeploymentFile,
    parameters: &Parameters,
    named: &[Named<'_>],
    added: &[(String, file::Gate)],
) -> Plan {
    let (canary, service) = (&file.canary, &file.service);
    let topics = &canary.sns_topic_notifications;
    let of_file = named.iter().map(|named| gate(&named.name, named.gate));
    let gates: Vec<_> = of_file.chain(added.iter().map(|(name, it)| gate(name, it))).collect();
    let preflight = gates.iter().any(|gate| gate.phases.contains(&rollout::Phase::Preflight));
    Plan {
        service: service_of(file, parameters),
        names: service
            .fqdn
            .as_slice()
            .iter()
            .map(|name| name.trim_end_matches('.').to_ascii_lowercase())
            .collect(),
        labels: rollout::Labels {
            blue: canary.releases.blue.0.clone(),
            green: canary.releases.green.0.clone(),
        },
        scale: rollout::Scale {
            desired: canary.scale.desired.as_u32(),
            wait_s: canary.scale.wait.get(),
            max_wait_s: canary.scale.max_wait.get(),
        },
        preflight: preflight
            .then(|| rollout::Preflight { max_wait_s: canary.preflight.max_wait.get() }),
        steps: steps(canary, &gates, added),
        gates,
        drain_s: canary.drain.get(),
        ttl_s: canary.ttl.get(),
        on_interrupt: match canary.on_interrupt {
            None => rollout::OnInterrupt::Default,
            Some(file::OnInterrupt::Keep) => rollout::OnInterrupt::Keep,
            Some(file::OnInterrupt::Rollback) => rollout::OnInterrupt::Rollback,
        },
        on_inconclusive: match canary.on_inconclusive {
            file::OnInconclusive::Rollback => rollout::OnInconclusive::Rollback,
            file::OnInconclusive::Pause => rollout::OnInconclusive::Pause,
        },
        topics: rollout::Topics {
            on_success: topics.on_success.as_ref().map(|arn| arn.0.clone()),
            on_fail: topics.on_fail.as_ref().map(|arn| arn.0.clone()),
        },
    }
}

/// In rising weight; 100 is appended where the file leaves it out, and its wait is the bake.
fn steps(
    canary: &file::Canary,
    gates: &[rollout::Gate],
    added: &[(String, file::Gate)],
) -> Vec<rollout::Step> {
    let full = file::Step::full();
    let appended = (!canary.strategy.iter().any(file::Step::is_full)).then_some(&full);
    let mut steps: Vec<&file::Step> = canary.strategy.iter().chain(appended).collect();
    steps.sort_by_key(|step| step.weight);
    let asked = |step: &file::Step, gate: &rollout::Gate| {
        let listed = step.gates.as_ref().is_none_or(|names| names.contains(&gate.name));
        let added = added.iter().any(|(name, _)| *name == gate.name);
        (listed || added) && gate.phases.contains(&phase(step.phase()))
    };
    let lowered = |step: &file::Step| {
        let wait_s = canary.wait_of(step).map_or(WAIT_S, crate::Seconds::get);
        rollout::Step {
            weight: Weight::new(step.weight.as_u32()).unwrap_or(Weight::FULL),
            wait_s,
            max_wait_s: step.max_wait.map_or(wait_s + HOLD_S, crate::Seconds::get),
            gates: gates
                .iter()
                .filter(|gate| asked(step, gate))
                .map(|gate| gate.name.clone())
                .collect(),
        }
    };
    steps.into_iter().map(lowered).collect()
}

fn gate(name: &str, gate: &file::Gate) -> rollout::Gate {
    rollout::Gate {
        name: name.to_owned(),
        plugin: gate.plugin.clone(),
        config: gate.config.clone().into(),
        phases: gate.phases.iter().copied().map(phase).collect(),
        every_s: gate.every.get(),
        timeout_s: gate.timeout.get(),
        mode: match gate.mode {
            file::Mode::Enforce => rollout::Mode::Enforce,
            file::Mode::Observe => rollout::Mode::Observe,
        },
        on_error: on_trouble(gate.on_error),
        on_no_data: on_trouble(gate.on_no_data),
        patience_s: gate.patience.get(),
        grants: rollout::Grants {
            http: gate.grants.http.iter().map(http_grant).collect(),
            metrics: gate.grants.metrics.clone(),
        },
        limits: rollout::Limits {
            memory_mib: gate.limits.memory_mib.as_u32(),
            fuel: gate.limits.fuel.get().unsigned_abs(),
        },
    }
}

fn phase(phase: Phase) -> rollout::Phase {
    match phase {
        Phase::Preflight => rollout::Phase::Preflight,
        Phase::Shift => rollout::Phase::Shift,
        Phase::Bake => rollout::Phase::Bake,
    }
}

fn on_trouble(trouble: file::OnTrouble) -> rollout::OnTrouble {
    match trouble {
        file::OnTrouble::Hold => rollout::OnTrouble::Hold,
        file::OnTrouble::Rollback => rollout::OnTrouble::Rollback,
    }
}

fn http_grant(grant: &file::HttpGrant) -> rollout::HttpGrant {
    let (origin, headers_from_secret) = match grant {
        file::HttpGrant::Origin(origin) => (origin.clone(), Default::default()),
        file::HttpGrant::WithHeaders { origin, headers_from_secret } => {
            (origin.clone(), headers_from_secret.clone())
        }
    };
    rollout::HttpGrant { origin, headers_from_secret }
}
