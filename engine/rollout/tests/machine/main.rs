//! The machine against a model cloud: the safety promises as properties, the table, the numbers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

mod case;
mod cloud;
mod numbers;
mod oracle;
mod promises;
mod table;
mod words;
mod world;
