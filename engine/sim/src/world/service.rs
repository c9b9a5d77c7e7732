//! A service of the world, and how it is found or made when a plan first speaks of it.

use std::sync::Arc;

use rollout::{EpochS, Plan, Stack};
use serde::{Deserialize, Serialize};

use super::{BIRTH, Label, RegistryItem, Release, StackLife, World, Write, place};
use crate::draw::subject;

/// All that a world holds of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Service {
    /// As `rollout::Service::key`.
    pub(crate) key: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) environment: String,
    pub(crate) region: String,
    pub(crate) registry: Option<RegistryItem>,
    pub(crate) init: Option<StackLife>,
    /// At most one a label: a new one takes the place of one that is gone.
    pub(crate) releases: Vec<Release>,
    /// Which deployment suspended scale-in.
    pub(crate) suspended_by: Option<String>,
}

impl Service {
    /// The release behind the balancer of that label, whatever became of it.
    pub(crate) fn release(&self, label: &str) -> Option<&Release> {
        self.releases.iter().find(|it| it.label == label)
    }

    pub(crate) fn release_mut(&mut self, label: &str) -> Option<&mut Release> {
        self.releases.iter_mut().find(|it| it.label == label)
    }

    /// The live release, as the registry has it, and only if it stands.
    pub(crate) fn live(&self, now: EpochS) -> Option<(&RegistryItem, &Release)> {
        let item = self.registry.as_ref()?;
        let release = self.release(&item.label)?;
        release.stack.serves(now).then_some((item, release))
    }

    fn is_of(&self, service: &rollout::Service) -> bool {
        self.name == service.name
            && self.group == service.group
            && self.environment == service.environment
            && self.region == service.region
    }
}

impl World {
    /// The service of a plan; one the world has never heard of is made as the scenario's `before`
    /// says, which depends on nothing else, so that reading makes no difference.
    pub(crate) fn service_at(&mut self, plan: &Plan) -> usize {
        if let Some(at) = self.services.iter().position(|it| it.is_of(&plan.service)) {
            return at;
        }
        let service = self.found(plan);
        self.services.push(service);
        self.services.len() - 1
    }

    pub(crate) fn service(&mut self, plan: &Plan) -> &mut Service {
        let at = self.service_at(plan);
        &mut self.services[at]
    }

    /// A service as a new world has it.
    fn found(&mut self, plan: &Plan) -> Service {
        let rollout::Service { group, name, environment, region, .. } = &plan.service;
        let mut service = Service {
            key: plan.service.key(),
            group: group.clone(),
            name: name.clone(),
            environment: environment.clone(),
            region: region.clone(),
            registry: None,
            init: None,
            releases: Vec::new(),
            suspended_by: None,
        };
        let before = self.scenario.before.clone();
        if !before.deployed {
            return service;
        }
        let since = BIRTH.minus_s(before.age_s);
        let label = plan.labels.blue.clone();
        let life = |stack: Stack, label: &str| StackLife {
            name: stack_name(plan, stack, label),
            token: "before".to_owned(),
            asked_at: since,
            settled_at: since,
            failure: None,
            removal: None,
        };
        service.registry = Some(RegistryItem {
            label: label.clone(),
            version: before.version.clone(),
            deployed_at: since,
        });
        service.init = Some(life(Stack::Init, &label));
        service.releases.push(Release {
            version: before.version,
            stack: life(Stack::Blue, &label),
            scalings: vec![(since, before.tasks)],
            subject: subject(&[&service.key, &label, "before"]),
            place: Arc::new(place(&plan.service, &label)),
            label: label.clone(),
        });
        for name in &plan.names {
            self.write_records(
                name,
                &service.key,
                Write {
                    at: since,
                    effect_at: since,
                    change: String::new(),
                    ttl_s: plan.ttl_s,
                    weights: vec![(label.clone(), 100), (plan.labels.green.clone(), 0)],
                },
            );
        }
        service
    }
}

/// The name of a stack: `{env}-{service}-{release}`, with 0 for the init stack; an environment of
/// more than five letters is cut to five.
pub(crate) fn stack_name(plan: &Plan, stack: Stack, label: &str) -> Label {
    let environment: String = plan.service.environment.chars().take(5).collect();
    let release = if stack == Stack::Init { "0" } else { label };
    format!("{environment}-{}-{release}", plan.service.name)
}
