//! Gates that follow a script, look by look, and ask for nothing.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rollout::{Decision, GateDescription, Verdict};
use runner::question::{Answer, Question, Situation, Turn, TurnOutcome};
use runner::{GateFault, GateHost};

/// Gate → what it says at each look; the last word is repeated.
pub(crate) struct Scripted(pub(crate) BTreeMap<String, Vec<Decision>>);

fn fault(code: &str, sentence: String) -> GateFault {
    GateFault { code: code.to_owned(), sentence }
}

#[async_trait]
impl GateHost for Scripted {
    async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault> {
        Err(fault("scripted", format!("{gate} is a script")))
    }

    async fn check(&self, _: &str, _: &str) -> Result<Vec<(String, String)>, GateFault> {
        Ok(Vec::new())
    }

    async fn ask(&self, _: &str, _: &Situation, _: &[u8]) -> Result<Vec<Question>, GateFault> {
        Ok(Vec::new())
    }

    async fn judge(
        &self,
        gate: &str,
        situation: &Situation,
        _: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault> {
        let look = situation.evaluation as usize;
        let said = self.0.get(gate).and_then(|script| script.get(look).or(script.last()));
        let Some(decision) = said.filter(|it| **it != Decision::Error) else {
            return Err(fault("trap", format!("{gate} trapped, as its script says")));
        };
        let verdict = Verdict::plain(*decision, "scripted", "its script says so");
        let outcome = TurnOutcome::Verdict(verdict);
        Ok(Turn { outcome, state: state.to_vec(), notes: String::new() })
    }

    async fn learn(&self, gate: &str, _: &Situation, _: &[u8]) -> Result<Vec<u8>, GateFault> {
        Ok(gate.as_bytes().to_vec())
    }
}
