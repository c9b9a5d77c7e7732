//! The room over real listeners and scripted wires, behind a resolver and a connector of the tests.
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod addresses;
mod answers;
mod deadlines;
mod deployment;
mod redirects;
mod requests;
mod secrets;
mod tls;
mod town;
