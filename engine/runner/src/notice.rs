//! What people are told by SNS: the predecessor's text, and why.

use rollout::{Goal, State};

use crate::driver::Driver;
use crate::ports::Called;

impl Driver {
    /// Tells the topic of the outcome, if the plan names one.
    pub(crate) async fn notify(&self) -> Called<()> {
        let (exit_code, why) = match self.machine.state() {
            State::RollingBack(back) => (back.cause.exit_code(), back.cause.sentence()),
            State::Halted(halted) => (20, halted.why.clone()),
            _ => (0, format!("version {}", self.deployment.plan.service.version)),
        };
        self.tell(exit_code, &why).await
    }

    /// Tells that topic.
    pub(crate) async fn tell(&self, exit_code: u8, why: &str) -> Called<()> {
        let topics = &self.deployment.plan.topics;
        let topic = if exit_code == 0 { &topics.on_success } else { &topics.on_fail };
        let Some(topic) = topic else { return Ok(()) };
        let (subject, body) = text(self, exit_code, why);
        self.context.cloud.notices.send(topic, &subject, &body).await
    }
}

fn text(driver: &Driver, exit_code: u8, why: &str) -> (String, String) {
    let service = &driver.deployment.plan.service;
    let verb = match driver.machine.goal() {
        Goal::Deploy => "deploy",
        Goal::Undeploy => "undeploy",
    };
    let mark = if exit_code == 0 { "SUCCESS" } else { "FAIL" };
    let subject: String = format!("[{mark}] {verb} - {}", service.name)
        .chars()
        .map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' })
        .take(99)
        .collect();
    let book = driver.machine.book();
    let lines = [
        ("Region", service.region.clone()),
        ("Environment", service.environment.clone()),
        ("Cluster", service.cluster.clone()),
        ("Project", service.project.clone()),
        ("Service", service.name.clone()),
        ("Version", service.version.clone()),
        ("Fqdn", driver.deployment.plan.names.join(", ")),
        ("Exit Code", exit_code.to_string()),
        ("Message", why.to_owned()),
        ("Deployment", driver.deployment.id.clone()),
        ("Requests", format!("{} to green, {} of them bad", book.canary.requests, book.canary.bad)),
        ("Weights", book.split.to_string()),
    ];
    let body = lines.iter().map(|(key, value)| format!("{key} : {value}\n")).collect();
    (subject, body)
}
