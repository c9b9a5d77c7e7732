//! What every adapter of a port must keep: tests as functions, run by each adapter's own tests.

pub mod cloud;
pub mod ledger;
