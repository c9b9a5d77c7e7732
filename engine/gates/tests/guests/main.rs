//! Guests in the host: hostile ones must end as a fault with a reason, the engine and its other
//! gates unharmed.

mod cache;
mod faults;
mod hosted;
mod loading;
mod stand_ins;
mod support;
