//! Guests in the host: hostile ones must end as a fault with a reason, the engine and its other
//! gates unharmed.
#![cfg(test)]

mod cache;
mod faults;
mod hosted;
mod hostile;
mod loading;
mod situation;
mod stand_ins;
mod support;
