//! Arguments, wiring and exit codes of the program.
fn main() {}
