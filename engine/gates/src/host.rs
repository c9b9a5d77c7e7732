//! The gates of a deployment, asked on blocking threads: several at once, each one thing at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rollout::{GateDescription, Limits};
use runner::question::{Answer, Question, Situation, Turn};
use runner::{GateFault, GateHost};
use tokio::sync::Mutex;

use crate::fault::fault;
use crate::limits::Budget;
use crate::loaded::{Loaded, Told};

/// How long after a gate's time-out its thread is still waited for: the watchdog stops a guest
/// at the time-out, so only a fault of the host comes this far.
const GRACE: Duration = Duration::from_secs(2);

/// A gate of a deployment.
pub struct Gate {
    /// Its name in the plan.
    pub name: String,
    /// The component.
    pub loaded: Loaded,
    /// What it may use up in one evaluation.
    pub limits: Limits,
    /// How long one evaluation may take: the time-out of a look.
    pub timeout: Duration,
}

/// The gates of a deployment. Needs a tokio runtime with its clock enabled.
pub struct Host {
    seats: BTreeMap<String, Seat>,
}

#[derive(Clone)]
struct Seat {
    loaded: Loaded,
    budget: Budget,
    /// Held by the call under way, even when its caller has gone.
    asked: Arc<Mutex<()>>,
}

impl Host {
    /// A host of these gates; of two with one name the later counts.
    #[must_use]
    pub fn new(gates: Vec<Gate>) -> Self {
        let seats = gates.into_iter().map(|gate| {
            let budget = Budget::new(gate.limits, gate.timeout);
            (gate.name, Seat { loaded: gate.loaded, budget, asked: Arc::default() })
        });
        Host { seats: seats.collect() }
    }

    fn seat(&self, gate: &str) -> Result<Seat, GateFault> {
        self.seats
            .get(gate)
            .cloned()
            .ok_or_else(|| fault("unknown-gate", format!("no gate `{gate}` is loaded")))
    }

    async fn evaluate<R: Send + 'static>(
        &self,
        gate: &str,
        work: impl FnOnce(&Seat) -> Result<R, GateFault> + Send + 'static,
    ) -> Result<R, GateFault> {
        let seat = self.seat(gate)?;
        let asked = Arc::clone(&seat.asked).lock_owned().await;
        let limit = seat.budget.time.max(seat.budget.for_describe().time) + GRACE;
        let workers = Arc::clone(&seat.loaded.engine.workers);
        let begun = Arc::new(OnceLock::new());
        let begins = Arc::clone(&begun);
        let memory_bytes = seat.loaded.facts().describe_usage.memory_bytes;
        let mut evaluation = workers.spawn(memory_bytes, move || {
            begins.get_or_init(Instant::now);
            let result = work(&seat);
            drop(asked);
            result
        });
        loop {
            match tokio::time::timeout(limit, &mut evaluation).await {
                Ok(Ok(result)) => return result,
                Ok(Err(_)) => return Err(fault("bug", "the gate's host panicked".to_owned())),
                // Others' turns are not its time.
                Err(_) if begun.get().is_none_or(|begun| begun.elapsed() < limit) => {}
                Err(_) => {
                    let sentence =
                        format!("the gate did not come back within {} s", limit.as_secs());
                    return Err(fault("time-out", sentence));
                }
            }
        }
    }
}

#[async_trait]
impl GateHost for Host {
    async fn describe(&self, gate: &str) -> Result<GateDescription, GateFault> {
        Ok(self.seat(gate)?.loaded.description().clone())
    }

    async fn check(
        &self,
        gate: &str,
        configuration: &str,
    ) -> Result<Vec<(String, String)>, GateFault> {
        let configuration = configuration.to_owned();
        self.evaluate(gate, move |seat| seat.loaded.check(&seat.budget, &configuration)).await
    }

    async fn ask(
        &self,
        gate: &str,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<Question>, GateFault> {
        let told = Told::new(situation, &[], state);
        self.evaluate(gate, move |seat| seat.loaded.ask_told(&seat.budget, &told)).await
    }

    async fn judge(
        &self,
        gate: &str,
        situation: &Situation,
        answers: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault> {
        let told = Told::new(situation, answers, state);
        self.evaluate(gate, move |seat| seat.loaded.judge_told(&seat.budget, &told)).await
    }

    async fn learn(
        &self,
        gate: &str,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<u8>, GateFault> {
        let told = Told::new(situation, &[], state);
        self.evaluate(gate, move |seat| seat.loaded.learn_told(&seat.budget, &told)).await
    }
}
