//! The live view: the report's frames in an inline viewport of the terminal, which stays above
//! the story when the run has ended.

use std::io::{self, IsTerminal, Stdout};
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Position;
use ratatui::{Terminal, TerminalOptions, Viewport};
use report::Picture;
use rollout::{EpochS, EventRecord};

/// Rows of the view.
const ROWS: u16 = 18;
/// The least time between two drawings: a simulated run has thousands of instants a second.
const PACE: Duration = Duration::from_millis(50);

/// A view of a run.
pub(crate) struct Live {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    picture: Picture,
    now: EpochS,
    drawn_at: Option<Instant>,
}

impl Live {
    /// A view, where the terminal can show one: not a dumb one, and one that says where it is.
    pub(crate) fn open() -> Option<Self> {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if dumb || !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return None;
        }
        let options = TerminalOptions { viewport: Viewport::Inline(ROWS) };
        let terminal = Terminal::with_options(CrosstermBackend::new(io::stdout()), options);
        let terminal = terminal.ok()?;
        Some(Live { terminal, picture: Picture::default(), now: EpochS(0), drawn_at: None })
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

    /// The last drawing; what is printed next stands below it.
    ///
    /// # Errors
    /// When the terminal does not take it.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.draw()?;
        let area = self.terminal.get_frame().area();
        self.terminal.set_cursor_position(Position::new(0, area.bottom().saturating_sub(1)))?;
        self.terminal.show_cursor()
    }

    fn draw(&mut self) -> io::Result<()> {
        self.drawn_at = Some(Instant::now());
        let Live { terminal, picture, now, .. } = self;
        terminal.draw(|frame| {
            let area = frame.area();
            let drawn = report::frame(picture, *now, area.width, area.height);
            let buffer = frame.buffer_mut();
            for row in 0..area.height.min(drawn.area.height) {
                for column in 0..area.width.min(drawn.area.width) {
                    buffer[(area.x + column, area.y + row)] = drawn[(column, row)].clone();
                }
            }
        })?;
        Ok(())
    }
}
