//! The rows of the table on the way up: provisioning, scaling, shifting.

use crate::dwell::Dwell;
use crate::machine::{IllegalEvent, Machine};
use crate::state::{Cause, ProvisionStage, Provisioning, Scaling, Shifting, State};
use crate::{EpochS, Event, Phase, SideHealth, Split, Stack, Weight};

/// After a failed write of weights: seconds until the next try.
const REWRITE_S: u32 = 30;
/// The name of `Effect::ReadHealth`.
const READ_HEALTH: &str = "read-health";

impl Machine {
    pub(crate) fn on_provisioning(
        &mut self,
        event: &Event,
        now: EpochS,
    ) -> Result<(), IllegalEvent> {
        let State::Provisioning(at) = self.state else { return Err(self.illegal(event)) };
        let own = at.stage.stack();
        match event {
            Event::StackRequested { stack } if own == Some(*stack) && !at.requested => {
                self.state = State::Provisioning(Provisioning { requested: true, ..at });
                match stack {
                    Stack::Init => self.book.init_made = true,
                    _ => self.book.green_made = true,
                }
            }
            Event::StackReady { stack } if own == Some(*stack) && at.requested => {
                self.state = after(at.stage);
            }
            Event::NamesReady if own.is_none() => self.state = after(at.stage),
            Event::StackFailed { stack, reason } if own == Some(*stack) && at.requested => {
                let why = format!("the {} stack failed: {reason}", stack_name(*stack));
                self.roll_back(Cause::CloudErrors(why), now);
            }
            Event::CallFailed { why, .. } => {
                self.roll_back(Cause::CloudErrors(why.clone()), now);
            }
            Event::TimePassed | Event::HealthRead { .. } | Event::TrafficRead { .. } => {}
            _ => return Err(self.illegal(event)),
        }
        Ok(())
    }

    pub(crate) fn on_scaling(&mut self, event: &Event, now: EpochS) -> Result<(), IllegalEvent> {
        if let Event::CallFailed { effect, why } = event {
            self.on_failed_reading(effect, why, now);
        }
        let State::Scaling(scaling) = &mut self.state else { return Err(self.illegal(event)) };
        match event {
            Event::ScaleInSuspended if !scaling.suspended => {
                scaling.suspended = true;
                self.book.suspended = true;
            }
            Event::Scaled { .. } if scaling.suspended && scaling.scaled_at.is_none() => {
                scaling.scaled_at = Some(now);
            }
            Event::HealthRead { .. } => {
                let confirmed = std::mem::take(&mut scaling.confirming);
                self.consider_scaling(confirmed, now);
            }
            Event::TimePassed => self.consider_scaling(false, now),
            Event::CallFailed { effect, .. } if effect == READ_HEALTH => {
                self.consider_scaling(false, now);
            }
            Event::CallFailed { why, .. } => {
                self.roll_back(Cause::CloudErrors(why.clone()), now);
            }
            Event::TrafficRead { .. } => {}
            _ => return Err(self.illegal(event)),
        }
        Ok(())
    }

    /// S05 before the first traffic: the wait is over, and a reading made just now is good.
    fn consider_scaling(&mut self, confirmed: bool, now: EpochS) {
        let State::Scaling(Scaling { scaled_at: Some(scaled_at), .. }) = self.state else { return };
        let waited = now >= scaled_at.plus_s(self.plan.scale.wait_s);
        let crashed = self
            .book
            .health
            .as_ref()
            .is_some_and(|(_, health)| health.green.tasks_crashed >= crate::book::CRASHES);
        // A target may fail its checks while its task boots: before the wait is over only tasks
        // that crash are held against the release.
        if let (Some(why), true) = (self.book.conviction(), waited || crashed) {
            return self.roll_back(Cause::Unhealthy(why), now);
        }
        if !waited {
            return;
        }
        let expired = now >= scaled_at.plus_s(self.plan.scale.max_wait_s);
        if self.green_may_serve() {
            if confirmed {
                return self.first_weight(now);
            }
            if let (Some((_, why)), true) = (&self.book.unread, expired) {
                let why = format!("green's health could not be read: {why}");
                return self.roll_back(Cause::CloudErrors(why), now);
            }
            if let State::Scaling(scaling) = &mut self.state {
                scaling.confirming = true;
            }
            return;
        }
        if expired {
            let health = self.book.health.as_ref().map(|(_, health)| &health.green);
            let why = format!(
                "green was not ready {} s after it was scaled: {}",
                self.plan.scale.max_wait_s,
                health.map_or_else(|| "its health is unknown".to_owned(), health_sentence),
            );
            self.roll_back(Cause::Unhealthy(why), now);
        }
    }

    fn first_weight(&mut self, now: EpochS) {
        let step = self.first_step();
        if self.plan.preflight.is_some() {
            self.state = State::Dwelling(Dwell::new(&self.plan, step, Phase::Preflight, now));
            self.consider(now);
        } else {
            self.begin_shift(step, now);
        }
    }

    pub(crate) fn on_shifting(&mut self, event: &Event, now: EpochS) -> Result<(), IllegalEvent> {
        if let Event::CallFailed { effect, why } = event {
            self.on_failed_reading(effect, why, now);
        }
        let State::Shifting(shifting) = &mut self.state else { return Err(self.illegal(event)) };
        let split = Split::green_at(self.plan.steps[shifting.step].weight);
        match event {
            Event::WeightsWritten { split: written, changes }
                if *written == split && shifting.changes.is_none() =>
            {
                shifting.changes = Some(changes.clone());
                shifting.drift.clear();
                // A person's word was about the change they knew of, not about the next.
                shifting.over_drift = false;
                self.book.asked = split;
                self.book.shifted = true;
            }
            Event::WeightVerified { split: verified }
                if *verified == split && shifting.changes.is_some() =>
            {
                self.arrive(now);
                return Ok(());
            }
            Event::DriftSeen { drifts } => {
                if let Some(cause) = towards_blue(drifts) {
                    self.roll_back(cause, now);
                    return Ok(());
                }
                shifting.over_drift &= shifting.drift == *drifts;
                shifting.drift.clone_from(drifts);
                shifting.changes = None;
            }
            Event::DriftGone => {
                shifting.drift.clear();
                shifting.over_drift = false;
            }
            Event::PromoteAsked { .. } if !shifting.drift.is_empty() => {
                shifting.over_drift = true;
            }
            Event::CallFailed { effect, .. } if effect == "set-weights" => {
                shifting.not_before = now.plus_s(REWRITE_S);
            }
            Event::CallFailed { .. }
            | Event::HealthRead { .. }
            | Event::TrafficRead { .. }
            | Event::TimePassed => {}
            _ => return Err(self.illegal(event)),
        }
        self.consider_shifting(now);
        Ok(())
    }

    fn consider_shifting(&mut self, now: EpochS) {
        let State::Shifting(shifting) = &self.state else { return };
        if let Some(why) = self.book.conviction() {
            return self.roll_back(Cause::Unhealthy(why), now);
        }
        let max = shifting.since.plus_s(self.plan.steps[shifting.step].max_wait_s);
        if now < max {
            return;
        }
        if !shifting.drift.is_empty() && !shifting.over_drift {
            let why = drift_sentence(&shifting.drift);
            return self.halt(why);
        }
        let why = "the new weights could not be brought into effect".to_owned();
        self.roll_back(Cause::CloudErrors(why), now);
    }

    /// A reading of health that failed is made again after a while; a hold may end meanwhile.
    pub(crate) fn on_failed_reading(&mut self, effect: &str, why: &str, now: EpochS) {
        if effect == READ_HEALTH {
            self.book.miss_health(why, now);
        }
    }

    /// The weight is in effect: the stay begins.
    fn arrive(&mut self, now: EpochS) {
        let State::Shifting(Shifting { step, .. }) = self.state else { return };
        let weight = self.plan.steps[step].weight;
        self.book.verify(Split::green_at(weight), now);
        if weight > Weight::ZERO {
            self.book.canary_traffic_at.get_or_insert(now);
        }
        let phase = self.phase_of(step);
        let dwell = Dwell::new(&self.plan, step, phase, now);
        self.state = match phase {
            Phase::Bake => State::Baking(dwell),
            _ => State::Dwelling(dwell),
        };
        self.consider(now);
    }
}

fn after(stage: ProvisionStage) -> State {
    match stage {
        // The init stack makes the records of every name of the plan.
        ProvisionStage::Init | ProvisionStage::Names => {
            State::Provisioning(Provisioning { stage: ProvisionStage::Green, requested: false })
        }
        ProvisionStage::Green => {
            State::Scaling(Scaling { suspended: false, scaled_at: None, confirming: false })
        }
    }
}

/// S04: somebody who sends more to blue wants blue.
pub(crate) fn towards_blue(drifts: &[crate::Drift]) -> Option<Cause> {
    let drift = drifts.iter().find(|drift| drift.towards_blue)?;
    Some(Cause::Abort(format!("whoever set {} to {}", drift.name, drift.found)))
}

/// What was changed, from what, to what.
pub(crate) fn drift_sentence(drifts: &[crate::Drift]) -> String {
    let each = drifts
        .iter()
        .map(|drift| format!("{} was {} and is now {}", drift.name, drift.expected, drift.found));
    format!("somebody else changed the weighted records: {}", each.collect::<Vec<_>>().join("; "))
}

pub(crate) fn health_sentence(health: &SideHealth) -> String {
    let mut sentence = format!(
        "{} of {} tasks run; targets: {} healthy, {} unhealthy, {} not judged yet",
        health.tasks_running,
        health.tasks_desired,
        health.targets_healthy,
        health.targets_unhealthy,
        health.targets_initial,
    );
    for reason in &health.unhealthy_reasons {
        sentence.push_str("; ");
        sentence.push_str(reason);
    }
    if let Some(reason) = health.crash_reasons.last() {
        sentence.push_str("; ");
        sentence.push_str(reason);
    }
    sentence
}

pub(crate) fn stack_name(stack: Stack) -> &'static str {
    match stack {
        Stack::Init => "init",
        Stack::Green => "green",
        Stack::Blue => "blue",
    }
}
