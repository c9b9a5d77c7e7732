//! Who follows a run: the journal's lines become events, the events lines or NDJSON.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use report::{Lines, ndjson, story};
use rollout::{EpochS, EventRecord};
use runner::{Entry, Follower, Story};

use crate::args::Output;
use crate::live::Live;
use crate::terminal::{complain, has_colours, is_terminal, say};

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
            lines: Lines::new(has_colours() && is_terminal()),
            live: (output == Output::Human).then(Live::open).flatten(),
            events: Vec::new(),
        })))
    }

    /// The story of what was seen; empty for machines.
    pub(crate) fn ending(&self) -> String {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.view(Live::close);
        match inner.output {
            Output::Human => format!("\n{}", story(&inner.events)),
            Output::Json => String::new(),
        }
    }
}

impl Follower for Feed {
    fn entry(&mut self, entry: &Entry) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match inner.story.tell(entry) {
            Ok(events) => inner.show(events),
            Err(error) => complain(&format!("the run cannot be shown further: {error}")),
        }
    }

    fn tick(&mut self, now: EpochS) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
    /// Does something with the live view; one that fails gives way to lines.
    fn view(&mut self, show: impl FnOnce(&mut Live) -> io::Result<()>) {
        if let Some(live) = &mut self.live
            && let Err(error) = show(live)
        {
            complain(&format!("the live view: {error}"));
            self.live = None;
        }
    }

    fn show(&mut self, events: Vec<EventRecord>) {
        for event in events {
            self.view(|live| live.take(&event));
            let text = match self.output {
                Output::Human if self.live.is_some() => String::new(),
                Output::Human => {
                    self.lines.take(&event).into_iter().map(|line| line + "\n").collect()
                }
                Output::Json => ndjson(&event).unwrap_or_else(|error| {
                    complain(&format!("an event cannot be written: {error}"));
                    String::new()
                }),
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
