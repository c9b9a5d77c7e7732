//! The program, guests in the host and the editor, for real.
#![cfg(test)]

mod editor;
mod guests_builtin;
