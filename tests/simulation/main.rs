//! Stories, crashes, seeds, schemas and house rules, on the light crates.
#![cfg(test)]

mod crashes;
mod edges;
mod ledger_away;
mod rig;
mod schemas;
mod stories;
mod tidy;
