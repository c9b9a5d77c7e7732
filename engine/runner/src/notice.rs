//! What people are told by SNS: the predecessor's text, and why.

use rollout::{Goal, Plan, State};

use crate::driver::Driver;
use crate::ports::{Called, Notices};

/// A line of a notice: key and value.
type Line = (&'static str, String);

impl Driver {
    /// Tells the topic of the outcome, if the plan names one.
    pub(crate) async fn notify(&self) -> Called<()> {
        let (exit_code, why) = match self.machine.state() {
            State::Halted(halted) => (20, halted.why.clone()),
            // What is left makes the outcome a halt, which is told when the run ends (S14).
            _ if !self.machine.left().is_empty() => return Ok(()),
            State::RollingBack(back) => (back.cause.exit_code(), back.cause.sentence()),
            _ => (0, format!("version {}", self.deployment.plan.service.version)),
        };
        self.tell(exit_code, &why).await
    }

    /// Tells that topic.
    pub(crate) async fn tell(&self, exit_code: u8, why: &str) -> Called<()> {
        let book = self.machine.book();
        let account = self.deployment.parameters.get("account_id");
        let told = Told {
            plan: &self.deployment.plan,
            goal: self.machine.goal(),
            account: account.map_or("", String::as_str),
            exit_code,
            why,
        };
        let requests = &book.canary;
        told.by(
            self.context.cloud.notices.as_ref(),
            &[
                ("Deployment", self.deployment.id.clone()),
                (
                    "Requests",
                    format!("{} to green, {} of them bad", requests.requests, requests.bad),
                ),
                ("Weights", book.split.to_string()),
            ],
        )
        .await
    }
}

/// Tells the topic for failures, if the plan names one, of a run that could not begin.
///
/// # Errors
/// When it could not be told.
pub async fn tell_unbegun(
    notices: &dyn Notices,
    plan: &Plan,
    goal: Goal,
    account: &str,
    exit_code: u8,
    why: &str,
) -> Called<()> {
    Told { plan, goal, account, exit_code, why }.by(notices, &[]).await
}

/// An outcome.
struct Told<'a> {
    plan: &'a Plan,
    goal: Goal,
    account: &'a str,
    exit_code: u8,
    why: &'a str,
}

impl Told<'_> {
    async fn by(&self, notices: &dyn Notices, more: &[Line]) -> Called<()> {
        let topics = &self.plan.topics;
        let topic = if self.exit_code == 0 { &topics.on_success } else { &topics.on_fail };
        match topic {
            Some(topic) => notices.send(topic, &self.subject(), &self.body(more)).await,
            None => Ok(()),
        }
    }

    /// ASCII and under 100 characters, as SNS wants it.
    fn subject(&self) -> String {
        let verb = match self.goal {
            Goal::Deploy => "deploy",
            Goal::Undeploy => "undeploy",
        };
        let mark = if self.exit_code == 0 { "SUCCESS" } else { "FAIL" };
        format!("[{mark}] {verb} - {}", self.plan.service.name)
            .chars()
            .map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' })
            .take(99)
            .collect()
    }

    fn body(&self, more: &[Line]) -> String {
        let service = &self.plan.service;
        let lines = [
            ("Account", self.account.to_owned()),
            ("Region", service.region.clone()),
            ("Environment", service.environment.clone()),
            ("Cluster", service.cluster.clone()),
            ("Project", service.project.clone()),
            ("Service", service.name.clone()),
            ("Version", service.version.clone()),
            ("Fqdn", self.plan.names.join(", ")),
            ("Exit Code", self.exit_code.to_string()),
            ("Message", self.why.to_owned()),
        ];
        lines.iter().chain(more).map(|(key, value)| format!("{key} : {value}\n")).collect()
    }
}
