//! From values to places in the drawing, and the round numbers along its axes.

use rollout::EpochS;

use crate::clock::{date_time, time_of_day};

/// Where the time axis begins, from the left edge of the drawing, in its units.
pub(super) const LEFT: f64 = 110.0;
/// How long the time axis is.
pub(super) const LENGTH: f64 = 830.0;

/// Spans between two marks of the time axis, in seconds.
const TICKS_S: [u32; 12] = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/// The time axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeScale {
    begin: EpochS,
    span_s: u32,
}

impl TimeScale {
    pub(super) fn new(begin: EpochS, end: EpochS) -> Self {
        TimeScale { begin, span_s: end.since_s(begin).max(1) }
    }

    /// Where an instant is drawn; what lies outside is drawn at the edge.
    pub(super) fn x(&self, at: EpochS) -> f64 {
        let share = f64::from(at.since_s(self.begin)) / f64::from(self.span_s);
        rounded(LEFT + share.min(1.0) * LENGTH)
    }

    /// Marks at round times, with their labels.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let least = self.span_s / 9;
        let every_s = TICKS_S.into_iter().find(|&every_s| every_s > least);
        let every_s = every_s.unwrap_or(least.max(1));
        let label = |at: EpochS| match every_s {
            0..60 => time_of_day(at),
            60..43_200 => time_of_day(at).chars().take(5).collect(),
            _ => date_time(at).chars().skip(5).take(11).collect(),
        };
        let first = self.begin.next_period(every_s);
        let count = self.begin.plus_s(self.span_s).since_s(first) / every_s;
        (0..=count)
            .map(|n| first.plus_s(n.saturating_mul(every_s)))
            .map(|at| (self.x(at), label(at)))
            .collect()
    }
}

/// A vertical axis from 0 at the bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    /// Its upper edge.
    pub(super) top: f64,
    /// How high it is.
    pub(super) height: f64,
    /// The value at the upper edge, above 0.
    pub(super) max: f64,
}

impl Panel {
    pub(super) fn y(&self, value: f64) -> f64 {
        rounded(self.top + self.height * (1.0 - (value / self.max).clamp(0.0, 1.0)))
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// The next of 1, 2 and 5 times a power of ten, for the upper edge of an axis in percent.
pub(super) fn round_up(value: f64) -> f64 {
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];
    steps.into_iter().find(|&step| step >= value).unwrap_or(100.0)
}

/// A tenth of a unit is finer than any screen or printer shows.
pub(super) fn rounded(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_axis_has_a_few_round_marks_for_any_span() {
        for span_s in [0, 1, 59, 600, 7200, 90_000, 5_000_000, u32::MAX] {
            let ticks = TimeScale::new(EpochS(7), EpochS(7).plus_s(span_s)).ticks();
            assert!(ticks.len() <= 11, "{span_s} s: {ticks:?}");
            assert!(ticks.iter().all(|(x, _)| (LEFT..=LEFT + LENGTH).contains(x)), "{ticks:?}");
        }
        let (_, label) = &TimeScale::new(EpochS(0), EpochS(3600)).ticks()[1];
        assert_eq!(label, "00:10");
    }

    #[test]
    fn zero_is_drawn_at_the_bottom_and_the_largest_value_at_the_top() {
        let panel = Panel { top: 10.0, height: 100.0, max: round_up(1.3) };
        assert_eq!((panel.y(0.0), panel.y(2.0), panel.y(9.0)), (110.0, 10.0, 10.0));
    }
}
