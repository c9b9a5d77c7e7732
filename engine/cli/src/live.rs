//! The live view: the report's frames on the terminal's second screen. At the end the first screen
//! comes back, and the last frame stands on it as lines, above the story.
//!
//! The second screen is never rewrapped by a terminal that changes its size, and each frame is
//! painted whole: what tore it is gone with the next one.

use std::io;
use std::time::{Duration, Instant};

use report::{Picture, frame, painted};
use rollout::{EpochS, EventRecord};

use crate::screen;
use crate::terminal::{say, size, wants_colours};

/// Rows of the frame that is left behind at most.
const ROWS_LEFT: u16 = 18;
/// The least time between two frames: a simulated run has thousands of instants a second.
const PACE: Duration = Duration::from_millis(50);

/// A view of a run.
pub(crate) struct Live {
    picture: Picture,
    now: EpochS,
    drawn_at: Option<Instant>,
}

impl Live {
    /// A view, where standard output is a terminal that can show one and nobody else writes to it.
    pub(crate) fn open() -> Option<Self> {
        let opened = size().is_some() && screen::enter();
        opened.then(|| Live { picture: Picture::default(), now: EpochS(0), drawn_at: None })
    }

    /// Takes an event and shows it, soon.
    ///
    /// # Errors
    /// When the terminal does not take it.
    pub(crate) fn take(&mut self, event: &EventRecord) -> io::Result<()> {
        self.picture.take(event);
        self.tick(event.at)
    }

    /// Time has passed.
    ///
    /// # Errors
    /// When the terminal does not take it.
    pub(crate) fn tick(&mut self, now: EpochS) -> io::Result<()> {
        self.now = now;
        match self.drawn_at {
            Some(at) if at.elapsed() < PACE => Ok(()),
            _ => self.draw(),
        }
    }

    /// Gives the first screen back; the last frame stands on it.
    ///
    /// # Errors
    /// When the terminal does not take it.
    pub(crate) fn close(self) -> io::Result<()> {
        screen::leave();
        let Some((columns, rows)) = size() else { return Ok(()) };
        let last = frame(&self.picture, self.now, columns - 1, ROWS_LEFT.min(rows));
        let lines = painted(&last, wants_colours());
        let shown = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        say(&lines[..shown].iter().map(|line| format!("{line}\n")).collect::<String>())
    }

    /// One frame. The last column stays free: a terminal that has written it is about to wrap.
    fn draw(&mut self) -> io::Result<()> {
        self.drawn_at = Some(Instant::now());
        let Some((columns, rows)) = size() else { return Ok(()) };
        let drawn = frame(&self.picture, self.now, columns - 1, rows);
        say(&screen::painting(&painted(&drawn, wants_colours())))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        screen::leave();
    }
}
