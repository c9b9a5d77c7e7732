//! How a driver leaves: at an end, at a signal, without a ledger, or before its credentials end.

use rollout::{Event, OnInterrupt, State, Task};

use crate::driver::Driver;
use crate::{Called, Context, DriveEnd, DriveError, Record};

impl Driver {
    /// A signal, or a ledger that stays away: keep leaves the weights, rollback writes blue first.
    /// Credentials about to end leave no choice: without them nobody could take the release back.
    pub(crate) async fn heed_leaving(&mut self) -> Result<Option<DriveEnd>, DriveError> {
        let may_go_back =
            self.machine.state().exit_code().is_none() && self.machine.state().may_go_back();
        let ending = self.context.interrupt.credentials_ending(self.now());
        let is_at_stake = may_go_back || self.interrupted;
        let (reason, blue_first) = match (self.ledger_given_up(), ending) {
            _ if self.context.interrupt.asked() => {
                ("interrupted".to_owned(), self.interrupt_means_blue())
            }
            (Some(why), _) => (why, self.interrupt_means_blue()),
            (None, Some(end)) if is_at_stake => {
                let left_s = end.since_s(self.now());
                (format!("the credentials end in {left_s} s and cannot be renewed here"), true)
            }
            _ => return Ok(None),
        };
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

    fn interrupt_means_blue(&self) -> bool {
        match self.deployment.plan.on_interrupt {
            OnInterrupt::Keep => false,
            OnInterrupt::Rollback => true,
            OnInterrupt::Default => self.context.interrupt_rolls_back,
        }
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
