//! Where the words go: standard output and what it is connected to.

use std::io::{self, IsTerminal, Write};

/// Whether errors may be coloured: standard error is a terminal, and NO_COLOR is not set.
pub(crate) fn has_colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Whether a person watches.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
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

/// Writes to standard error; nobody can be told when that fails.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}
