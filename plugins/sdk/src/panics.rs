//! What a panic says. `wasm32-unknown-unknown` has no standard error: with the feature `panic-words`
//! a gate takes the one of WASI preview 1, for which `ecs-crd plugin encode` has a stub, and the host
//! puts what was written there before the trap.

use std::marker::PhantomData;
use std::panic;

use crate::{Answer, Description, Gate, Issue, Question, Situation, Turn};

/// A gate whose panics are heard.
pub struct Heard<G>(PhantomData<G>);

impl<G: Gate> Gate for Heard<G> {
    fn describe() -> Description {
        hear();
        G::describe()
    }

    fn check(configuration: String) -> Vec<Issue> {
        hear();
        G::check(configuration)
    }

    fn ask(situation: Situation, state: Vec<u8>) -> Vec<Question> {
        hear();
        G::ask(situation, state)
    }

    fn judge(situation: Situation, answers: Vec<Answer>, state: Vec<u8>) -> Turn {
        hear();
        G::judge(situation, answers, state)
    }

    fn learn(situation: Situation, state: Vec<u8>) -> Vec<u8> {
        hear();
        G::learn(situation, state)
    }
}

fn hear() {
    panic::set_hook(Box::new(|panic| standard_error::write(&panic.to_string())));
}

#[expect(unsafe_code, reason = "a foreign function, and its one call")]
mod standard_error {
    /// Its number.
    const FILE: u32 = 2;

    /// Bytes to write (`ciovec` of WASI preview 1).
    #[repr(C)]
    struct Piece {
        start: *const u8,
        bytes: usize,
    }

    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn fd_write(file: u32, pieces: *const Piece, count: usize, written: *mut usize) -> u32;
    }

    pub(super) fn write(words: &str) {
        let piece = Piece { start: words.as_ptr(), bytes: words.len() };
        let mut written = 0;
        // SAFETY: one piece, whose bytes and whose count outlive the call. Whether it was written
        // makes no difference to a gate that ends here.
        unsafe { fd_write(FILE, &raw const piece, 1, &raw mut written) };
    }
}
