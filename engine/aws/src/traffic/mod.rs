//! Route 53: the weighted records of a plan's names, changed by compare-and-swap (S03, S04).
//!
//! | to know | read |
//! | --- | --- |
//! | what a pair of records should be | `pair` |
//! | what stands at a name, and how it differs | `at_name`, `drift`, `share` |
//! | how it is read | `read` |
//! | what is sent | `batch`, `send` |
//! | what this process has sent | `sent` |
//! | the port | `port`, and a file for each kind of write: `swap`, `ensure`, `remove` |

mod at_name;
mod batch;
mod drift;
mod ensure;
#[cfg(test)]
mod fixture;
mod pair;
mod port;
mod read;
mod remove;
mod send;
mod sent;
mod share;
mod swap;

pub(crate) use at_name::AtName;
pub(crate) use read::{Name, at_names};
pub(crate) use sent::Sent;
