//! The contract of the ports, kept in a healthy world.

use sim::Scenario;

use crate::stage::SimStage;

runner::cloud_contract!(SimStage::new(Scenario::default()));
