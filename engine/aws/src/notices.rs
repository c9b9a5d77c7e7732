//! SNS. That nobody could be told is a warning of the driver, whatever the reason.

use async_trait::async_trait;
use runner::{Called, Notices};

use crate::aws::Aws;
use crate::error::call_error;

#[async_trait]
impl Notices for Aws {
    async fn send(&self, topic: &str, subject: &str, body: &str) -> Called<()> {
        let request = self.clients().sns.publish().topic_arn(topic).subject(subject).message(body);
        let sent = request.send().await;
        sent.map_err(|error| call_error(&format!("telling the SNS topic {topic}"), error))?;
        Ok(())
    }
}
