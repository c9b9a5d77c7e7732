//! How a driver leaves: at an end, at a signal, or without a ledger.

use rollout::{Event, OnInterrupt, State, Task};

use crate::driver::Driver;
use crate::{Called, Context, DriveEnd, DriveError, Record};

impl Driver {
    /// A signal, or a ledger that stays away: keep leaves the weights, rollback writes blue first.
    pub(crate) async fn heed_leaving(&mut self) -> Result<Option<DriveEnd>, DriveError> {
        let reason = match self.ledger_given_up() {
            _ if self.context.interrupt.asked() => "interrupted".to_owned(),
            Some(why) => why,
            None => return Ok(None),
        };
        let blue_first = match self.deployment.plan.on_interrupt {
            OnInterrupt::Keep => false,
            OnInterrupt::Rollback => true,
            OnInterrupt::Default => self.context.interrupt_rolls_back,
        };
        let may_go_back =
            self.machine.state().exit_code().is_none() && self.machine.state().may_go_back();
        if blue_first && !self.interrupted && may_go_back {
            self.interrupted = true;
            self.happened(Event::InterruptAsked, None).await?;
        }
        if blue_first && self.backoff.is_calm() && self.next_on_the_way_back(&[Task::WriteBlue]) {
            return Ok(None);
        }
        let split = self.machine.book().asked;
        let id = &self.deployment.id;
        let why = format!("{reason} at {split}; `ecs-crd resume {id}` goes on");
        let told = self.tell(40, &why).await;
        self.warn_untold(told).await?;
        self.append(Record::Left { why: why.clone() }).await?;
        if let Err(error) = self.context.ledger.release(&self.context.lease).await {
            self.missed(error)?;
        }
        Ok(Some(DriveEnd { exit_code: 40, why }))
    }

    /// An end that the journal holds.
    pub(crate) async fn end(&mut self, exit_code: u8) -> Result<DriveEnd, DriveError> {
        let why = match self.machine.state() {
            State::Halted(halted) => halted.why.clone(),
            State::RolledBack(cause) => cause.sentence(),
            _ => String::new(),
        };
        if exit_code == 20 {
            let told = self.notify().await;
            self.warn_untold(told).await?;
        }
        let Context { ledger, lease, .. } = &self.context;
        ledger.end(lease, &self.deployment.id, exit_code).await?;
        ledger.release(lease).await?;
        Ok(DriveEnd { exit_code, why })
    }

    async fn warn_untold(&mut self, told: Called<()>) -> Result<(), DriveError> {
        match told {
            Ok(()) => Ok(()),
            Err(error) => self.note(true, format!("people could not be told: {error}")).await,
        }
    }
}
