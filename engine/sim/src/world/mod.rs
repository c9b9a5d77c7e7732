//! The world: what the simulated cloud holds, and its clock.
//!
//! A world is data. It moves only by `advance`, and everything it says of an instant (health,
//! shares of the traffic, stack states) follows from the instants it has stored.

mod drift;
mod records;
mod release;
mod run;
mod service;
mod stack;
mod view;

pub use records::Label;
pub(crate) use records::Name;
pub(crate) use records::Write;
pub(crate) use release::{Conduct, Release, place};
use rollout::EpochS;
pub(crate) use run::{Run, side_label, weights};
use serde::{Deserialize, Serialize};
pub(crate) use service::{Service, stack_name};
pub(crate) use stack::{Removal, StackLife};

use crate::draw;
use crate::scenario::Scenario;

/// When every world begins: 2026-01-01T00:00:00Z.
pub const BIRTH: EpochS = EpochS(1_767_225_600);

/// The simulated cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    pub(crate) seed: u64,
    pub(crate) now: EpochS,
    pub(crate) scenario: Scenario,
    /// How often each fault of the scenario has struck, and how often a stack was stuck.
    pub(crate) spent: Vec<u32>,
    pub(crate) stuck: u32,
    pub(crate) run: Option<Run>,
    /// How many deployment ids were given.
    pub(crate) deployments: u32,
    /// How many changes of records were made.
    pub(crate) changes: u32,
    pub(crate) services: Vec<Service>,
    pub(crate) names: Vec<Name>,
    pub(crate) notices: Vec<Notice>,
}

/// What the registry says of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryItem {
    /// The CanaryRelease label of the balancer that is live.
    pub label: Label,
    /// The version that is live.
    pub version: String,
    /// When it was deployed.
    pub deployed_at: EpochS,
}

/// A notice that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at: EpochS,
    /// The topic's ARN.
    pub topic: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub body: String,
}

impl World {
    /// A new world.
    pub(crate) fn new(scenario: Scenario) -> Self {
        World {
            seed: scenario.seed,
            now: BIRTH,
            spent: vec![0; scenario.faults.len()],
            scenario,
            stuck: 0,
            run: None,
            deployments: 0,
            changes: 0,
            services: Vec::new(),
            names: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Another scenario from here on; what stands stays.
    pub(crate) fn adopt(&mut self, scenario: Scenario) {
        if self.scenario != scenario {
            self.spent = vec![0; scenario.faults.len()];
            self.stuck = 0;
            self.scenario = scenario;
        }
    }

    /// Moves the clock; what others do meanwhile happens at its own instant.
    pub(crate) fn advance(&mut self, until: EpochS) {
        if until > self.now {
            self.now = until;
            self.drift();
        }
    }

    /// The name's records, if any ever were.
    pub(crate) fn name(&self, name: &str) -> Option<&Name> {
        self.names.iter().find(|it| it.name == name)
    }

    /// An id for a change of records in a zone.
    pub(crate) fn next_change(&mut self, zone: &str) -> String {
        self.changes += 1;
        let number = draw::subject(&[zone, &self.changes.to_string()]) ^ self.seed;
        format!("C{number:016X}")
    }

    /// Writes the records of a name, making it when it is new.
    pub(crate) fn write_records(&mut self, name: &str, owner: &str, write: Write) {
        match self.names.iter_mut().find(|it| it.name == name) {
            Some(known) => {
                owner.clone_into(&mut known.owner);
                known.write(write);
            }
            None => self.names.push(Name {
                name: name.to_owned(),
                owner: owner.to_owned(),
                writes: vec![write],
            }),
        }
    }
}
