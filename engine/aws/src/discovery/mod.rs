//! Finding out what the account holds; writes nothing, and pages everywhere.
//!
//! | to know | read |
//! | --- | --- |
//! | what stands there of a service | `ground`, `standing`, `release` |
//! | what is looked for besides, before anything is written | `survey`, `found` |
//! | how each thing is found | `balancers`, `zones`, `records`, `listeners`, … |

pub(crate) mod balancers;
mod certificates;
mod cluster;
mod elsewhere;
mod found;
mod ground;
mod images;
mod listeners;
mod names;
mod port;
mod records;
mod release;
mod secrets;
mod standing;
mod survey;
pub(crate) mod zones;

pub(crate) use survey::needs_secrets;
pub use survey::{Survey, SurveyError};
