//! SNS.

use async_trait::async_trait;
use runner::{Called, Notices};

use crate::cloud::{Sim, refused};
use crate::scenario::Call;
use crate::world::Notice;

/// SNS refuses subjects that are not shorter.
const SUBJECT_LIMIT: usize = 100;

#[async_trait]
impl Notices for Sim {
    async fn send(&self, topic: &str, subject: &str, body: &str) -> Called<()> {
        let is_printable = subject.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if subject.is_empty() || subject.len() >= SUBJECT_LIMIT || !is_printable {
            return Err(refused(format!(
                "sns:Publish: InvalidParameter: Subject: printable ASCII of 1 to 99 characters, \
                 not {subject:?}"
            )));
        }
        self.transact(Call::Notify, |world| {
            world.notices.push(Notice {
                at: world.now,
                topic: topic.to_owned(),
                subject: subject.to_owned(),
                body: body.to_owned(),
            });
            Ok(())
        })
    }
}
