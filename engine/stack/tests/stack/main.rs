//! Templates from outside: against those of the predecessor, its faults, and field by field.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod faults;
mod fields;
mod golden;
mod listeners;
mod own_calls;
mod policies;
mod promises;
mod refusals;
mod rows;
mod schema;
mod support;
mod wanted;
