//! Stories, crashes, seeds, schemas and house rules, on the light crates.
#![cfg(test)]

mod cases;
mod crashes;
mod credentials;
mod edges;
mod fuzzed;
mod ledger_away;
mod mortal;
mod native;
mod rig;
mod schemas;
mod script;
mod stories;
#[path = "../story/mod.rs"]
mod story;
mod tidy;
