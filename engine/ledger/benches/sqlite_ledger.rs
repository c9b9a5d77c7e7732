//! What an append costs on SQLite.
fn main() {}
