//! A scenario of any bytes.
#![no_main]

#[path = "../checks/scenario.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::check(bytes));
