//! The wall clock, and one that runs faster: for tests against an endpoint on this machine whose
//! clock does too.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use rollout::EpochS;
use runner::{Called, Clock};
use tokio::time::Instant;

/// Between two looks at what a person has said, at least: a ledger is not asked more often, however
/// fast the clock runs.
const TICK_AT_LEAST: Duration = Duration::from_millis(200);

/// Time of the cloud.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    /// The cloud's time at `read_at`, in seconds since the epoch.
    began: Duration,
    read_at: Instant,
    /// Seconds of the cloud's time a second of ours.
    speed: u32,
}

impl WallClock {
    /// The wall's time.
    #[must_use]
    pub fn new() -> Self {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        WallClock { began, read_at: Instant::now(), speed: 1 }
    }

    /// A clock that stands at `now` and runs `speed` times as fast; 0 is 1.
    #[must_use]
    pub fn fast(now: EpochS, speed: u32) -> Self {
        let began = Duration::from_secs(u64::from(now.0));
        WallClock { began, read_at: Instant::now(), speed: speed.max(1) }
    }

    fn elapsed(&self) -> Duration {
        self.began + self.read_at.elapsed() * self.speed
    }
}

impl Default for WallClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for WallClock {
    fn now(&self) -> EpochS {
        EpochS(u32::try_from(self.elapsed().as_secs()).unwrap_or(u32::MAX))
    }

    /// Sleeps to `until`, or for one tick: a second of the cloud's time, and `TICK_AT_LEAST`.
    async fn wait(&self, until: EpochS) -> Called<()> {
        let left = Duration::from_secs(u64::from(until.0)).saturating_sub(self.elapsed());
        let tick = (Duration::from_secs(1) / self.speed).max(TICK_AT_LEAST);
        tokio::time::sleep((left / self.speed).min(tick)).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_fast_clock_waits_a_fraction_and_never_past_the_instant() {
        let clock = WallClock::fast(EpochS(1_000), 60);
        let begun = Instant::now();
        while clock.now() < EpochS(1_060) {
            clock.wait(EpochS(1_060)).await.expect("it waits");
            assert!(clock.now() <= EpochS(1_060));
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn s09_a_wait_of_wall_time_returns_within_a_second_so_that_a_word_is_heard() {
        let clock = WallClock::new();
        let begun = Instant::now();
        clock.wait(clock.now().plus_s(3_600)).await.expect("it waits");
        assert!(begun.elapsed() <= Duration::from_secs(1), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn an_instant_in_the_past_is_not_waited_for() {
        let clock = WallClock::new();
        let begun = Instant::now();
        clock.wait(EpochS(0)).await.expect("it waits");
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
