//! What ended an evaluation, as a stable code and a sentence.

use std::fmt::Write;

use runner::GateFault;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::limits::{Budget, HOST_COPY_BYTES, NOTES_BYTES, STACK_BYTES};
use crate::meter::OverLimit;
use crate::text::printable;

/// Frames of a backtrace that are shown.
const FRAMES: usize = 6;

/// A fault with that code.
pub(crate) fn fault(code: &str, sentence: impl Into<String>) -> GateFault {
    GateFault { code: code.to_owned(), sentence: sentence.into() }
}

/// A fault for a result beyond a limit.
pub(crate) fn over(code: &str, what: &str, used: usize, limit: usize) -> GateFault {
    fault(code, format!("the gate returned {used} {what}; the limit is {limit}"))
}

/// Why the call of an export failed. `words` is what the guest wrote to standard error.
pub(crate) fn of_call(
    error: &wasmtime::Error,
    export: &str,
    budget: &Budget,
    words: &str,
) -> GateFault {
    let (code, what) = if let Some(limit) = error.downcast_ref::<OverLimit>() {
        let code = match limit {
            OverLimit::Memory { .. } => "memory",
            OverLimit::Tables { .. } => "tables",
        };
        (code, format!("`{export}` {limit}"))
    } else if let Some(exit) = error.downcast_ref::<I32Exit>() {
        ("exit", format!("`{export}` left with exit status {}", exit.0))
    } else if let Some(trap) = error.downcast_ref::<Trap>() {
        of_trap(*trap, export, budget)
    } else {
        of_other(error, export)
    };
    fault(code, told(words, what, error.downcast_ref::<WasmBacktrace>()))
}

fn of_trap(trap: Trap, export: &str, budget: &Budget) -> (&'static str, String) {
    match trap {
        Trap::OutOfFuel => {
            ("fuel", format!("`{export}` used up its {} units of fuel (limits.fuel)", budget.fuel))
        }
        Trap::Interrupt => (
            "time-out",
            format!("`{export}` ran longer than its time-out of {} ms", budget.time.as_millis()),
        ),
        Trap::StackOverflow => {
            ("stack", format!("`{export}` used up its stack of {} KiB", STACK_BYTES >> 10))
        }
        other => ("trap", format!("`{export}` trapped: {other}")),
    }
}

/// Neither a trap nor a limit of the meter: the result could not be read, or a stand-in refused.
fn of_other(error: &wasmtime::Error, export: &str) -> (&'static str, String) {
    let root = error.root_cause().to_string();
    if root.contains("fuel allocated for hostcalls") {
        let limit_mib = HOST_COPY_BYTES >> 20;
        let what = format!(
            "`{export}` handed over more than {limit_mib} MiB in one call, which is the limit"
        );
        return ("too-much-data", what);
    }
    if error.downcast_ref::<Refused>().is_some() {
        return ("refused", format!("`{export}` {root}"));
    }
    ("invalid-result", format!("what `{export}` returned cannot be read: {root}"))
}

/// A stand-in that answers nothing.
#[derive(Debug, thiserror::Error)]
#[error("called {what}, which no gate is given")]
pub(crate) struct Refused {
    pub(crate) what: String,
}

fn told(words: &str, what: String, backtrace: Option<&WasmBacktrace>) -> String {
    let words = printable(words.trim(), NOTES_BYTES);
    let mut told = if words.is_empty() { what } else { format!("{words} — {what}") };
    let frames = backtrace.map(WasmBacktrace::frames).unwrap_or_default();
    for (place, frame) in frames.iter().take(FRAMES).enumerate() {
        told.push_str(if place == 0 { "; in " } else { " < " });
        let name = frame.func_name().map_or_else(
            || format!("function {}", frame.func_index()),
            |name| printable(name, 200),
        );
        told.push_str(&name);
        if let Some((file, line)) = frame.symbols().iter().find_map(|s| s.file().zip(s.line())) {
            let file = printable(file.rsplit('/').next().unwrap_or(file), 100);
            // Writing to a String cannot fail.
            let _ = write!(told, " ({file}:{line})");
        }
    }
    told
}
