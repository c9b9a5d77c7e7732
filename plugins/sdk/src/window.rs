//! Which periods may be asked for: closed ones, past the lag with which CloudWatch delivers.

use crate::Situation;

/// Balancers publish their metrics by the minute.
pub const PERIOD_S: u32 = 60;
/// How long after its end a balancer's period is taken to be all there.
pub const LAG_S: u32 = 120;
/// How many periods one look asks for; what remains is for the next.
const MOST_PERIODS: u32 = 240;

/// A run of closed periods: `begin_s` inclusive, `end_s` exclusive, both multiples of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The beginning of the first period, seconds since the epoch.
    pub begin_s: u32,
    /// The end of the last period, seconds since the epoch.
    pub end_s: u32,
}

impl Window {
    /// The closed periods not consumed yet: from the later of `consumed_to_s` and the first whole
    /// period after the canary's first traffic, to `lag_s` ago. None when there is none.
    #[must_use]
    pub fn unconsumed(situation: &Situation, consumed_to_s: u32, lag_s: u32) -> Option<Self> {
        Self::unconsumed_of(PERIOD_S, situation, consumed_to_s, lag_s)
    }

    /// The same in periods of `period_s`, for metrics that are not a balancer's.
    #[must_use]
    pub fn unconsumed_of(
        period_s: u32,
        situation: &Situation,
        consumed_to_s: u32,
        lag_s: u32,
    ) -> Option<Self> {
        let begin_s = consumed_to_s.max(next_of(period_s, situation.canary_traffic_at?));
        let closed_s = situation.now.saturating_sub(lag_s);
        let closed_s = closed_s - closed_s % period_s;
        let end_s = closed_s.min(begin_s.saturating_add(MOST_PERIODS * period_s));
        (end_s > begin_s).then_some(Self { begin_s, end_s })
    }

    /// The beginnings of its periods.
    pub fn periods(self) -> impl Iterator<Item = u32> {
        self.periods_of(PERIOD_S)
    }

    /// The beginnings of its periods of `period_s`.
    pub fn periods_of(self, period_s: u32) -> impl Iterator<Item = u32> {
        (self.begin_s..self.end_s).step_by(period_s.max(1) as usize)
    }
}

/// The beginning of the period that holds `time_s`.
#[must_use]
pub fn period_of(time_s: u32) -> u32 {
    time_s - time_s % PERIOD_S
}

/// The beginning of the first period that begins at `time_s` or later.
#[must_use]
pub fn next_period(time_s: u32) -> u32 {
    next_of(PERIOD_S, time_s)
}

/// The beginning of the first period of `period_s` that begins at `time_s` or later.
#[must_use]
pub fn next_of(period_s: u32, time_s: u32) -> u32 {
    let late_s = time_s.saturating_add(period_s - 1);
    late_s - late_s % period_s
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::Window;
    use crate::harness::situation;

    #[test]
    fn only_whole_minutes_after_first_traffic_and_past_the_lag_are_asked_for() {
        let mut s = situation();
        s.canary_traffic_at = Some(1_000_030);
        s.now = 1_000_030 + 60 + 120;
        assert_eq!(Window::unconsumed(&s, 0, 120), None, "1_000_020 is not whole, nor closed");
        s.now = 1_000_140 + 119;
        assert_eq!(Window::unconsumed(&s, 0, 120), None, "closed but not past its lag");
        s.now = 1_000_140 + 120;
        let window = Window { begin_s: 1_000_080, end_s: 1_000_140 };
        assert_eq!(Window::unconsumed(&s, 0, 120), Some(window));
        assert_eq!(Window::unconsumed(&s, 1_000_140, 120), None, "consumed already");
    }

    #[test]
    fn a_long_absence_is_caught_up_with_in_bounded_looks() {
        let mut s = situation();
        s.canary_traffic_at = Some(1_000_020);
        s.now = 1_000_020 + 86_400;
        let window = Window::unconsumed(&s, 0, 120).unwrap();
        assert_eq!(window.periods().count(), 240);
        assert_eq!(Window::unconsumed(&s, window.end_s, 120).unwrap().begin_s, window.end_s);
    }

    #[test]
    fn no_instant_overflows() {
        let mut s = situation();
        s.canary_traffic_at = Some(u32::MAX);
        s.now = u32::MAX;
        assert_eq!(Window::unconsumed(&s, u32::MAX, 120), None);
    }
}
