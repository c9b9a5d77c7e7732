//! The built-in gates as native libraries: what the light rooms play where a deployment has the
//! component. Both must tell one story.

pub(crate) mod words;

use std::collections::BTreeMap;

use async_trait::async_trait;
use cloudwatch_metrics::CloudwatchMetrics;
use error_rate::ErrorRate;
use gate_sdk::Gate;
use http_smoke::HttpSmoke;
use kayenta::Kayenta;
use latency::Latency;
use rollout::{GateDescription, Plan};
use runner::question::{Answer, Question, Situation, Turn};
use runner::{GateFault, GateHost};

/// The exports of a gate that a rollout calls.
struct Exports {
    ask: fn(gate_sdk::Situation, Vec<u8>) -> Vec<gate_sdk::Question>,
    judge: fn(gate_sdk::Situation, Vec<gate_sdk::Answer>, Vec<u8>) -> gate_sdk::Turn,
    learn: fn(gate_sdk::Situation, Vec<u8>) -> Vec<u8>,
    check: fn(String) -> Vec<gate_sdk::Issue>,
}

impl Exports {
    fn of<G: Gate>() -> Self {
        Exports { ask: G::ask, judge: G::judge, learn: G::learn, check: G::check }
    }

    fn of_plugin(plugin: &str) -> Self {
        match plugin {
            "builtin:cloudwatch-metrics" => Exports::of::<CloudwatchMetrics>(),
            "builtin:error-rate" => Exports::of::<ErrorRate>(),
            "builtin:http-smoke" => Exports::of::<HttpSmoke>(),
            "builtin:kayenta" => Exports::of::<Kayenta>(),
            "builtin:latency" => Exports::of::<Latency>(),
            other => panic!("{other} is no native gate"),
        }
    }
}

/// The gates of a plan, by their names.
pub(crate) struct Native(BTreeMap<String, Exports>);

impl Native {
    pub(crate) fn of(plan: &Plan) -> Self {
        let gates = plan.gates.iter();
        Native(gates.map(|it| (it.name.clone(), Exports::of_plugin(&it.plugin))).collect())
    }

    /// One gate without a plan, called `gate`.
    pub(crate) fn alone(plugin: &str) -> Self {
        Native(BTreeMap::from([("gate".to_owned(), Exports::of_plugin(plugin))]))
    }
}

#[async_trait]
impl GateHost for Native {
    async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault> {
        Err(GateFault { code: "native".to_owned(), sentence: format!("{gate} is no component") })
    }

    async fn check(
        &self,
        gate: &str,
        configuration: &str,
    ) -> Result<Vec<(String, String)>, GateFault> {
        let issues = (self.0[gate].check)(configuration.to_owned());
        Ok(issues.into_iter().map(|it| (it.pointer, it.message)).collect())
    }

    async fn ask(
        &self,
        gate: &str,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<Question>, GateFault> {
        let questions = (self.0[gate].ask)(words::situation(situation), state.to_vec());
        Ok(questions.into_iter().map(words::question).collect())
    }

    async fn judge(
        &self,
        gate: &str,
        situation: &Situation,
        answers: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault> {
        let answers = answers.iter().map(words::answer).collect();
        let turn = (self.0[gate].judge)(words::situation(situation), answers, state.to_vec());
        Ok(words::turn(turn))
    }

    async fn learn(
        &self,
        gate: &str,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<u8>, GateFault> {
        Ok((self.0[gate].learn)(words::situation(situation), state.to_vec()))
    }
}
