//! The values of fields: whole numbers, times, flags, words, pairs.

mod digits;
mod flag;
mod pairs;
mod port;
mod seconds;
mod whole;
mod words;

pub use flag::Flag;
pub use pairs::Pairs;
pub use port::{ContainerPort, Port};
pub use seconds::Seconds;
pub use whole::Whole;
pub(crate) use words::AS_WRITTEN;
pub use words::Words;
