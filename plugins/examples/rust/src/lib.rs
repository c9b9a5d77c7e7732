//! The gate p99-budget: how the contract (`wit/gate.wit`) and the rule (`rule.rs`) meet.
//!
//! Each function is called in a fresh instance: nothing survives in a variable, only in `look.state`.

mod rule;
#[cfg(test)]
mod tests;

use gate_sdk::series::Gap;
use gate_sdk::window::Window;
use gate_sdk::{
    Answer, Description, Finding, FindingStatus, Issue, Look, Outcome, Part, Point, Question, Side,
    TypedGate, Verdict, points,
};
use rule::{Config, Minute, State, fresh_from};

gate_sdk::export!(Budget);

/// The gate.
pub struct Budget;

impl TypedGate for Budget {
    type Configuration = Config;
    type State = State;
    /// Nothing is kept for the next deployment.
    type Memory = ();

    fn describe() -> Description {
        let summary = "Rolls back when the canary's p99 stays over a budget.";
        // The host holds every deployment file to this before the gate is asked anything.
        let schema = include_str!("schema.json");
        Description::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), summary, schema)
    }

    /// What the schema cannot say.
    fn check(config: &Config) -> Vec<Issue> {
        let (calm_ms, budget_ms) = (config.calm_limit_ms(), config.budget_ms);
        if calm_ms < budget_ms {
            return Vec::new();
        }
        let message = format!("{calm_ms} ms is not below budget_ms ({budget_ms} ms)");
        vec![Issue::new("/calm_ms", message)]
    }

    /// Two series of the canary's balancer, for the minutes that are new since the last look.
    fn ask(look: &Look<Self>) -> Vec<Question> {
        let Some(window) = new_minutes(look) else {
            return Vec::new();
        };
        let canary = (Side::Canary, Part::LoadBalancer);
        let of_requests =
            |id, statistic| Question::own(id, canary, "TargetResponseTime", statistic, window);
        vec![of_requests("requests", "SampleCount"), of_requests("p99", "p99")]
    }

    fn judge(look: &mut Look<Self>, answers: &[Answer]) -> Outcome {
        let situation = &look.situation;
        let fresh = fresh_from(situation.weight_verified_at, situation.ttl_s);
        look.state.enter(situation.step);
        let missing = read(look, answers, fresh).err();
        let Look { situation, configuration: config, state, .. } = look;
        let verdict = state
            .convicted(config)
            .or(missing)
            .unwrap_or_else(|| state.decide(config, situation.weight, fresh));
        look.notes =
            format!("strikes {}, calm {}, quiet {}", state.strikes, state.calm, state.quiet);
        verdict.finding(row(state, config)).into()
    }
}

/// The closed minutes past their lag that were not read yet. In preflight there are none: nobody is
/// sent to the canary.
fn new_minutes(look: &Look<Budget>) -> Option<Window> {
    let lag_s = look.configuration.lag_s as u32;
    Window::unconsumed(&look.situation, look.state.read_to, lag_s)
}

/// Takes the new minutes in. Where the answers cannot be judged nothing is read, so that the next
/// look asks again, and this is what to say.
fn read(look: &mut Look<Budget>, answers: &[Answer], fresh: u32) -> Result<(), Verdict> {
    if look.situation.canary_traffic_at.is_none() {
        return Err(Verdict::no_data("no-traffic", "the canary gets no traffic yet"));
    }
    let Some(window) = new_minutes(look) else {
        return Ok(());
    };
    let of_gap = |gap: Gap| Verdict::of_gap(gap);
    let requests = points(answers, "requests").map_err(of_gap)?;
    let p99 = points(answers, "p99").map_err(of_gap)?;
    for begin in window.periods() {
        let minute = Minute {
            begin,
            requests: value_at(requests, begin).unwrap_or(0.0),
            p99_ms: value_at(p99, begin).map(|seconds| (seconds * 1000.0).round() as u32),
        };
        look.state.take(&look.configuration, minute, fresh);
    }
    Ok(())
}

fn value_at(points: &[Point], begin: u32) -> Option<f64> {
    points.iter().find(|point| point.time == begin).map(|point| point.value)
}

/// The row of the report.
fn row(state: &State, config: &Config) -> Finding {
    if state.p99_ms == 0 {
        return Finding::new("p99", FindingStatus::NoData).limit(config.budget_ms).unit("ms");
    }
    let status = match state.strikes {
        0 => FindingStatus::Ok,
        _ if state.is_convicted(config) => FindingStatus::Bad,
        _ => FindingStatus::Warning,
    };
    let p99_ms = f64::from(state.p99_ms);
    Finding::new("p99", status).canary(p99_ms).limit(config.budget_ms).unit("ms")
}
