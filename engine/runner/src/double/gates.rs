//! Gates by script.

use async_trait::async_trait;
use rollout::{Decision, EpochS, GateDescription, Side, Verdict};

use crate::question::{
    Answer, MetricQuestion, Part, Question, Situation, Subject, Turn, TurnOutcome,
};
use crate::{GateFault, GateHost};

/// What a gate says; none when it never answers.
pub(crate) type Said<T> = Option<Result<T, GateFault>>;

/// Gates that all follow the same two functions.
#[derive(Clone, Copy)]
pub(crate) struct ScriptedGates {
    pub(crate) ask: fn(&str, &Situation) -> Said<Vec<Question>>,
    pub(crate) judge: fn(&str, &Situation, &[Answer]) -> Said<Turn>,
}

/// A turn that ends the look, and leaves a state behind.
pub(crate) fn says(decision: Decision) -> Said<Turn> {
    say(TurnOutcome::Verdict(Verdict::plain(decision, "scripted", "it says so")))
}

pub(crate) fn say(outcome: TurnOutcome) -> Said<Turn> {
    Some(Ok(Turn { outcome, state: b"after".to_vec(), notes: String::new() }))
}

/// A question about requests of a side's first target group, one period from `begin` on.
pub(crate) fn metric(id: &str, side: Side, begin: EpochS) -> Question {
    Question::Metric(MetricQuestion {
        id: id.to_owned(),
        namespace: "AWS/ApplicationELB".to_owned(),
        name: "RequestCount".to_owned(),
        subject: Subject::Of(side, Part::TargetGroup(0)),
        statistic: "Sum".to_owned(),
        period_s: 60,
        begin,
        end: begin.plus_s(60),
    })
}

/// A gate's answer, or none ever: the look's time-out must end it.
async fn spoken<T>(said: Said<T>) -> Result<T, GateFault> {
    match said {
        Some(said) => said,
        None => std::future::pending().await,
    }
}

#[async_trait]
impl GateHost for ScriptedGates {
    async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault> {
        Err(GateFault { code: "scripted".to_owned(), sentence: format!("{gate} is scripted") })
    }
    async fn check(&self, _: &str, _: &str) -> Result<Vec<(String, String)>, GateFault> {
        Ok(Vec::new())
    }
    async fn ask(
        &self,
        gate: &str,
        situation: &Situation,
        _: &[u8],
    ) -> Result<Vec<Question>, GateFault> {
        spoken((self.ask)(gate, situation)).await
    }
    async fn judge(
        &self,
        gate: &str,
        situation: &Situation,
        answers: &[Answer],
        _: &[u8],
    ) -> Result<Turn, GateFault> {
        spoken((self.judge)(gate, situation, answers)).await
    }
    async fn learn(&self, _: &str, _: &Situation, _: &[u8]) -> Result<Vec<u8>, GateFault> {
        Ok(Vec::new())
    }
}
