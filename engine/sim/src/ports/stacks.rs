//! CloudFormation.

use std::sync::Arc;

use async_trait::async_trait;
use rollout::{EpochS, Side, Stack};
use runner::{Called, Deployment, StackState, Stacks};

use crate::cloud::{Sim, refused};
use crate::draw::subject;
use crate::scenario::Call;
use crate::world::{
    Release, Removal, StackLife, World, Write, place, side_label, stack_name, weights,
};

#[async_trait]
impl Stacks for Sim {
    async fn provision(&self, deployment: &Deployment, stack: Stack) -> Called<()> {
        self.write(Call::Provision, deployment, |world| provision(world, deployment, stack))
    }

    async fn retire(&self, deployment: &Deployment, stack: Stack) -> Called<Vec<String>> {
        self.write(Call::Retire, deployment, |world| {
            retire(world, deployment, stack);
            let life = life(world, deployment, stack);
            Ok(life.map(|life| life.kept().to_vec()).unwrap_or_default())
        })
    }

    async fn state(&self, deployment: &Deployment, stack: Stack) -> Called<StackState> {
        self.read(Call::StackState, |world| {
            let now = world.now;
            let life = life(world, deployment, stack);
            Ok(life.map_or(StackState::Absent, |life| life.state(now)))
        })
    }
}

fn side(stack: Stack) -> Side {
    if stack == Stack::Blue { Side::Blue } else { Side::Green }
}

fn life<'a>(
    world: &'a mut World,
    deployment: &Deployment,
    stack: Stack,
) -> Option<&'a mut StackLife> {
    let service = world.service(&deployment.plan);
    match stack {
        Stack::Init => service.init.as_mut(),
        Stack::Green | Stack::Blue => {
            let label = side_label(deployment, side(stack));
            service.release_mut(label).map(|release| &mut release.stack)
        }
    }
}

fn provision(world: &mut World, deployment: &Deployment, stack: Stack) -> Called<()> {
    if stack == Stack::Blue {
        return Err(refused("cloudformation:CreateStack: a deployment makes no blue stack"));
    }
    let now = world.now;
    if let Some(life) = life(world, deployment, stack) {
        if life.token == deployment.id && !life.is_out_of_the_way(now) {
            return Ok(());
        }
        if !life.is_out_of_the_way(now) && !matches!(life.state(now), StackState::Failed { .. }) {
            return Err(refused(format!(
                "cloudformation:CreateStack: AlreadyExistsException: {} stands and was made by \
                 {}, not by this deployment: retire it first",
                life.name, life.token
            )));
        }
    }
    let failure = world.scenario.stacks.creation_fails.as_ref().filter(|it| it.stack == stack);
    let label = side_label(deployment, side(stack)).to_owned();
    let life = StackLife {
        name: stack_name(&deployment.plan, stack, &label),
        token: deployment.id.clone(),
        asked_at: now,
        settled_at: now.plus_s(world.scenario.stacks.create_s),
        failure: failure.map(|it| it.reason.clone()),
        removal: None,
    };
    match stack {
        Stack::Init => make_init(world, deployment, life),
        Stack::Green | Stack::Blue => make_release(world, deployment, life, label),
    }
    Ok(())
}

/// The init stack: log group and the records, at the live side 100, once it is complete.
fn make_init(world: &mut World, deployment: &Deployment, life: StackLife) {
    if life.failure.is_none() {
        make_names(world, deployment, life.settled_at);
    }
    world.service(&deployment.plan).init = Some(life);
}

/// Records at the live side 100 for names that have none.
pub(super) fn make_names(world: &mut World, deployment: &Deployment, at: EpochS) {
    let plan = &deployment.plan;
    let key = plan.service.key();
    for name in &plan.names {
        if world.name(name).is_none_or(|it| it.records(at).is_none()) {
            let write = Write {
                at,
                effect_at: at,
                change: String::new(),
                ttl_s: plan.ttl_s,
                weights: weights(deployment, rollout::Split::ALL_BLUE),
            };
            world.write_records(name, &key, write);
        }
    }
}

fn make_release(world: &mut World, deployment: &Deployment, life: StackLife, label: String) {
    let plan = &deployment.plan;
    let service = world.service(plan);
    let release = Release {
        version: plan.service.version.clone(),
        stack: life,
        scalings: Vec::new(),
        subject: subject(&[&service.key, &label, &deployment.id]),
        place: Arc::new(place(&plan.service, &label)),
        label,
    };
    service.releases.retain(|it| it.label != release.label);
    service.releases.push(release);
}

fn retire(world: &mut World, deployment: &Deployment, stack: Stack) {
    let (now, delete_s) = (world.now, world.scenario.stacks.delete_s);
    let Some(state) = life(world, deployment, stack).map(|life| life.state(now)) else { return };
    if matches!(state, StackState::Absent | StackState::Falling) {
        return;
    }
    let stuck = world.scenario.stacks.stuck.as_ref().filter(|it| it.stack == stack);
    let stuck = stuck.filter(|it| it.times.is_none_or(|times| world.stuck < times));
    let mut left = stuck.map(|it| it.left.clone()).unwrap_or_default();
    world.stuck += u32::from(!left.is_empty());
    let kept_for_others =
        left.is_empty() && stack == Stack::Blue && world.scenario.stacks.foreign_rule;
    let Some(life) = life(world, deployment, stack) else { return };
    if kept_for_others {
        left.push(format!(
            "the listener of {}: another service has a rule on it, so it stays and answers 503",
            life.name
        ));
    }
    life.removal =
        Some(Removal { asked_at: now, over_at: now.plus_s(delete_s), left, kept_for_others });
    if stack == Stack::Init {
        leave_changed_names(world, deployment);
    }
}

/// CloudFormation deletes the records it made, but leaves those whose weight has changed.
fn leave_changed_names(world: &mut World, deployment: &Deployment) {
    let (now, key) = (world.now, deployment.plan.service.key());
    let own = world.names.iter_mut().filter(|it| it.owner == key);
    own.filter(|it| it.is_as_made()).for_each(|it| it.clear(now));
}
