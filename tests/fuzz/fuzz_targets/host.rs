//! What a guest of any bytes, or one that returns any bytes, does to the host.
#![no_main]

#[path = "../checks/host.rs"]
mod checks;
#[path = "../../../engine/gates/tests/guests/situation.rs"]
mod situation;
#[path = "../../../engine/gates/tests/guests/support.rs"]
#[expect(dead_code, reason = "what the tests of the host need beside one guest")]
mod guest;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::check(bytes));
