//! How far a gate has read, and whether that is far enough to judge the present weight (S01).

use crate::ruling::Ruling;
use crate::text::duration;
use crate::window::{PERIOD_S, Window, next_period};
use crate::{Phase, Situation};
use serde::{Deserialize, Serialize};

/// Zero requests for so many TTLs is no data.
const QUIET_TTLS: u32 = 3;

/// How far the canary's series were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The end of the last period consumed, seconds since the epoch; 0 before the first.
    pub consumed_to_s: u32,
    /// The end of the last period in which the canary had a request; 0 before the first.
    pub served_to_s: u32,
}

impl Progress {
    /// The closed periods to ask for in this look; none when there is no new one.
    #[must_use]
    pub fn window(&self, situation: &Situation, lag_s: u32) -> Option<Window> {
        Window::unconsumed(situation, self.consumed_to_s, lag_s)
    }

    /// Notes that a period was consumed.
    pub fn advance(&mut self, end_s: u32, canary_requests: f64) {
        self.consumed_to_s = end_s;
        if canary_requests > 0.0 {
            self.served_to_s = end_s;
        }
    }

    /// Why the present weight cannot be judged yet; none when it can: a whole period that begins
    /// after the weight was verified and resolvers' caches ran out was consumed, with requests.
    #[must_use]
    pub fn obstacle(&self, situation: &Situation, lag_s: u32) -> Option<Ruling> {
        if situation.phase == Phase::Preflight || situation.canary_traffic_at.is_none() {
            let sentence = "the canary gets no traffic yet: this gate judges phases shift and bake";
            return Some(Ruling::no_data("no-traffic", sentence.into()));
        }
        let fresh_from_s = first_fresh_period(situation);
        let fresh_end_s = fresh_from_s.saturating_add(PERIOD_S);
        if self.consumed_to_s < fresh_end_s {
            let due_s = fresh_end_s.saturating_add(lag_s).saturating_sub(situation.now);
            let due = match due_s {
                0 => "it is due now".to_owned(),
                s => format!("it is due in {}", duration(f64::from(s))),
            };
            let weight = situation.weight;
            let sentence = format!("no whole minute at weight {weight} is measured yet: {due}");
            return Some(Ruling::hold("not-yet", sentence));
        }
        self.silence(situation, fresh_from_s)
    }

    /// A canary without requests.
    fn silence(&self, situation: &Situation, fresh_from_s: u32) -> Option<Ruling> {
        let since_s = self.served_to_s.max(situation.weight_verified_at);
        let quiet_s = self.consumed_to_s.saturating_sub(since_s);
        let sentence =
            format!("no request reached the canary for {}", duration(f64::from(quiet_s)));
        if quiet_s >= QUIET_TTLS.saturating_mul(situation.ttl_s).max(PERIOD_S) {
            Some(Ruling::no_data("no-requests", sentence))
        } else if self.served_to_s <= fresh_from_s {
            Some(Ruling::hold("no-requests-yet", sentence))
        } else {
            None
        }
    }
}

/// The beginning of the first period in which every resolver serves the present weight.
#[must_use]
pub fn first_fresh_period(situation: &Situation) -> u32 {
    next_period(situation.weight_verified_at.saturating_add(situation.ttl_s))
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::Progress;
    use crate::harness::situation;
    use crate::{Decision, Phase};

    fn code(progress: &Progress, situation: &crate::Situation) -> Option<&'static str> {
        progress.obstacle(situation, 120).map(|r| r.code)
    }

    #[test]
    fn s01_only_a_whole_period_after_verified_and_ttl_counts() {
        let s = situation();
        let fresh_s = super::first_fresh_period(&s);
        assert!(fresh_s >= s.weight_verified_at + s.ttl_s);
        let mut progress = Progress::default();
        progress.advance(fresh_s, 100.0);
        assert_eq!(code(&progress, &s), Some("not-yet"));
        progress.advance(fresh_s + 60, 100.0);
        assert_eq!(code(&progress, &s), None);
    }

    #[test]
    fn s02_a_silent_canary_is_no_data_after_three_ttls_and_a_hold_before() {
        let s = situation();
        let fresh_s = super::first_fresh_period(&s);
        let mut progress = Progress::default();
        progress.advance(fresh_s + 60, 0.0);
        assert_eq!(code(&progress, &s), Some("no-requests-yet"));
        progress.advance(s.weight_verified_at + 3 * s.ttl_s + 60, 0.0);
        assert_eq!(code(&progress, &s), Some("no-requests"));
        progress.advance(fresh_s + 600, 5.0);
        assert_eq!(code(&progress, &s), None);
        progress.advance(fresh_s + 600 + 3 * s.ttl_s, 0.0);
        assert_eq!(code(&progress, &s), Some("no-requests"), "silence after traffic");
    }

    #[test]
    fn s02_before_any_traffic_there_is_no_data() {
        let mut s = situation();
        s.phase = Phase::Preflight;
        s.canary_traffic_at = None;
        let ruling = Progress::default().obstacle(&s, 120).unwrap();
        assert_eq!(ruling.decision, Decision::NoData);
    }
}
