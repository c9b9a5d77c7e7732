//! The gates of a file against what the plugins say of themselves.

mod check;
mod command_line;
mod config;
mod grants;
mod offered;
mod plugins;

pub use command_line::CommandLine;
pub use offered::OfferedSchema;
pub use plugins::Plugins;

pub(crate) use check::{Named, check_gates};
pub(crate) use command_line::added_gates;
