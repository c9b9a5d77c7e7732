//! One evaluation against bare wasmtime.
fn main() {}
