//! Route 53: the weighted records.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rollout::{Drift, Side, Split, Weights};
use runner::{Called, Deployment, Effective, Traffic, Written};

use super::discovery::listed;
use super::stacks::make_names;
use crate::cloud::Sim;
use crate::scenario::Call;
use crate::world::{World, Write, side_label, weights};

#[async_trait]
impl Traffic for Sim {
    async fn write(
        &self,
        deployment: &Deployment,
        from: Split,
        to: Split,
        over_drift: bool,
    ) -> Called<Written> {
        self.write(Call::WriteWeights, deployment, |world| {
            world.service_at(&deployment.plan);
            Ok(write(world, deployment, from, to, over_drift))
        })
    }

    async fn effective(
        &self,
        deployment: &Deployment,
        split: Split,
        changes: &[String],
    ) -> Called<Effective> {
        self.read(Call::EffectiveWeights, |world| {
            world.service_at(&deployment.plan);
            let mut writes = world.names.iter().flat_map(|name| &name.writes);
            if writes.any(|it| it.effect_at > world.now && changes.contains(&it.change)) {
                return Ok(Effective::Pending);
            }
            let drifts = drifts(world, deployment, split);
            Ok(match drifts.is_empty() {
                true => Effective::Verified,
                false => Effective::Drifted { drifts },
            })
        })
    }

    async fn drift(&self, deployment: &Deployment, split: Split) -> Called<Vec<Drift>> {
        self.read(Call::ReadWeights, |world| {
            world.service_at(&deployment.plan);
            Ok(drifts(world, deployment, split))
        })
    }

    async fn ensure_names(&self, deployment: &Deployment) -> Called<()> {
        self.write(Call::EnsureNames, deployment, |world| {
            world.service_at(&deployment.plan);
            make_names(world, deployment, world.now);
            Ok(())
        })
    }

    async fn remove(&self, deployment: &Deployment) -> Called<()> {
        self.write(Call::RemoveRecords, deployment, |world| {
            world.service_at(&deployment.plan);
            let (now, key) = (world.now, deployment.plan.service.key());
            let own = world.names.iter_mut().filter(|it| it.owner == key);
            own.filter(|it| it.records(now).is_some()).for_each(|it| it.clear(now));
            Ok(())
        })
    }
}

/// Compares and swaps: one batch a zone, both records of a name in it.
fn write(
    world: &mut World,
    deployment: &Deployment,
    from: Split,
    to: Split,
    over_drift: bool,
) -> Written {
    let target = drifts(world, deployment, to);
    let is_at_target = |name: &str| target.iter().all(|it| it.name != name);
    if !over_drift {
        let mut foreign = drifts(world, deployment, from);
        foreign.retain(|it| !is_at_target(&it.name));
        if !foreign.is_empty() {
            return Written::Drifted { drifts: foreign };
        }
    }
    let mut changes: BTreeMap<String, String> = BTreeMap::new();
    let mut under_way = Vec::new();
    for name in &deployment.plan.names {
        if is_at_target(name) {
            under_way.extend(pending(world, name));
            continue;
        }
        let zone = zone(name);
        let known = changes.get(&zone).cloned();
        let change = known.unwrap_or_else(|| world.next_change(&zone));
        changes.insert(zone, change.clone());
        put(world, deployment, name, to, change);
    }
    let mut changes: Vec<String> = changes.into_values().chain(under_way).collect();
    changes.sort();
    changes.dedup();
    Written::Done { changes }
}

fn put(world: &mut World, deployment: &Deployment, name: &str, to: Split, change: String) {
    let (now, insync_s) = (world.now, world.scenario.dns.insync_s);
    let plan = &deployment.plan;
    let effect_at = now.plus_s(insync_s);
    let weights = weights(deployment, to);
    let write = Write { at: now, effect_at, change, ttl_s: plan.ttl_s, weights };
    world.write_records(name, &plan.service.key(), write);
    if let Some(run) = world.run.as_mut().filter(|_| to.green().percent() > 0) {
        run.first_traffic_at.get_or_insert(effect_at);
    }
}

/// The change of a name that is not in effect yet.
fn pending(world: &World, name: &str) -> Option<String> {
    let last = world.name(name)?.records(world.now)?;
    (last.effect_at > world.now && !last.change.is_empty()).then(|| last.change.clone())
}

/// The longest hosted zone there is for a name: its registered domain, in this cloud.
fn zone(name: &str) -> String {
    let labels: Vec<&str> = name.split('.').collect();
    labels[labels.len().saturating_sub(2)..].join(".")
}

/// The names that do not read as `split`.
fn drifts(world: &World, deployment: &Deployment, split: Split) -> Vec<Drift> {
    let names = deployment.plan.names.iter();
    names.filter_map(|name| drift(world, deployment, name, split)).collect()
}

fn drift(world: &World, deployment: &Deployment, name: &str, split: Split) -> Option<Drift> {
    let records = world.name(name).and_then(|it| it.records(world.now));
    let of = |label: &str| {
        let found = records?.weights.iter().find(|(it, _)| it == label);
        found.map(|(_, weight)| *weight)
    };
    let blue = of(side_label(deployment, Side::Blue));
    let green = of(side_label(deployment, Side::Green));
    let wanted = (Some(split.blue().percent()), Some(split.green().percent()));
    if (blue, green) == wanted && records.is_some_and(|it| it.weights.len() == 2) {
        return None;
    }
    let found = match (records, blue, green) {
        (None, ..) => "no record".to_owned(),
        (Some(write), Some(blue), Some(green)) if write.weights.len() == 2 => {
            let as_split = Split::try_from(Weights { blue, green });
            as_split.map_or(format!("blue {blue} / green {green}"), |split| split.to_string())
        }
        (Some(write), ..) => listed(&write.weights),
    };
    let towards_blue = matches!((blue, green), (Some(blue), Some(green))
        if u32::from(blue) * 100 > u32::from(split.blue().percent()) * (u32::from(blue) + u32::from(green)));
    Some(Drift { name: name.to_owned(), expected: split.to_string(), found, towards_blue })
}
