//! A stay at one verified weight: who is asked, what counts, and what keeps it from going on.

use serde::{Deserialize, Serialize};

use crate::{
    Decision, Drift, EpochS, Evidence, Gate, GateLook, Mode, OnTrouble, Phase, Plan, Verdict,
};

/// CloudWatch's period for balancer metrics, in seconds.
pub const METRIC_PERIOD_S: u32 = 60;
/// How late balancer metrics may be, in seconds: a period is not asked for before.
pub const METRIC_LAG_S: u32 = 120;

/// How long a pause waits for a person, in seconds.
pub(crate) const PERSON_S: u32 = 24 * 3600;

/// When evidence about a weight can first exist: the first whole period that begins after
/// verified + TTL, once it is closed and past its lag. Until then the answer is *not yet*.
#[must_use]
pub fn evidence_due(verified_at: EpochS, ttl_s: u32) -> EpochS {
    verified_at.plus_s(ttl_s).next_period(METRIC_PERIOD_S).plus_s(METRIC_PERIOD_S + METRIC_LAG_S)
}

/// A stay at one verified weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dwell {
    /// The step, counted from 0; in preflight the first.
    pub step: usize,
    /// preflight, shift or bake.
    pub phase: Phase,
    /// When the weight was read back as in effect.
    pub verified_at: EpochS,
    /// The earliest instant it may go on.
    pub wait_until: EpochS,
    /// When a hold ends.
    pub max_wait_until: EpochS,
    /// The gates of the step and phase, in the order of the file.
    pub guards: Vec<Guard>,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// Who spoke in place of the gates.
    pub promoted_by: Option<String>,
    /// What somebody else changed.
    pub drift: Vec<Drift>,
    /// Whether a person who knew of that said to write over it.
    pub over_drift: bool,
    /// The hold has expired, and the plan says to wait for a person.
    pub waits_for_a_person: bool,
    /// A last reading of health was asked for, before going on.
    pub confirming: bool,
}

/// A gate in a dwell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// Its name.
    pub gate: String,
    /// When it is asked next.
    pub next_look_at: EpochS,
    /// The latest look.
    pub last: Option<LastLook>,
    /// The kind of trouble, and since when without a break.
    pub trouble: Option<(Decision, EpochS)>,
}

/// The latest look at a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastLook {
    /// When it began.
    pub begun_at: EpochS,
    /// What it ended with.
    pub verdict: Verdict,
    /// What that rests on.
    pub evidence: Evidence,
}

impl Dwell {
    /// Begins now: the weight has just been verified.
    pub(crate) fn new(plan: &Plan, step: usize, phase: Phase, now: EpochS) -> Self {
        let wait_s = if phase == Phase::Preflight { 0 } else { plan.steps[step].wait_s };
        let max_wait_s = longest_s(plan, step, phase);
        let guards = plan
            .gates
            .iter()
            .filter(|gate| gate.phases.contains(&phase))
            .filter(|gate| phase == Phase::Preflight || plan.steps[step].gates.contains(&gate.name))
            .map(|gate| Guard {
                gate: gate.name.clone(),
                next_look_at: now,
                last: None,
                trouble: None,
            })
            .collect();
        Dwell {
            step,
            phase,
            verified_at: now,
            wait_until: now.plus_s(wait_s),
            max_wait_until: now.plus_s(max_wait_s),
            guards,
            paused_by: None,
            promoted_by: None,
            drift: Vec::new(),
            over_drift: false,
            waits_for_a_person: false,
            confirming: false,
        }
    }

    /// Gates whose next look is due, or whose promote has grown too old to go on with.
    pub(crate) fn due(&self, plan: &Plan, now: EpochS) -> Vec<String> {
        self.guards
            .iter()
            .filter(|guard| now >= self.due_at(plan, guard))
            .map(|guard| guard.gate.clone())
            .collect()
    }

    /// When a gate is asked next: at its own pace, but once the wait is over a promote older than
    /// two intervals is asked for again, since it no longer counts.
    pub(crate) fn due_at(&self, plan: &Plan, guard: &Guard) -> EpochS {
        match (&guard.last, plan.gate(&guard.gate)) {
            (Some(last), Some(gate)) if last.verdict.decision == Decision::Promote => {
                let stale_at = last.begun_at.plus_s(2 * gate.every_s + 1);
                guard.next_look_at.min(stale_at.max(self.wait_until))
            }
            _ => guard.next_look_at,
        }
    }

    /// Keeps what a look said.
    pub(crate) fn take(&mut self, plan: &Plan, begun_at: EpochS, look: &GateLook) {
        let due = self.evidence_due(plan);
        let Some(guard) = self.guards.iter_mut().find(|guard| guard.gate == look.gate) else {
            return;
        };
        let every_s = plan.gate(&look.gate).map_or(15, |gate| gate.every_s);
        let again_s = look.verdict.look_again_in_s.unwrap_or(0).min(300).max(every_s);
        guard.next_look_at = begun_at.plus_s(again_s);
        let kind = look.verdict.decision;
        guard.trouble = match kind {
            Decision::NoData | Decision::Error => match guard.trouble {
                Some((former, since)) if former == kind => Some((kind, since)),
                _ => Some((kind, begun_at.max(due))),
            },
            _ => None,
        };
        guard.last =
            Some(LastLook { begun_at, verdict: look.verdict.clone(), evidence: look.evidence });
    }

    /// When *not yet* is over; at weight 0 nothing has to be waited for.
    fn evidence_due(&self, plan: &Plan) -> EpochS {
        match self.phase {
            Phase::Preflight => self.verified_at,
            Phase::Shift | Phase::Bake => evidence_due(self.verified_at, plan.ttl_s),
        }
    }

    /// Gates that were due and gave no answer: an error each (S02), so that they are asked again
    /// at their pace and patience with them runs.
    pub(crate) fn miss(&mut self, plan: &Plan, begun_at: EpochS, why: &str) {
        for gate in self.due(plan, begun_at) {
            let verdict = Verdict::plain(Decision::Error, "not-asked", why);
            self.take(plan, begun_at, &GateLook { gate, verdict, evidence: Evidence::Missing });
        }
    }

    /// Begins anew after a halt: nothing that was said before counts.
    pub(crate) fn begin_again(&mut self, plan: &Plan, now: EpochS) {
        self.max_wait_until = now.plus_s(longest_s(plan, self.step, self.phase));
        self.waits_for_a_person = false;
        self.paused_by = None;
        self.confirming = false;
        for guard in &mut self.guards {
            *guard =
                Guard { gate: guard.gate.clone(), next_look_at: now, last: None, trouble: None };
        }
    }

    /// A pause stops the clock of `max_wait`, for a day at most (S08).
    pub(crate) fn pause(&mut self, now: EpochS) {
        self.max_wait_until = self.max_wait_until.max(now.plus_s(PERSON_S));
    }

    /// A person takes back a pause, their own or the plan's: `max_wait` begins anew.
    pub(crate) fn unpause(&mut self, plan: &Plan, now: EpochS) {
        self.paused_by = None;
        self.waits_for_a_person = false;
        self.max_wait_until = now.plus_s(longest_s(plan, self.step, self.phase));
    }

    /// Whether it waits for a person's word.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused_by.is_some() || self.waits_for_a_person
    }

    /// Whether somebody else's change stands in the way.
    pub(crate) fn drifted(&self) -> bool {
        !self.drift.is_empty() && !self.over_drift
    }

    /// S01: whether a look may carry the rollout further: begun after the weight was verified,
    /// said promote, and, if it asked for evidence, rests on evidence of this weight alone.
    #[must_use]
    pub fn counts(&self, ttl_s: u32, last: &LastLook) -> bool {
        let settled_at = self.verified_at.plus_s(ttl_s);
        let fresh = match last.evidence {
            Evidence::NotAsked => true,
            Evidence::Missing => false,
            Evidence::PeriodFrom(_) | Evidence::ResponseAt(_) if self.phase == Phase::Preflight => {
                true
            }
            Evidence::PeriodFrom(begin) => begin >= settled_at,
            Evidence::ResponseAt(at) => at >= settled_at,
        };
        fresh && last.begun_at >= self.verified_at && last.verdict.decision == Decision::Promote
    }

    /// Why the gates do not let it go on; empty when they do.
    pub(crate) fn objections(&self, plan: &Plan, now: EpochS) -> Vec<String> {
        if self.promoted_by.is_some() {
            return Vec::new();
        }
        self.enforcing(plan)
            .filter_map(|(guard, gate)| {
                let Some(last) = &guard.last else {
                    return Some(format!("{} has not been asked yet", guard.gate));
                };
                let verdict = &last.verdict;
                if verdict.decision != Decision::Promote {
                    return Some(format!("{}: {}", guard.gate, verdict.sentence));
                }
                if !self.counts(plan.ttl_s, last) {
                    return Some(format!("{} has no evidence of this weight yet", guard.gate));
                }
                (now.since_s(last.begun_at) > 2 * gate.every_s)
                    .then(|| format!("{}'s last promote is too old", guard.gate))
            })
            .collect()
    }

    /// The gates whose verdicts are obeyed.
    pub(crate) fn enforcing<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> impl Iterator<Item = (&'a Guard, &'a Gate)> {
        self.guards
            .iter()
            .filter_map(|guard| Some((guard, plan.gate(&guard.gate)?)))
            .filter(|(_, gate)| gate.mode == Mode::Enforce)
    }

    /// The first enforcing gate that convicts, and its sentence.
    pub(crate) fn conviction(&self, plan: &Plan) -> Option<(String, String)> {
        self.enforcing(plan).find_map(|(guard, _)| {
            let verdict = &guard.last.as_ref()?.verdict;
            (verdict.decision == Decision::Rollback)
                .then(|| (guard.gate.clone(), verdict.sentence.clone()))
        })
    }

    /// When trouble with a gate has outlasted its patience, for gates that then roll back.
    pub(crate) fn patience_ends(&self, plan: &Plan) -> Option<(EpochS, String)> {
        self.enforcing(plan)
            .filter_map(|(guard, gate)| {
                let (kind, since) = guard.trouble?;
                let (policy, word) = match kind {
                    Decision::NoData => (gate.on_no_data, "no data"),
                    _ => (gate.on_error, "errors"),
                };
                let sentence = &guard.last.as_ref()?.verdict.sentence;
                (policy == OnTrouble::Rollback).then(|| {
                    let why =
                        format!("{}: {word} for {} s: {sentence}", guard.gate, gate.patience_s);
                    (since.plus_s(gate.patience_s), why)
                })
            })
            .min()
    }
}

/// How long a hold may last, counted from the verified weight, in seconds.
fn longest_s(plan: &Plan, step: usize, phase: Phase) -> u32 {
    match (phase, plan.preflight) {
        (Phase::Preflight, Some(preflight)) => preflight.max_wait_s,
        _ => plan.steps[step].max_wait_s.max(plan.steps[step].wait_s),
    }
}
