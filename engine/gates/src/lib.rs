//! Evidence to a verdict: the WASM host of the gates, and the only place that knows wasmtime.

mod bindings;
mod builtin;
mod cache;
mod digest;
mod engine;
mod evaluation;
mod fault;
mod from_guest;
mod from_guest_questions;
mod host;
mod inspect;
pub mod limits;
mod load_error;
mod loaded;
mod meter;
mod shape;
mod stand_ins;
mod streams;
mod text;
mod to_guest;
mod workers;

pub use builtin::{builtin, builtins};
pub use cache::CachePolicy;
pub use engine::{Engine, EngineError, sandbox_config};
pub use evaluation::Usage;
pub use host::{Gate, Host};
pub use inspect::Measured;
pub use limits::Budget;
pub use load_error::{LoadError, LoadFault};
pub use loaded::{Facts, Loaded};
pub use shape::CONTRACT_VERSION;
