//! Templates from outside: against those of the predecessor, its faults, and field by field.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod golden;
mod rows;
mod support;
