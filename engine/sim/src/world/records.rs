//! The weighted records of a DNS name: what is written, what is in effect, what resolvers answer.

use rollout::EpochS;
use serde::{Deserialize, Serialize};

/// The CanaryRelease label of a balancer, which is the record's set identifier too.
pub type Label = String;

/// A name of the zone and every write it ever saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) name: String,
    /// The key of the service whose records these are.
    pub(crate) owner: String,
    /// In rising time, never empty.
    pub(crate) writes: Vec<Write>,
}

/// What stood in the zone from an instant on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Write {
    pub(crate) at: EpochS,
    /// When all name servers answer it (INSYNC).
    pub(crate) effect_at: EpochS,
    pub(crate) change: String,
    pub(crate) ttl_s: u32,
    /// Empty when the records were deleted.
    pub(crate) weights: Vec<(Label, u8)>,
}

impl Write {
    /// The share of the answers that name this label, 0 to 1. Route 53 answers records that are
    /// all 0 evenly.
    fn share(&self, label: &str) -> f64 {
        let sum: u32 = self.weights.iter().map(|(_, weight)| u32::from(*weight)).sum();
        let own = self.weights.iter().find(|(it, _)| it == label);
        match own {
            None => 0.0,
            Some(_) if sum == 0 => 1.0 / self.weights.len() as f64,
            Some((_, weight)) => f64::from(*weight) / f64::from(sum),
        }
    }
}

impl Name {
    /// The records that stand there; none when there are none.
    pub(crate) fn records(&self, now: EpochS) -> Option<&Write> {
        self.writes.iter().rev().find(|it| it.at <= now).filter(|it| !it.weights.is_empty())
    }

    /// Adds a write; it takes effect no earlier than the one before.
    pub(crate) fn write(&mut self, mut write: Write) {
        if let Some(last) = self.writes.last() {
            write.at = write.at.max(last.at);
            write.effect_at = write.effect_at.max(last.effect_at);
        }
        self.writes.push(write);
    }

    /// Deletes the records.
    pub(crate) fn clear(&mut self, at: EpochS) {
        let Some(last) = self.writes.last() else { return };
        let (change, ttl_s) = (last.change.clone(), last.ttl_s);
        self.write(Write { at, effect_at: at, change, ttl_s, weights: Vec::new() });
    }

    /// Whether no weight was ever changed: then the stack that made the records deletes them.
    pub(crate) fn is_as_made(&self) -> bool {
        let living = self.writes.iter().rev().take_while(|it| !it.weights.is_empty());
        living.count() == 1
    }

    /// The mean share of requests for this name that go to `label` between two instants.
    ///
    /// A resolver asks again once its answer is older than the TTL, each at its own time, so the
    /// share at an instant is the mean of what the name servers answered over the last TTL. Its
    /// integral over an interval is a second difference of squares, jump by jump.
    pub(crate) fn share(&self, label: &str, begin: EpochS, end: EpochS) -> f64 {
        let ttl_s = f64::from(self.writes.last().map_or(0, |it| it.ttl_s).max(1));
        let (begin, end) = (f64::from(begin.0), f64::from(end.0));
        let square = |x: f64| if x > 0.0 { x * x } else { 0.0 };
        let (mut before, mut sum) = (0.0, 0.0);
        for write in &self.writes {
            let (share, at) = (write.share(label), f64::from(write.effect_at.0));
            let window = |x: f64| square(x - at) - square(x - ttl_s - at);
            sum += (share - before) * (window(end) - window(begin));
            before = share;
        }
        (sum / (2.0 * ttl_s * (end - begin).max(1.0))).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use rollout::EpochS;

    use super::{Name, Write};

    fn name(writes: &[(u32, u8)]) -> Name {
        let writes = writes.iter().map(|&(at, green)| Write {
            at: EpochS(at),
            effect_at: EpochS(at),
            change: String::new(),
            ttl_s: 60,
            weights: vec![("1".into(), 100 - green), ("2".into(), green)],
        });
        Name { name: "shop.example.com".into(), owner: "shop".into(), writes: writes.collect() }
    }

    #[test]
    fn answers_move_to_a_new_weight_over_the_ttl() {
        let name = name(&[(0, 0), (1000, 50)]);
        let at = |second: u32| name.share("2", EpochS(second), EpochS(second + 1));
        assert_eq!(at(999), 0.0);
        assert!((at(1000) - 0.5 * 0.5 / 60.0).abs() < 1e-9);
        assert!((at(1030) - 0.5 * 30.5 / 60.0).abs() < 1e-9);
        assert!((at(1060) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_shares_of_both_labels_are_one_whatever_was_written_when() {
        let name = name(&[(0, 0), (600, 5), (640, 100), (650, 0), (700, 30)]);
        for minute in 10..20 {
            let (begin, end) = (EpochS(minute * 60), EpochS(minute * 60 + 60));
            let sum = name.share("1", begin, end) + name.share("2", begin, end);
            assert!((sum - 1.0).abs() < 1e-9, "minute {minute}: {sum}");
        }
    }

    #[test]
    fn a_share_over_an_interval_is_the_mean_of_its_seconds() {
        let name = name(&[(0, 0), (600, 5), (640, 100), (650, 0), (700, 30)]);
        let seconds: f64 = (600..720).map(|at| name.share("2", EpochS(at), EpochS(at + 1))).sum();
        let whole = name.share("2", EpochS(600), EpochS(720));
        assert!((whole - seconds / 120.0).abs() < 1e-9);
    }
}
