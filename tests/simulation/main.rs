//! Stories, crashes, seeds, schemas and house rules, on the light crates.
#![cfg(test)]

mod edges;
mod schemas;
mod tidy;
