//! The statistics of the gates, called as they call them.

use crate::rollout::{End, Judge, Said, Stand, TTL_S};
use crate::traffic::{Fault, Interval, Profile, Requests};
use gate_sdk::comparison::{Comparison, Period};
use gate_sdk::harness::{START_S, situation};
use gate_sdk::settings::{Settings, Wording};
use gate_sdk::statistics::Counts;
use gate_sdk::{Decision, Situation};

/// A comparison with the defaults of the gate that judges such a fault.
pub(crate) struct Native {
    settings: Settings,
    wording: Wording,
    comparison: Comparison,
    situation: Situation,
    period_s: u32,
    /// What the service's earlier releases taught.
    learned: Option<[f64; 4]>,
}

impl Native {
    pub(crate) fn new(profile: Profile, fault: Fault) -> Self {
        let settings = match fault {
            Fault::Latency(_) => Settings::for_slow_requests(),
            Fault::Errors(_) | Fault::NoErrors => Settings::for_errors(),
        };
        Self::taught(settings, profile.period_s, None)
    }

    fn taught(settings: Settings, period_s: u32, learned: Option<[f64; 4]>) -> Self {
        Native {
            wording: Wording { adjective: "bad".into(), finding: "bad", code: "bad" },
            comparison: Comparison::new(&settings, learned),
            situation: Situation { ttl_s: TTL_S, steps: 5, ..situation() },
            period_s,
            settings,
            learned,
        }
    }
}

impl Judge for Native {
    fn look(&mut self, age_s: u32, drawn: &Interval, stand: Stand) -> Said {
        self.situation.step = u32::try_from(stand.step).unwrap_or(u32::MAX);
        self.situation.weight = stand.weight;
        self.situation.next_weight = stand.next_weight;
        self.situation.weight_verified_at = START_S + stand.began_s;
        let period = Period {
            begin_s: START_S + age_s,
            length_s: self.period_s,
            canary: counts(drawn.canary),
            baseline: counts(drawn.baseline),
        };
        self.comparison.observe(&period, &self.situation, &self.settings);
        let Native { settings, wording, comparison, situation, .. } = self;
        if comparison.rollback(wording).is_some() {
            return Said::RollBack;
        }
        let judgeable = comparison.progress.obstacle(situation, 0).is_none();
        match comparison.evidence(situation, settings, wording).decision {
            Decision::Promote if judgeable => Said::Promote,
            _ => Said::Hold,
        }
    }

    fn next_release(&self, ended: End) -> Option<Box<dyn Judge>> {
        let learned = match ended {
            End::Promoted => Some(self.comparison.learned_prior()),
            End::RolledBack | End::Inconclusive => self.learned,
        };
        Some(Box::new(Native::taught(self.settings, self.period_s, learned)))
    }
}

fn counts(of: Requests) -> Counts {
    Counts { requests: of.all, bad: of.bad }
}
