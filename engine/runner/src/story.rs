//! From the journal's lines to the published events, for whoever follows a run.

use std::sync::Arc;

use rollout::{EventRecord, IllegalEvent, Machine, Narrator};

use crate::record::{Entry, Record};

/// A follower's copy of a run: fed the journal's lines in order, it tells what they mean.
#[derive(Clone, Debug)]
pub struct Story {
    deployment: String,
    narrator: Option<Narrator>,
}

impl Story {
    /// The story of that deployment, before its first line.
    #[must_use]
    pub fn of(deployment: &str) -> Self {
        Story { deployment: deployment.to_owned(), narrator: None }
    }

    /// The machine as the lines so far leave it; none before the first.
    #[must_use]
    pub fn machine(&self) -> Option<&Machine> {
        self.narrator.as_ref().map(Narrator::machine)
    }

    /// The events a line makes.
    ///
    /// # Errors
    /// When the line cannot follow on those before: the journal is damaged.
    pub fn tell(&mut self, entry: &Entry) -> Result<Vec<EventRecord>, IllegalEvent> {
        let at = entry.at;
        match (&mut self.narrator, &entry.record) {
            (None, Record::Began(began)) => {
                let plan = Arc::new(began.plan.clone());
                let ground = Arc::new(began.ground.clone());
                let (narrator, events) =
                    Narrator::begin(&self.deployment, began.goal, plan, ground, at);
                self.narrator = Some(narrator);
                Ok(events)
            }
            (Some(narrator), Record::Happened { event, .. }) => narrator.happened(event, at),
            (Some(narrator), Record::Noted { warning, text }) => {
                Ok(narrator.noted(*warning, text, at))
            }
            (Some(narrator), Record::Left { why }) => Ok(narrator.left(why, at)),
            (Some(narrator), Record::Resumed { by }) => {
                Ok(narrator.noted(false, &format!("{by} drives on"), at))
            }
            (Some(_), Record::Intended { .. }) => Ok(Vec::new()),
            (None, _) | (Some(_), Record::Began(_)) => Err(IllegalEvent {
                state: "reading the journal",
                event: "a line before the first, or a second first line".to_owned(),
            }),
        }
    }
}
