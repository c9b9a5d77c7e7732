//! ECS, the target groups and scaling: what runs on both sides.
//!
//! | to know | read |
//! | --- | --- |
//! | how a side is found | `services` |
//! | whose fault a stopped task is | `crash`, read by `tasks` |
//! | how targets are counted | `targets` |
//! | what a side's series are called | `dimensions` |
//! | scaling green, and keeping both sides from scaling in | `scale`, `scale_in` |
//! | what is saved before a deletion | `last_words`, `log_lines` |
//! | the port | `port` |

mod crash;
mod dimensions;
mod last_words;
mod log_lines;
mod port;
mod scale;
mod scale_in;
mod services;
mod targets;
mod tasks;

pub(crate) use tasks::Crashes;
