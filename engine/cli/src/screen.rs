//! The terminal's second screen, taken and given back: what was there before is there again, also
//! when the process leaves in a hurry.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

use crate::terminal::may_paint;

/// xterm's 1049: the second screen; 25: the cursor, hidden.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// Mode 2026 keeps a frame back until it is whole, where the terminal knows it.
const BEGIN_FRAME: &str = "\x1b[?2026h";
const END_FRAME: &str = "\x1b[?2026l";

/// The second screen while it is ours, with the keyboard as it was before.
static TAKEN: Mutex<Option<Option<Termios>>> = Mutex::new(None);

/// Takes the second screen; false where there is none, or where it is not ours to take. Keys are
/// not echoed onto it meanwhile; Ctrl-C works.
pub(crate) fn enter() -> bool {
    if !may_paint() || !is_in_front() {
        return false;
    }
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    if taken.is_none() {
        *taken = Some(without_echo());
        write(ENTER);
    }
    true
}

/// Gives the first screen back; again is fine.
pub(crate) fn leave() {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(keyboard) = taken.take() else { return };
    write(LEAVE);
    if let Some(before) = keyboard {
        // What was typed meanwhile was not meant for the shell.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &before);
    }
}

/// What paints these rows over the whole screen.
pub(crate) fn painting(rows: &[String]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("{row}\x1b[K")).collect();
    format!("{BEGIN_FRAME}\x1b[H{}\x1b[J{END_FRAME}", rows.join("\r\n"))
}

/// A process in the background of its terminal must neither paint nor touch the keyboard.
fn is_in_front() -> bool {
    tcgetpgrp(io::stdout()).map_or(true, |group| group == rustix::process::getpgrp())
}

fn without_echo() -> Option<Termios> {
    let stdin = io::stdin();
    let before = stdin.is_terminal().then(|| tcgetattr(&stdin).ok()).flatten()?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
    tcsetattr(&stdin, OptionalActions::Now, &quiet).ok()?;
    Some(before)
}

/// A terminal that has gone is noticed by whoever writes the next frame.
fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
