//! Makes a component of a core module, and reads back what a component imports and exports.
//!
//! Toolchains that encode components themselves (JavaScript's, Python's) need none of this.

mod encode;
mod surface;

pub use encode::{CONTRACT, encode};
pub use surface::{Surface, surface};
