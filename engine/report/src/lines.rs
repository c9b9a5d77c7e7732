//! The events for a pipe or a CI log: a line a change, a heartbeat a minute of silence.

use rollout::{EpochS, EventRecord};

use crate::clock::{time_of_day, took};
use crate::numbers::{percent, traffic};
use crate::picture::{Picture, Stage, decision_word};
use crate::tell::{Told, Tone, split};
use crate::text::printable;

/// Silence that is broken by a heartbeat, in seconds.
const HEARTBEAT_S: u32 = 60;

/// Tells a run in lines.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    picture: Picture,
    colour: bool,
    spoke_at: EpochS,
}

impl Lines {
    /// Colour only where it was asked for.
    #[must_use]
    pub fn new(colour: bool) -> Self {
        Lines { colour, ..Lines::default() }
    }

    /// The lines of an event, without line breaks; none when it says what is known already.
    pub fn take(&mut self, record: &EventRecord) -> Vec<String> {
        let Some(told) = self.picture.take(record) else { return Vec::new() };
        self.spoke_at = self.spoke_at.max(record.at);
        vec![self.print(&told)]
    }

    /// What stands, after a minute of silence; none before, or once the run is over.
    pub fn heartbeat(&mut self, now: EpochS) -> Option<String> {
        let silent = now.since_s(self.spoke_at) >= HEARTBEAT_S;
        if !silent || self.picture.deployment.is_empty() || self.picture.ended.is_some() {
            return None;
        }
        self.spoke_at = now;
        let text = heartbeat(&self.picture, now);
        let told = Told {
            at: now,
            tone: Tone::Plain,
            kind: "still",
            text,
            subject: String::new(),
            key: String::new(),
        };
        Some(self.print(&told))
    }

    /// The picture so far.
    #[must_use]
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    fn print(&self, told: &Told) -> String {
        let (time, kind, text) = (time_of_day(told.at), told.kind, printable(&told.text));
        match ansi(told.tone).filter(|_| self.colour) {
            Some(code) => format!("{time}  \u{1b}[{code}m{kind:<8}\u{1b}[0m {text}"),
            None => format!("{time}  {kind:<8} {text}"),
        }
    }
}

/// SGR colours: green, yellow, red.
fn ansi(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some("32"),
        Tone::Warn => Some("33"),
        Tone::Bad => Some("31"),
    }
}

fn heartbeat(picture: &Picture, now: EpochS) -> String {
    let mut parts = vec![picture.stage.word().to_owned()];
    if let Some(weights) = picture.weights {
        let seen = picture.observed_share().map(|share| format!(", seen {:.1} %", share * 100.0));
        parts.push(format!("{}{}", split(weights), seen.unwrap_or_default()));
    }
    if let Some(wait) = picture.wait {
        parts.push(match picture.stage {
            Stage::Holding => format!(
                "held for {}, at most until {}",
                took(now.since_s(wait.until)),
                time_of_day(wait.max_until)
            ),
            _ if now >= wait.until => "the wait is over".to_owned(),
            _ => format!("{} of the wait left", took(wait.until.since_s(now))),
        });
    }
    for row in &picture.gates {
        if let Some(last) = &row.last {
            parts.push(format!("{} says {}", row.view.name, decision_word(last.verdict.decision)));
        }
    }
    if let Some((_, canary, baseline)) = picture.traffic.newest {
        let rate = percent(baseline.bad, baseline.requests);
        let beside = rate.map(|rate| format!(" (blue {rate} bad)")).unwrap_or_default();
        parts.push(format!("green's last minute: {}{beside}", traffic(canary)));
    }
    parts.push(format!("running for {}", took(now.since_s(picture.began))));
    parts.join("; ")
}
