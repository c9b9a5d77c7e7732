//! Core module to component, and what a gate says of itself: makes `plugins/dist`.

mod component;
mod description;

pub use component::{Surface, encode, surface};
pub use description::{GATES, Gate, description_json};
