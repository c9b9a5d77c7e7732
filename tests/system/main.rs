//! The program, guests in the host, the editor and the linter of templates, for real.
#![cfg(test)]

mod checking;
#[path = "../../engine/probes/tests/wire/deployment.rs"]
mod deployment;
mod editor;
#[path = "aws_wire/emulator.rs"]
mod emulator;
#[path = "../../engine/gates/tests/guests/hostile.rs"]
mod faults;
mod fuzzed;
#[path = "../../engine/gates/tests/guests/support.rs"]
#[expect(dead_code, reason = "what the tests of the host need beside the guests")]
mod guest;
mod guests_builtin;
mod hostile;
mod hostile_network;
mod languages;
mod live_view;
mod looking;
mod on_aws;
mod policies;
mod processes;
mod program;
mod real_data;
mod replaying;
mod screens;
#[path = "../../engine/gates/tests/guests/situation.rs"]
mod situation;
mod stories;
#[path = "../story/mod.rs"]
#[expect(dead_code, reason = "what only stories with a script need")]
mod story;
mod templates;
mod venv;
