//! The clock: time moves here and nowhere else.

use std::time::Duration;

use async_trait::async_trait;
use rollout::EpochS;
use runner::{Called, Clock};

use crate::cloud::Sim;

#[async_trait]
impl Clock for Sim {
    fn now(&self) -> EpochS {
        Sim::now(self)
    }

    fn is_wall(&self) -> bool {
        self.speed.is_some()
    }

    async fn wait(&self, until: EpochS) -> Called<()> {
        let now = Sim::now(self);
        if until <= now {
            return Ok(());
        }
        let Some(speed) = self.speed else { return self.advance(until) };
        // A speed so low that its tick is longer than any duration waits for the longest.
        let tick = Duration::try_from_secs_f64(1.0 / speed).unwrap_or(Duration::MAX);
        tokio::time::sleep(tick).await;
        self.advance(now.plus_s(1))
    }
}
