//! What `plugin check` says of a component.

use std::time::Instant;

use rollout::Limits;

use crate::engine::Engine;
use crate::limits::Budget;
use crate::load_error::LoadError;
use crate::loaded::Facts;
use crate::shape::CONTRACT_VERSION;

/// A component that keeps the contract, measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The version of the contract it keeps.
    pub contract: &'static str,
    /// What is known of it.
    pub facts: Facts,
    /// What an evaluation may use up where the file says nothing.
    pub limits: Limits,
    /// How long one evaluation takes at least: a `check` on a fresh instance, in milliseconds.
    pub evaluation_ms: f64,
}

impl Engine {
    /// Loads a component and measures it.
    ///
    /// # Errors
    /// As `load`.
    pub fn inspect(&self, plugin: &str, bytes: &[u8]) -> Result<Inspection, LoadError> {
        let loaded = self.load(plugin, bytes)?;
        let begun = Instant::now();
        // An empty configuration may well be refused; how long that takes is the question.
        let _ = loaded.check(&Budget::default(), "{}");
        let evaluation_ms = begun.elapsed().as_secs_f64() * 1_000.0;
        Ok(Inspection {
            contract: CONTRACT_VERSION,
            facts: loaded.facts().clone(),
            limits: Limits::default(),
            evaluation_ms,
        })
    }
}
