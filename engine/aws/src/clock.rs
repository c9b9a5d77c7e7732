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

/// A machine that is no further off is right: the time of an answer is that of a whole second.
const RIGHT_WITHIN_S: i64 = 2;

/// Time of the cloud.
#[derive(Clone, Copy, Debug)]
pub struct WallClock(Time);

#[derive(Clone, Copy, Debug)]
enum Time {
    /// The machine's, and by how much the cloud's is ahead of it, seconds. Read anew each time: a
    /// machine that slept has missed nothing.
    Wall { ahead_s: i64 },
    /// The cloud's time at `read_at`, since the epoch, and its seconds a second of ours.
    Fast { began: Duration, read_at: Instant, speed: u32 },
}

impl WallClock {
    /// The wall's time.
    #[must_use]
    pub fn new() -> Self {
        WallClock(Time::Wall { ahead_s: 0 })
    }

    /// The wall's time, corrected by what the cloud says is `now`: metrics are of the cloud's time,
    /// and a machine that is minutes slow would take those of the former weight for fresh (S01).
    #[must_use]
    pub fn corrected(now: EpochS) -> Self {
        let ahead_s = i64::from(now.0) - wall().as_secs().cast_signed();
        if ahead_s.abs() <= RIGHT_WITHIN_S {
            return Self::new();
        }
        tracing::warn!("this machine's clock is {} s off, and is corrected here", -ahead_s);
        WallClock(Time::Wall { ahead_s })
    }

    /// A clock that stands at `now` and runs `speed` times as fast; 0 is 1.
    #[must_use]
    pub fn fast(now: EpochS, speed: u32) -> Self {
        let began = Duration::from_secs(u64::from(now.0));
        WallClock(Time::Fast { began, read_at: Instant::now(), speed: speed.max(1) })
    }

    fn elapsed(&self) -> Duration {
        match self.0 {
            Time::Wall { ahead_s } if ahead_s < 0 => {
                wall().saturating_sub(Duration::from_secs(ahead_s.unsigned_abs()))
            }
            Time::Wall { ahead_s } => wall() + Duration::from_secs(ahead_s.unsigned_abs()),
            Time::Fast { began, read_at, speed } => began + read_at.elapsed() * speed,
        }
    }

    fn speed(&self) -> u32 {
        match self.0 {
            Time::Wall { .. } => 1,
            Time::Fast { speed, .. } => speed,
        }
    }
}

/// The machine's time since the epoch.
fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
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
        let tick = (Duration::from_secs(1) / self.speed()).max(TICK_AT_LEAST);
        tokio::time::sleep((left / self.speed()).min(tick)).await;
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

    #[test]
    fn s01_a_machine_whose_clock_is_off_goes_by_the_clouds() {
        let wall = EpochS(u32::try_from(wall().as_secs()).expect("before 2106"));
        for cloud in [wall.plus_s(600), wall.minus_s(600)] {
            let told = WallClock::corrected(cloud).now();
            assert!((cloud..=cloud.plus_s(2)).contains(&told), "{cloud:?} {told:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_instant_in_the_past_is_not_waited_for() {
        let clock = WallClock::new();
        let begun = Instant::now();
        clock.wait(EpochS(0)).await.expect("it waits");
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
