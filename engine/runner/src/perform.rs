//! From an effect to a call to an event: one function an effect, nothing decided.

use rollout::{Effect, Event};

use crate::DriveError;
use crate::driver::Driver;
use crate::ports::{CallError, CallErrorKind, Called, Written};
use crate::record::Record;

impl Driver {
    /// Writes the intention down, makes the call, writes the outcome down. A failed call is made
    /// again later, inside its budget.
    pub(crate) async fn perform(&mut self, effect: Effect) -> Result<(), DriveError> {
        if let Effect::Look { gates } = &effect {
            return self.look(gates).await;
        }
        if self.backoff.is_calm() && effect != Effect::ReadHealth {
            self.append(Record::Intended { effect: effect.clone() }).await?;
        }
        if self.outage.is_none()
            && let Err(error) = self.context.ledger.renew(&self.context.lease).await
        {
            self.missed(error)?;
        }
        if !self.may_try(&effect) {
            return Ok(());
        }
        match self.call(&effect).await {
            Ok(event) => {
                self.backoff.reset();
                self.happened(event, None).await
            }
            Err(error) => self.failed(&effect, error).await,
        }
    }

    async fn failed(&mut self, effect: &Effect, error: CallError) -> Result<(), DriveError> {
        if error.kind.ends_the_drive() {
            return Err(DriveError::Call(error));
        }
        let now = self.now();
        if error.kind == CallErrorKind::Busy {
            let is_told = !self.backoff.is_calm();
            self.backoff.put_off(effect.name(), now);
            let text = format!("{} waits: {error}", effect.name());
            return if is_told { Ok(()) } else { self.note(false, text).await };
        }
        if error.is_retryable()
            && let Some(next_at) = self.backoff.failed(effect.name(), now)
        {
            let wait_s = next_at.since_s(now);
            let text = format!("{} failed, again in {wait_s} s: {error}", effect.name());
            return self.note(true, text).await;
        }
        self.backoff.reset();
        let effect = effect.name().to_owned();
        self.happened(Event::CallFailed { effect, why: error.message }, None).await
    }

    async fn call(&self, effect: &Effect) -> Called<Event> {
        let cloud = &self.context.cloud;
        let deployment = &self.deployment;
        match effect {
            Effect::Provision { stack } => {
                cloud.stacks.provision(deployment, *stack).await?;
                Ok(Event::StackRequested { stack: *stack })
            }
            Effect::EnsureNames => {
                cloud.traffic.ensure_names(deployment).await?;
                Ok(Event::NamesReady)
            }
            Effect::SuspendScaleIn => {
                cloud.workload.suspend_scale_in(deployment).await?;
                Ok(Event::ScaleInSuspended)
            }
            Effect::Scale { tasks } => {
                cloud.workload.scale(deployment, *tasks).await?;
                Ok(Event::Scaled { tasks: *tasks })
            }
            Effect::ReadHealth => {
                let health = cloud.workload.health(deployment).await?;
                Ok(Event::HealthRead { health })
            }
            Effect::SetWeights { split, over_drift } => {
                let from = self.machine.book().asked;
                match cloud.traffic.write(deployment, from, *split, *over_drift).await? {
                    Written::Done { changes } => {
                        Ok(Event::WeightsWritten { split: *split, changes })
                    }
                    Written::Drifted { drifts } => Ok(Event::DriftSeen { drifts }),
                }
            }
            Effect::Register => {
                cloud.registry.register(deployment).await?;
                Ok(Event::Registered)
            }
            Effect::Unregister => {
                cloud.registry.unregister(deployment).await?;
                Ok(Event::Unregistered)
            }
            Effect::Preserve { side } => {
                let lines = cloud.workload.preserve(deployment, *side).await?;
                Ok(Event::Preserved { lines })
            }
            Effect::Retire { stack } => {
                let stays = cloud.stacks.retire(deployment, *stack).await?;
                Ok(Event::RemovalRequested { stack: *stack, stays })
            }
            Effect::RemoveRecords => {
                cloud.traffic.remove(deployment).await?;
                Ok(Event::RecordsRemoved)
            }
            Effect::RestoreScaleIn => {
                cloud.workload.restore_scale_in(deployment).await?;
                Ok(Event::ScaleInRestored)
            }
            Effect::Notify => {
                let warning = self.notify().await.err().map(|error| error.message);
                Ok(Event::Notified { warning })
            }
            Effect::Learn => Ok(self.learn().await),
            Effect::Look { .. } => {
                let message = "a look is not one call of the cloud".to_owned();
                Err(CallError { kind: CallErrorKind::Refused, message })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::double::{Run, ScriptedGates};

    #[tokio::test]
    async fn what_somebody_else_is_at_is_waited_for_and_told_once() {
        let gates = ScriptedGates { ask: |_, _| None, judge: |_, _, _| None };
        let mut run = Run::at_first_weight(&[], gates).await;
        let begun = run.entries().await.len();
        let busy = CallError::new(CallErrorKind::Busy, "another deployment is at it");
        run.script.health.lock().unwrap().push_back(Err(busy));
        for _ in 0..100 {
            run.pass(10);
            run.driver.perform(Effect::ReadHealth).await.unwrap();
        }
        let told = run.entries().await.split_off(begun);
        let [told] = told.as_slice() else { panic!("{told:?}") };
        let text = "read-health waits: another deployment is at it".to_owned();
        assert_eq!(told.record, Record::Noted { warning: false, text });
    }
}
