//! Gates over the past: recorded looks evaluated again, byte for byte.

mod difference;
mod replay;

pub use replay::replay;
