//! Tasks and targets of both sides over time, as stairs.

use rollout::{EventRecord, Side, SideHealth, What};
use serde::Serialize;

use super::scale::{Panel, TimeScale};
use crate::clock::time_of_day;
use crate::tell::health_text;

/// One side's healthy targets over time.
#[derive(Debug, Default, Serialize)]
pub(super) struct Stairs {
    path: String,
    dots: Vec<Reading>,
}

/// What one reading found.
#[derive(Debug, Serialize)]
struct Reading {
    x: f64,
    y: f64,
    bad: bool,
    title: String,
}

/// The most targets or tasks that were ever read, at least 1: the upper edge of the axis.
pub(super) fn most(events: &[EventRecord]) -> u32 {
    let counts = |health: &SideHealth| health.targets_healthy.max(health.tasks_desired);
    let read = events.iter().filter_map(|event| match &event.what {
        What::Health { health, .. } => Some(counts(health)),
        _ => None,
    });
    read.max().unwrap_or(0).max(1)
}

/// A side's healthy targets as stairs, a dot a reading.
pub(super) fn stairs(
    events: &[EventRecord],
    of: Side,
    time: &TimeScale,
    panel: &Panel,
    end: f64,
) -> Stairs {
    let mut stairs = Stairs::default();
    for event in events {
        let What::Health { side, health } = &event.what else { continue };
        if *side != of {
            continue;
        }
        let (x, y) = (time.x(event.at), panel.y(f64::from(health.targets_healthy)));
        let step = if stairs.path.is_empty() { format!("M{x} {y}") } else { format!("H{x}V{y}") };
        stairs.path.push_str(&step);
        let title = format!("{}  {}", time_of_day(event.at), health_text(health));
        stairs.dots.push(Reading { x, y, bad: !health.may_serve(), title });
    }
    if !stairs.path.is_empty() {
        stairs.path.push_str(&format!("H{end}"));
    }
    stairs
}
