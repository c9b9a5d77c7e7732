//! Appendix A of the statistics through the components of the built-in gates, each look as the host
//! takes it: `ask`, then `judge` with the answers, state kept from look to look.
//!
//! `cargo bench -p gates --bench deployments` draws what `cargo bench -p error-rate` draws, deployment
//! by deployment, and prints the table of goals for the profiles whose metrics a balancer has (by the
//! minute).

#[path = "../../../plugins/error-rate/benches/deployments/cells.rs"]
#[expect(dead_code, reason = "rival rules are compared by the gates' own bench")]
mod cells;
#[path = "../../../plugins/error-rate/benches/deployments/goals.rs"]
#[expect(dead_code, reason = "the tables of single cells are those of the gates' own bench")]
mod goals;
#[path = "../../../plugins/error-rate/benches/deployments/goals_table.rs"]
mod goals_table;
#[path = "../../../plugins/error-rate/benches/deployments/rollout.rs"]
#[expect(dead_code, reason = "the length of the plan is what rival rules need")]
mod rollout;
#[path = "../tests/guests/situation.rs"]
mod situation;
#[path = "../../../plugins/error-rate/benches/deployments/traffic.rs"]
mod traffic;

use std::sync::LazyLock;
use std::time::Duration;

use ::rollout::{Decision, EpochS, Limits, Side};
use gates::{Budget, CachePolicy, Engine, Loaded, builtin};
use runner::GateFault;
use runner::question::{
    Answer, Completeness, MetricQuestion, Point, Question, SeriesAnswer, Situation, Subject,
    TurnOutcome,
};

use cells::{Cells, DEPLOYMENTS, Rule, SEED};
use goals_table::goals_table;
use rollout::{Judge, Said, Stand, TTL_S};
use traffic::{Fault, Interval, Profile, Requests};

/// What slow means, in milliseconds: the traffic is drawn as slow or not, so any number will do.
const LATENCY: &str = r#"{"lag_s": 60, "threshold_ms": 300}"#;
const ERRORS: &str = r#"{"lag_s": 60}"#;
/// How long after its end a minute is looked at, in virtual seconds.
const LAG_S: u32 = 60;

/// Both gates, compiled once.
static GATES: LazyLock<Result<[Loaded; 2], String>> = LazyLock::new(|| {
    let engine = Engine::new(&CachePolicy::Off).map_err(|error| error.to_string())?;
    let load = |name| {
        let component = builtin(name).ok_or_else(|| format!("no gate {name}"))?;
        engine.load(name, component).map_err(|error| error.to_string())
    };
    Ok([load("error-rate")?, load("latency")?])
});

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    if let Err(error) = &*GATES {
        eprintln!("the benchmark cannot start: {error}");
        std::process::exit(1);
    }
    println!("{} deployments a cell through the components, seed {SEED}\n", *DEPLOYMENTS);
    goals_table(&mut Cells::new(judge), 60);
}

fn judge(_: Rule, _: Profile, fault: Fault) -> Box<dyn Judge> {
    let Ok([error_rate, latency]) = &*GATES else { std::process::exit(1) };
    let (gate, configuration) = match fault {
        Fault::Latency(_) => (latency.clone(), LATENCY),
        Fault::Errors(_) | Fault::NoErrors => (error_rate.clone(), ERRORS),
    };
    let begin = situation::situation();
    let situation =
        Situation { configuration: configuration.to_owned(), ttl_s: TTL_S, steps: 5, ..begin };
    let budget = Budget::new(Limits::default(), Duration::from_secs(10));
    Box::new(Component { gate, budget, situation, state: Vec::new() })
}

/// A gate's component in the middle of a deployment.
struct Component {
    gate: Loaded,
    budget: Budget,
    situation: Situation,
    state: Vec<u8>,
}

impl Judge for Component {
    fn look(&mut self, age_s: u32, drawn: &Interval, stand: Stand) -> Said {
        match self.talk(age_s, drawn, stand) {
            Ok(Decision::Promote) => Said::Promote,
            Ok(Decision::Rollback) => Said::RollBack,
            Ok(Decision::Hold | Decision::NoData | Decision::Error) => Said::Hold,
            Err(fault) => {
                eprintln!("{fault}");
                std::process::exit(1);
            }
        }
    }
}

impl Component {
    fn talk(&mut self, age_s: u32, drawn: &Interval, stand: Stand) -> Result<Decision, GateFault> {
        let traffic_at = self.situation.canary_traffic_at.unwrap_or(EpochS(0));
        self.situation.step = u32::try_from(stand.step).unwrap_or(u32::MAX);
        (self.situation.weight, self.situation.next_weight) =
            (percent(stand.weight), percent(stand.next_weight));
        self.situation.weight_verified_at = traffic_at.plus_s(stand.began_s);
        self.situation.now = traffic_at.plus_s(age_s + 60 + LAG_S);
        self.situation.round = 0;
        let mut questions = self.gate.ask(&self.budget, &self.situation, &self.state)?;
        loop {
            self.situation.round += 1;
            let answers: Vec<Answer> =
                questions.iter().filter_map(|question| answer(question, drawn)).collect();
            let turn = self.gate.judge(&self.budget, &self.situation, &answers, &self.state)?;
            self.state = turn.state;
            match turn.outcome {
                TurnOutcome::More(more) => questions = more,
                TurnOutcome::Verdict(verdict) => return Ok(verdict.decision),
            }
        }
    }
}

fn percent(weight: u32) -> u8 {
    u8::try_from(weight).unwrap_or(100)
}

/// The minute that was drawn, as CloudWatch tells it: bad requests are failed and slow alike.
fn answer(question: &Question, drawn: &Interval) -> Option<Answer> {
    let Question::Metric(MetricQuestion { id, name, statistic, subject, begin, .. }) = question
    else {
        return None;
    };
    let Subject::Of(side, _) = subject else { return None };
    let Requests { all, bad } = match side {
        Side::Green => drawn.canary,
        Side::Blue => drawn.baseline,
    };
    let value = match (name.as_str(), statistic.as_str()) {
        ("RequestCount", _) | (_, "SampleCount") => all,
        ("HTTPCode_Target_2XX_Count", _) => all - bad,
        ("HTTPCode_Target_5XX_Count", _) => bad,
        ("TargetResponseTime", slow) if slow.starts_with("TC") => bad,
        _ => 0.0,
    };
    Some(Answer::Series(SeriesAnswer {
        id: id.clone(),
        points: vec![Point { time: *begin, value }],
        completeness: Completeness::Complete,
    }))
}
