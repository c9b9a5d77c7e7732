//! The program on AWS: its processes against the emulator, whose clock runs as fast as theirs.

mod account;
mod lifecycle;
mod taking_over;
