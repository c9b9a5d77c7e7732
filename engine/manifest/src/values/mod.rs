//! The values of fields: whole numbers, times, flags, words, pairs, names of resources.

mod arn;
mod digits;
mod flag;
mod pairs;
mod port;
mod seconds;
mod whole;
mod words;

pub use arn::Arn;
pub use flag::Flag;
pub use pairs::Pairs;
pub use port::{ContainerPort, Port};
pub use seconds::Seconds;
pub use whole::Whole;
pub(crate) use words::AS_WRITTEN;
pub use words::Words;
