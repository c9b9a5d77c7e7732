//! When a failed call is made again: doubling waits with jitter, inside a budget.
//!
//! The jitter is drawn from the deployment's id and the try, never from a generator: a resumed
//! or repeated story waits the same (S15). Waits are instants of the cloud's clock, so a person's
//! word is heard meanwhile (S09), which is why this is not a library's sleeping loop.

use rollout::EpochS;
use sha2::{Digest, Sha256};

/// The first wait, in seconds.
const FIRST_S: u32 = 1;
/// The longest wait, in seconds.
const LONGEST_S: u32 = 20;
/// The longest wait for somebody else who is at it, in seconds.
const BUSY_S: u32 = 10;
/// All tries of one effect together, in seconds.
const BUDGET_S: u32 = 120;

/// The tries of the effect under way.
#[derive(Debug)]
pub(crate) struct Backoff {
    salt: String,
    tries: u32,
    first_at: Option<EpochS>,
    next_at: Option<EpochS>,
}

impl Backoff {
    pub(crate) fn new(salt: &str) -> Self {
        Backoff { salt: salt.to_owned(), tries: 0, first_at: None, next_at: None }
    }

    /// Whether the next try is due.
    pub(crate) fn is_due(&self, now: EpochS) -> bool {
        self.next_at.is_none_or(|at| at <= now)
    }

    /// Whether no try has failed.
    pub(crate) fn is_calm(&self) -> bool {
        self.tries == 0
    }

    /// When the next try is; none while no try has failed.
    pub(crate) fn next_at(&self) -> Option<EpochS> {
        self.next_at
    }

    /// The effect is done, withdrawn or given up.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
        self.first_at = None;
        self.next_at = None;
    }

    /// Nothing is wrong, and it cannot be done yet: it is tried again, and the budget is untouched.
    pub(crate) fn put_off(&mut self, effect: &str, now: EpochS) {
        self.first_at = None;
        self.next_at = Some(now.plus_s(self.jittered(effect, BUSY_S)));
        self.tries = self.tries.saturating_add(1);
    }

    /// A try failed: when the next is, or none when the budget is used up.
    pub(crate) fn failed(&mut self, effect: &str, now: EpochS) -> Option<EpochS> {
        let first_at = *self.first_at.get_or_insert(now);
        let ceiling_s = FIRST_S.saturating_mul(1 << self.tries.min(10)).min(LONGEST_S);
        let next_at = now.plus_s(self.jittered(effect, ceiling_s));
        self.tries += 1;
        self.next_at = Some(next_at);
        (next_at.since_s(first_at) <= BUDGET_S).then_some(next_at)
    }

    /// Between half of the ceiling and all of it, at least a second.
    fn jittered(&self, effect: &str, ceiling_s: u32) -> u32 {
        let text = format!("{}/{effect}/{}", self.salt, self.tries);
        let draw = u32::from(Sha256::digest(text.as_bytes())[0]);
        (ceiling_s / 2 + draw * (ceiling_s - ceiling_s / 2) / 255).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_the_budget_ends_them() {
        let mut backoff = Backoff::new("d-1");
        let mut now = EpochS(1000);
        let mut waits = Vec::new();
        while let Some(next) = backoff.failed("scale", now) {
            waits.push(next.since_s(now));
            now = next;
        }
        assert!(waits.iter().sum::<u32>() <= BUDGET_S, "{waits:?}");
        assert!(waits.len() >= 6, "{waits:?}");
        assert!(waits.iter().all(|wait| (1..=LONGEST_S).contains(wait)), "{waits:?}");
        assert!(waits[5] >= LONGEST_S / 2, "{waits:?}");
    }

    #[test]
    fn waiting_for_somebody_else_takes_nothing_from_the_budget() {
        let mut backoff = Backoff::new("d-1");
        let mut now = EpochS(1000);
        for _ in 0..100 {
            backoff.put_off("retire", now);
            let next = backoff.next_at().unwrap();
            assert!((1..=BUSY_S).contains(&next.since_s(now)));
            now = next;
        }
        assert!(backoff.failed("retire", now).is_some());
    }

    #[test]
    fn s15_the_same_deployment_waits_the_same() {
        let waits = |salt: &str| {
            let mut backoff = Backoff::new(salt);
            (0..6).map(|_| backoff.failed("scale", EpochS(0))).collect::<Vec<_>>()
        };
        assert_eq!(waits("d-1"), waits("d-1"));
        assert_ne!(waits("d-1"), waits("d-2"));
    }
}
