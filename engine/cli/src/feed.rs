//! Who follows a run: the journal's lines become events, the events lines or NDJSON.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use report::{Lines, ndjson, story};
use rollout::{EpochS, EventRecord};
use runner::{Entry, Follower, Story};

use crate::args::Output;
use crate::live::Live;
use crate::terminal::{columns, complain, say, wants_colours};

/// Follows a run and shows it. A clone sees the same events.
#[derive(Clone)]
pub(crate) struct Feed(Arc<Mutex<Inner>>);

struct Inner {
    output: Output,
    story: Story,
    lines: Lines,
    live: Option<Live>,
    events: Vec<EventRecord>,
}

impl Feed {
    pub(crate) fn new(deployment: &str, output: Output) -> Self {
        Feed(Arc::new(Mutex::new(Inner {
            output,
            story: Story::of(deployment),
            lines: Lines::new(wants_colours()),
            live: (output == Output::Human).then(Live::open).flatten(),
            events: Vec::new(),
        })))
    }

    /// Ends the live view, if there is one.
    pub(crate) fn close(&self) {
        self.inner().close();
    }

    /// Ends the live view; the story of what was seen, empty for machines.
    pub(crate) fn ending(&self) -> String {
        let mut inner = self.inner();
        inner.close();
        match inner.output {
            Output::Human => format!("\n{}", story(&inner.events, columns())),
            Output::Json => String::new(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Feed {
    fn entry(&mut self, entry: &Entry) {
        let mut inner = self.inner();
        match inner.story.tell(entry) {
            Ok(events) => inner.show(events),
            Err(error) => complain(&format!("the run cannot be shown further: {error}")),
        }
    }

    fn tick(&mut self, now: EpochS) {
        let mut inner = self.inner();
        inner.view(|live| live.tick(now));
        if inner.output == Output::Human
            && inner.live.is_none()
            && let Some(line) = inner.lines.heartbeat(now)
        {
            write(&format!("{line}\n"));
        }
    }
}

impl Inner {
    fn close(&mut self) {
        if let Some(Err(error)) = self.live.take().map(Live::close) {
            complain(&format!("the live view: {error}"));
        }
    }

    /// Does something with the live view; one that fails gives way to lines.
    fn view(&mut self, show: impl FnOnce(&mut Live) -> io::Result<()>) {
        if let Some(live) = &mut self.live
            && let Err(error) = show(live)
        {
            self.live = None;
            complain(&format!("the live view: {error}"));
        }
    }

    fn show(&mut self, events: Vec<EventRecord>) {
        for event in events {
            let line = ndjson(&event).unwrap_or_else(|error| {
                complain(&format!("an event cannot be written: {error}"));
                String::new()
            });
            tracing::debug!("{}", line.trim_end());
            self.view(|live| live.take(&event));
            let text = match self.output {
                Output::Human if self.live.is_some() => String::new(),
                Output::Human => {
                    self.lines.take(&event).into_iter().map(|line| line + "\n").collect()
                }
                Output::Json => line,
            };
            write(&text);
            self.events.push(event);
        }
    }
}

/// A run goes on when nobody can read it any more.
fn write(text: &str) {
    if let Err(error) = say(text) {
        complain(&format!("standard output: {error}"));
    }
}
