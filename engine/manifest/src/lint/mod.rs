//! What is allowed and yet probably not meant. Every lint has a stable code.

mod service;
mod strategy;

use crate::diagnostic::Diagnostic;
use crate::parse::Parsed;

/// The warnings that need no knowledge of gates.
pub(crate) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let mut said = strategy::check(parsed);
    said.extend(service::check(parsed));
    said
}
