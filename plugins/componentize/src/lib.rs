//! What `plugins/` is built by: what a built-in gate says of itself, and the bindings of the contract
//! that the templates for C and Go bring along.

mod bindings;
mod description;

pub use bindings::{Binding, bindings};
pub use description::{GATES, Gate, description_json};
