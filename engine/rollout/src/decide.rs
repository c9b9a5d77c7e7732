//! The rows of the table at a verified weight, and the decision: on, hold, back.

use crate::dwell::Dwell;
use crate::machine::{IllegalEvent, Machine};
use crate::on_the_way::{drift_sentence, health_sentence, towards_blue};
use crate::state::{Cause, State};
use crate::{EpochS, Event, OnInconclusive, Phase};

/// What a dwell comes to at an instant.
enum Choice {
    GoOn,
    Confirm,
    Stay,
    Back(Cause),
    Halt(String),
    WaitForAPerson,
}

impl Machine {
    pub(crate) fn on_dwell(&mut self, event: &Event, now: EpochS) -> Result<(), IllegalEvent> {
        let plan = self.plan.clone();
        if let Event::CallFailed { effect, why } = event {
            self.on_failed_reading(effect, why, now);
        }
        let Some(dwell) = self.dwell_mut() else { return Err(self.illegal(event)) };
        let mut confirmed = false;
        match event {
            Event::Looked { begun_at, looks, .. } => {
                for look in looks {
                    dwell.take(&plan, *begun_at, look);
                }
                dwell.miss(&plan, *begun_at, "it gave no answer");
            }
            Event::HealthRead { .. } => confirmed = std::mem::take(&mut dwell.confirming),
            Event::DriftSeen { drifts } => {
                dwell.over_drift &= dwell.drift == *drifts;
                dwell.drift.clone_from(drifts);
                if let Some(cause) = towards_blue(drifts) {
                    self.roll_back(cause, now);
                    return Ok(());
                }
            }
            Event::DriftGone => {
                dwell.drift.clear();
                dwell.over_drift = false;
            }
            Event::PromoteAsked { by } => {
                dwell.promoted_by = Some(by.clone());
                dwell.over_drift = !dwell.drift.is_empty();
                if dwell.is_paused() {
                    dwell.unpause(&plan, now);
                }
            }
            Event::PauseAsked { by } if !dwell.is_paused() => {
                dwell.paused_by = Some(by.clone());
                dwell.pause(now);
            }
            Event::ResumeAsked { .. } if dwell.is_paused() => dwell.unpause(&plan, now),
            Event::CallFailed { effect, why } if effect == "look" => dwell.miss(&plan, now, why),
            Event::CallFailed { .. } | Event::TimePassed | Event::TrafficRead { .. } => {}
            _ => return Err(self.illegal(event)),
        }
        self.decide(confirmed, now);
        Ok(())
    }

    fn dwell_mut(&mut self) -> Option<&mut Dwell> {
        match &mut self.state {
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => Some(dwell),
            _ => None,
        }
    }

    /// Asks what follows at a dwell just begun.
    pub(crate) fn consider(&mut self, now: EpochS) {
        self.decide(false, now);
    }

    fn decide(&mut self, confirmed: bool, now: EpochS) {
        let Some(dwell) = self.state.dwell() else { return };
        match self.choose(dwell, confirmed, now) {
            Choice::Back(cause) => self.roll_back(cause, now),
            Choice::Halt(why) => self.halt(why),
            Choice::GoOn => self.go_on(now),
            Choice::Confirm => {
                if let Some(dwell) = self.dwell_mut() {
                    dwell.confirming = true;
                }
            }
            Choice::WaitForAPerson => {
                if let Some(dwell) = self.dwell_mut() {
                    dwell.waits_for_a_person = true;
                    dwell.pause(now);
                }
                self.hold(now);
            }
            Choice::Stay => self.hold(now),
        }
    }

    /// What applies first, in the order of the contract: health, an enforcing gate's roll back,
    /// lasting trouble, the end of the hold; only then the question "go on?".
    fn choose(&self, dwell: &Dwell, confirmed: bool, now: EpochS) -> Choice {
        if let Some(why) = self.book.conviction() {
            return Choice::Back(Cause::Unhealthy(why));
        }
        if dwell.promoted_by.is_none() {
            if let Some((gate, sentence)) = dwell.conviction(&self.plan) {
                return Choice::Back(Cause::Verdict { gate, sentence });
            }
            if let Some((_, why)) =
                dwell.patience_ends(&self.plan).filter(|(ends_at, _)| *ends_at <= now)
            {
                return Choice::Back(Cause::Inconclusive(why));
            }
        }
        let expired = now >= dwell.max_wait_until;
        if now < dwell.wait_until && !expired {
            return Choice::Stay;
        }
        let reasons = self.hold_reasons(dwell, now);
        if reasons.is_empty() && now >= dwell.wait_until {
            return match &self.book.unread {
                _ if confirmed => Choice::GoOn,
                Some((_, why)) if expired => {
                    let why = format!("green's health could not be read: {why}");
                    Choice::Back(Cause::CloudErrors(why))
                }
                _ => Choice::Confirm,
            };
        }
        if expired { self.expired(dwell, &reasons) } else { Choice::Stay }
    }

    fn expired(&self, dwell: &Dwell, reasons: &[String]) -> Choice {
        if dwell.drifted() {
            return Choice::Halt(drift_sentence(&dwell.drift));
        }
        let pause = self.plan.on_inconclusive == OnInconclusive::Pause;
        if pause && !dwell.is_paused() {
            return Choice::WaitForAPerson;
        }
        let held_s = dwell.max_wait_until.since_s(dwell.verified_at);
        let why = format!(
            "inconclusive after {held_s} s at weight {}: {}",
            self.book.split.green().percent(),
            reasons.join("; "),
        );
        Choice::Back(Cause::Inconclusive(why))
    }

    /// What keeps a dwell from going on, its wait aside; empty when nothing does.
    #[must_use]
    pub(crate) fn hold_reasons(&self, dwell: &Dwell, now: EpochS) -> Vec<String> {
        let mut reasons = Vec::new();
        if dwell.drifted() {
            reasons.push(drift_sentence(&dwell.drift));
        }
        if let Some(by) = &dwell.paused_by {
            reasons.push(format!("paused by {by}"));
        }
        if dwell.waits_for_a_person {
            reasons.push("inconclusive: a person's promote, resume or abort is waited for".into());
        }
        match &self.book.health {
            Some(_) if self.green_may_serve() => {}
            Some((_, health)) => {
                reasons.push(format!("green is not healthy: {}", health_sentence(&health.green)));
            }
            None => reasons.push("green's health has not been read yet".to_owned()),
        }
        reasons.extend(dwell.objections(&self.plan, now));
        reasons
    }

    fn hold(&mut self, now: EpochS) {
        let State::Dwelling(dwell) = &self.state else { return };
        if now >= dwell.wait_until {
            self.state = State::Holding(dwell.clone());
        }
    }

    fn go_on(&mut self, now: EpochS) {
        let Some(dwell) = self.state.dwell() else { return };
        let (step, phase, over_drift) = (dwell.step, dwell.phase, !dwell.drift.is_empty());
        match phase {
            Phase::Preflight => self.begin_shift(step, now),
            Phase::Shift => self.begin_shift(step + 1, now),
            // A person's promote writes over somebody else's change before anything is retired.
            Phase::Bake if over_drift => self.begin_shift(step, now),
            Phase::Bake => return self.promote(now),
        }
        if let State::Shifting(shifting) = &mut self.state {
            shifting.over_drift = over_drift;
        }
    }
}
