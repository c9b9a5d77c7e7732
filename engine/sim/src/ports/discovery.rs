//! Finding out what the account holds.

use async_trait::async_trait;
use rollout::{Baseline, EpochS, Ground, Plan, Standing};
use runner::{CallError, CallErrorKind, Called, Discovery, StackState};

use crate::cloud::Sim;
use crate::scenario::Call;
use crate::world::{Name, Service, StackLife, World};

#[async_trait]
impl Discovery for Sim {
    async fn ground(&self, plan: &Plan) -> Called<Ground> {
        self.read(Call::Ground, |world| ground(world, plan))
    }

    async fn standing(&self, plan: &Plan) -> Called<Vec<Standing>> {
        self.read(Call::Standing, |world| Ok(standing(world, plan)))
    }
}

fn ground(world: &mut World, plan: &Plan) -> Called<Ground> {
    let now = world.now;
    let at = world.service_at(plan);
    let service = &world.services[at];
    let own = |name: &&Name| name.owner == service.key && name.records(now).is_some();
    if let Some(foreign) = foreign_name(world, plan, service) {
        return Err(missing(foreign));
    }
    let baseline = baseline(world, plan, service)?;
    let canary_label = match &baseline {
        Some(live) if live.label == plan.labels.blue => &plan.labels.green,
        // Without a live release the first balancer gets the new one.
        _ => &plan.labels.blue,
    };
    let stands = |name: &str| world.name(name).is_some_and(|it| it.records(now).is_some());
    let names = plan.names.iter();
    let gone = world.names.iter().filter(own).filter(|it| !plan.names.contains(&it.name));
    Ok(Ground {
        canary_label: canary_label.clone(),
        init_exists: service.init.as_ref().is_some_and(|life| !life.is_out_of_the_way(now)),
        new_names: names.filter(|name| !stands(name)).cloned().collect(),
        gone_names: gone.map(|it| it.name.clone()).collect(),
        baseline,
    })
}

/// The live release, if the registry knows one and it stands.
fn baseline(world: &World, plan: &Plan, service: &Service) -> Called<Option<Baseline>> {
    let Some((item, release)) = service.live(world.now) else { return Ok(None) };
    if item.label != plan.labels.blue && item.label != plan.labels.green {
        return Err(missing(format!(
            "looked for load balancers tagged CanaryRelease {} and {}; found that the registry \
             names {} as the live one: `canary.releases` of the file does not fit this service",
            plan.labels.blue, plan.labels.green, item.label
        )));
    }
    let health = release.health(&world.conduct(release), world.now);
    Ok(Some(Baseline {
        label: item.label.clone(),
        version: item.version.clone(),
        started_at: item.deployed_at,
        tasks: health.tasks_desired,
        targets_healthy: health.targets_healthy,
    }))
}

/// A name of the plan whose records another service's deployment made.
fn foreign_name(world: &World, plan: &Plan, service: &Service) -> Option<String> {
    let names = plan.names.iter().filter_map(|name| world.name(name));
    let foreign = names.filter(|it| it.owner != service.key && it.records(world.now).is_some());
    foreign
        .map(|it| {
            format!(
                "looked for no records or this service's own at {}; found records of {}",
                it.name, it.owner
            )
        })
        .next()
}

fn missing(message: String) -> CallError {
    CallError::new(CallErrorKind::Missing, message)
}

fn standing(world: &mut World, plan: &Plan) -> Vec<Standing> {
    let now = world.now;
    let at = world.service_at(plan);
    let service = &world.services[at];
    let lives = service.releases.iter().map(|release| &release.stack);
    let stacks = lives.chain(&service.init).filter_map(|life| stack_standing(life, now));
    let names = world.names.iter().filter(|it| it.owner == service.key);
    let records = names.filter_map(|it| Some((it, it.records(now)?))).map(|(it, write)| Standing {
        what: format!("name {}", it.name),
        state: format!("weights {} (TTL {} s)", listed(&write.weights), write.ttl_s),
    });
    let registry = service.registry.iter().map(|item| Standing {
        what: "registry".to_owned(),
        state: format!("release {} is live, version {}", item.label, item.version),
    });
    stacks.chain(records).chain(registry).collect()
}

fn stack_standing(life: &StackLife, now: EpochS) -> Option<Standing> {
    let state = match life.state(now) {
        StackState::Absent => return None,
        StackState::Rising => "being made".to_owned(),
        StackState::Ready => "complete".to_owned(),
        StackState::Failed { reason } => format!("failed: {reason}"),
        StackState::Falling => "being deleted".to_owned(),
        StackState::Stuck { left } => format!("could not be deleted: {}", left.join(", ")),
    };
    Some(Standing { what: format!("stack {}", life.name), state })
}

/// Weights as `1: 90, 2: 10`.
pub(super) fn listed(weights: &[(String, u8)]) -> String {
    let parts: Vec<String> =
        weights.iter().map(|(label, weight)| format!("{label}: {weight}")).collect();
    parts.join(", ")
}
