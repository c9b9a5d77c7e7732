//! The program on AWS: its processes against the emulator, whose clock runs as fast as theirs.

mod account;
mod autoscaled;
mod failures;
mod gates;
mod killed;
mod lifecycle;
mod looking;
mod permissions;
mod refusals;
mod shared_listener;
mod taking_over;
mod words;
