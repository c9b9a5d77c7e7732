//! Where the words go: standard output and what it is connected to.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::args::Output;

/// Whether the log is written onto the terminal that shows the run.
static LOGGED_TO: AtomicBool = AtomicBool::new(false);

/// Whether errors may be coloured: standard error is a terminal, and NO_COLOR is not set.
pub(crate) fn has_colours() -> bool {
    io::stderr().is_terminal() && may_colour()
}

/// Whether standard output may be coloured.
pub(crate) fn wants_colours() -> bool {
    is_terminal() && may_colour()
}

/// <https://no-color.org>: set and not empty.
fn may_colour() -> bool {
    !is_dumb() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether a person watches.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether the terminal can do nothing but print.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb")
}

/// Whether a view may be painted: the terminal can do it, and nobody else prints on it.
pub(crate) fn may_paint() -> bool {
    !is_dumb() && !LOGGED_TO.load(Ordering::Relaxed)
}

/// Says that the log goes to standard error.
pub(crate) fn log_is_on_screen() {
    LOGGED_TO.store(io::stderr().is_terminal(), Ordering::Relaxed);
}

/// Columns and rows of the terminal; none where standard output is none, or does not say.
pub(crate) fn size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 1 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// Columns of the terminal.
pub(crate) fn columns() -> Option<u16> {
    size().map(|(columns, _)| columns)
}

/// Writes to standard output. A reader that has gone (`| head`) is no error.
///
/// # Errors
/// Anything else that keeps the text from being written.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says what is no event of a run: to people on standard output, which for machines holds events
/// and nothing else, so that there it goes to standard error.
///
/// # Errors
/// As `say`.
pub(crate) fn remark(output: Output, text: &str) -> io::Result<()> {
    match output {
        Output::Human => say(&format!("{text}\n")),
        Output::Json => {
            complain(text);
            Ok(())
        }
    }
}

/// Writes to standard error; nobody can be told when that fails.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}
