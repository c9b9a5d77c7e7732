//! CloudWatch: the questions of a round in as few `GetMetricData` calls as there can be.
//!
//! | to know | read |
//! | --- | --- |
//! | which queries share a call, and its times | `calls`, `mentioned` |
//! | what is sent | `wire` |
//! | what is made of the answers | `heard` |
//! | the port | `port` |

mod calls;
mod heard;
mod mentioned;
mod port;
mod wire;
