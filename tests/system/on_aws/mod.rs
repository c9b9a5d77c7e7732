//! The program on AWS: its processes against the emulator, whose clock runs as fast as theirs.

mod account;
mod lifecycle;
mod looking;
mod permissions;
mod taking_over;
