//! What a rollout remembers besides its state: weights in effect, health, traffic and harm.

use serde::{Deserialize, Serialize};

use crate::dwell::METRIC_PERIOD_S;
use crate::{Billed, Counts, EpochS, Health, Side, Split, TrafficSample};

/// Seconds between two readings that together convict an unhealthy target (S05).
pub(crate) const UNHEALTHY_TWICE_S: u32 = 15;
/// Crashes of green's own making that end a rollout at once.
pub(crate) const CRASHES: u32 = 3;
/// A reading of health older than this, in seconds, is repeated before green may get more (S05).
const FRESH_S: u32 = 30;
/// After a failed reading of health: seconds until the next.
const REREAD_S: u32 = 15;

/// Facts gathered on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// The weights last verified in effect.
    pub split: Split,
    /// The weights last asked for: what a compare-and-swap expects to find.
    pub asked: Split,
    /// Whether any weight above 0 was ever asked for.
    pub shifted: bool,
    /// Whether green's stack was asked for.
    pub green_made: bool,
    /// Whether the init stack was asked for by this run.
    pub init_made: bool,
    /// Whether scale-in is suspended by this run.
    pub suspended: bool,
    /// The latest health, and when it was read.
    pub health: Option<(EpochS, Health)>,
    /// Since when some target of green has been unhealthy.
    pub unhealthy_since: Option<EpochS>,
    /// The latest reading of health failed: not before then again, and what the provider said.
    pub unread: Option<(EpochS, String)>,
    /// When the weights in effect were verified.
    pub verified_at: Option<EpochS>,
    /// When the canary's first weight above 0 was verified.
    pub canary_traffic_at: Option<EpochS>,
    /// What green served in all.
    pub canary: Counts,
    /// What blue served meanwhile.
    pub baseline: Counts,
    /// Bad responses of green beyond blue's rate, summed over the periods; below 0 when green
    /// does better. Clamped only when told, or noise would add up to harm.
    pub harmed: f64,
    /// The last two periods that were read.
    pub recent: Vec<TrafficSample>,
    /// What CloudWatch was asked for.
    pub billed: Billed,
    /// What of deleted stacks stays for others who use it, a sentence each.
    pub kept: Vec<String>,
}

impl Default for Book {
    fn default() -> Self {
        Book {
            split: Split::ALL_BLUE,
            asked: Split::ALL_BLUE,
            shifted: false,
            green_made: false,
            init_made: false,
            suspended: false,
            health: None,
            unhealthy_since: None,
            unread: None,
            verified_at: None,
            canary_traffic_at: None,
            canary: Counts::default(),
            baseline: Counts::default(),
            harmed: 0.0,
            recent: Vec::new(),
            billed: Billed::default(),
            kept: Vec::new(),
        }
    }
}

impl Book {
    pub(crate) fn read_health(&mut self, health: &Health, now: EpochS) {
        self.unhealthy_since = match (health.green.targets_unhealthy, self.unhealthy_since) {
            (0, _) => None,
            (_, Some(since)) => Some(since),
            (_, None) => Some(now),
        };
        self.health = Some((now, health.clone()));
        self.unread = None;
    }

    /// A reading that was asked for could not be made.
    pub(crate) fn miss_health(&mut self, why: &str, now: EpochS) {
        self.unread = Some((now.plus_s(REREAD_S), why.to_owned()));
    }

    /// What of a deleted stack stays: told again after a crash, it is listed once.
    pub(crate) fn keep(&mut self, stays: &[String]) {
        for sentence in stays {
            if !self.kept.contains(sentence) {
                self.kept.push(sentence.clone());
            }
        }
    }

    /// What was read before a person looked into it no longer holds.
    pub(crate) fn forget_health(&mut self) {
        self.health = None;
        self.unhealthy_since = None;
        self.unread = None;
    }

    /// The weights in effect from now on.
    pub(crate) fn verify(&mut self, split: Split, now: EpochS) {
        self.split = split;
        self.verified_at = Some(now);
    }

    /// S05, by the latest reading: `asked_for` tasks run, or more if ECS wants more, and every
    /// registered target that is not draining is healthy.
    pub(crate) fn green_may_serve(&self, asked_for: u32) -> bool {
        self.health.as_ref().is_some_and(|(_, Health { green, .. })| {
            green.may_serve() && green.tasks_running >= asked_for
        })
    }

    /// Whether the latest reading is recent enough to send green more traffic by.
    pub(crate) fn health_is_fresh(&self, now: EpochS) -> bool {
        self.health.as_ref().is_some_and(|(read_at, _)| now.since_s(*read_at) <= FRESH_S)
    }

    /// Whether health may be read now: not right after a reading that failed.
    pub(crate) fn may_read_health(&self, now: EpochS) -> bool {
        self.unread.as_ref().is_none_or(|(again_at, _)| *again_at <= now)
    }

    /// Why green is to be taken back for its health: crashes, or a target unhealthy twice.
    pub(crate) fn conviction(&self) -> Option<String> {
        let (read_at, health) = self.health.as_ref()?;
        let green = &health.green;
        if green.tasks_crashed >= CRASHES {
            let reasons = green.crashes_told();
            return Some(format!("{} tasks crashed: {reasons}", green.tasks_crashed));
        }
        let since = self.unhealthy_since?;
        (read_at.since_s(since) >= UNHEALTHY_TWICE_S).then(|| {
            let mut sentence = format!(
                "{} of {} targets unhealthy, read twice {} s apart",
                green.targets_unhealthy,
                green.targets_unhealthy + green.targets_healthy + green.targets_initial,
                read_at.since_s(since),
            );
            if !green.unhealthy_reasons.is_empty() {
                sentence = format!("{sentence}: {}", green.unhealthy_reasons.join("; "));
            }
            sentence
        })
    }

    /// When an unhealthy target has to be looked at again.
    pub(crate) fn second_reading_at(&self) -> Option<EpochS> {
        let again = self.unhealthy_since?.plus_s(UNHEALTHY_TWICE_S);
        let (read_at, _) = self.health.as_ref()?;
        (*read_at < again).then_some(again)
    }

    /// When a reading that failed is made again.
    pub(crate) fn reread_at(&self) -> Option<EpochS> {
        self.unread.as_ref().map(|(again_at, _)| *again_at)
    }

    /// Whether a way back would lead from something that serves to nothing that does.
    pub(crate) fn blue_is_gone(&self) -> bool {
        let Some((_, Health { green, blue: Some(blue) })) = &self.health else { return false };
        self.shifted && blue.targets_healthy == 0 && green.targets_healthy > 0
    }

    pub(crate) fn read_traffic(&mut self, sample: &TrafficSample) {
        if self.recent.last().is_some_and(|last| last.period_begin >= sample.period_begin) {
            return;
        }
        add(&mut self.canary, sample.green);
        add(&mut self.baseline, sample.blue);
        let rate = match self.baseline.requests {
            0 => 0.0,
            requests => self.baseline.bad as f64 / requests as f64,
        };
        let excess = sample.green.bad as f64 - rate * sample.green.requests as f64;
        self.harmed += excess;
        self.recent.push(sample.clone());
        if self.recent.len() > 2 {
            self.recent.remove(0);
        }
    }

    /// S07: no request in the last two closed periods, both begun after the weights that empty
    /// the side were verified.
    pub(crate) fn drained(&self, side: Side) -> bool {
        let Some(since) = self.verified_at else { return false };
        let requests = |sample: &TrafficSample| match side {
            Side::Green => sample.green.requests,
            Side::Blue => sample.blue.requests,
        };
        match self.recent.as_slice() {
            [first, second] => {
                first.period_begin >= since
                    && second.period_begin == first.period_begin.plus_s(METRIC_PERIOD_S)
                    && requests(first) + requests(second) == 0
            }
            _ => false,
        }
    }
}

fn add(total: &mut Counts, more: Counts) {
    total.requests = total.requests.saturating_add(more.requests);
    total.bad = total.bad.saturating_add(more.bad);
}
