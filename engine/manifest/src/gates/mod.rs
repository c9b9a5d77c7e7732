//! The gates of a file against what the plugins say of themselves.

mod check;
mod command_line;
mod config;
mod grants;
mod plugins;

pub use command_line::CommandLine;
pub use plugins::Plugins;

pub(crate) use check::{Named, check_gates};
pub(crate) use command_line::added_gates;
