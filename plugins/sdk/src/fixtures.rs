//! A situation to start from, and answers made of counts: for tests and benches of gates.

use crate::series::question_id;
use crate::{
    Answer, Completeness, Dimension, Gate, Outcome, Part, Phase, Point, Question, Release,
    SeriesAnswer, Side, Situation, Verdict,
};

/// The instant at which the fixture's canary got its first traffic: a whole minute.
pub const TRAFFIC_AT_S: u32 = 1_800_000_000;

/// Step 1 of 5 (weight 10, next 25), verified ten minutes after first traffic, now.
#[must_use]
pub fn situation() -> Situation {
    Situation {
        deployment: "sim-1".into(),
        service: "shop".into(),
        environment: "stage".into(),
        region: "eu-west-3".into(),
        evaluation: 0,
        seed: 1,
        phase: Phase::Shift,
        step: 1,
        steps: 5,
        weight: 10,
        next_weight: 25,
        now: TRAFFIC_AT_S + 600,
        started_at: TRAFFIC_AT_S - 300,
        weight_verified_at: TRAFFIC_AT_S + 600,
        ttl_s: 60,
        canary_traffic_at: Some(TRAFFIC_AT_S),
        round: 0,
        baseline: Some(release("1.0.0", "1", 90)),
        canary: release("1.1.0", "2", 10),
        configuration: "{}".into(),
        memory: Vec::new(),
        extensions: Vec::new(),
    }
}

fn release(version: &str, label: &str, weight: u32) -> Release {
    let dimension = |name: &str, value: String| Dimension { name: name.into(), value };
    let balancer = dimension("LoadBalancer", format!("app/shop-{label}/0"));
    let target_group = dimension("TargetGroup", format!("targetgroup/shop-{label}/0"));
    Release {
        version: version.into(),
        label: label.into(),
        started_at: TRAFFIC_AT_S - 300,
        weight,
        tasks_desired: 2,
        tasks_running: 2,
        targets_healthy: 2,
        targets_unhealthy: 0,
        address: format!("shop-{label}.example"),
        load_balancer: vec![balancer.clone()],
        target_groups: vec![vec![balancer, target_group]],
        service: vec![dimension("ServiceName", format!("shop-{label}"))],
    }
}

/// A series as `value(id, period's beginning)` gives it, for every question about metrics or math.
#[must_use]
pub fn answer(questions: &[Question], value: impl Fn(&str, u32) -> Option<f64>) -> Vec<Answer> {
    let series = questions.iter().filter_map(|question| match question {
        Question::Metric(it) => Some((&it.id, it.begin, it.end, it.period_s)),
        Question::Expression(it) => Some((&it.id, it.begin, it.end, it.period_s)),
        Question::Request(_) => None,
    });
    series
        .map(|(id, begin, end, period_s)| {
            let times = (begin..end).step_by(period_s.max(1) as usize);
            let points: Vec<_> = times
                .filter_map(|time| value(id, time).map(|value| Point { time, value }))
                .collect();
            let completeness =
                if points.is_empty() { Completeness::Empty } else { Completeness::Complete };
            Answer::Series(SeriesAnswer { id: id.clone(), points, completeness })
        })
        .collect()
}

/// The id of a question about the first target group of a side.
#[must_use]
pub fn first_group(side: Side, what: &str) -> String {
    question_id(side, Part::TargetGroup(0), what)
}

/// What a look came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Its verdict; none when eight rounds were not enough.
    pub verdict: Option<Verdict>,
    /// The state for the next look.
    pub state: Vec<u8>,
    /// The questions of each round.
    pub rounds: Vec<Vec<Question>>,
}

/// One look at a gate, as the host takes it: `ask`, then `judge` until there is a verdict, the
/// state going from call to call.
#[must_use]
pub fn look<G: Gate>(
    situation: &Situation,
    state: &[u8],
    respond: impl Fn(&[Question]) -> Vec<Answer>,
) -> Look {
    let mut look = Look { verdict: None, state: state.to_vec(), rounds: Vec::new() };
    let mut questions = G::ask(situation.clone(), look.state.clone());
    for round in 1..=8 {
        let answers = respond(&questions);
        look.rounds.push(questions);
        let situation = Situation { round, ..situation.clone() };
        let turn = G::judge(situation, answers, look.state);
        look.state = turn.state;
        match turn.outcome {
            Outcome::More(more) => questions = more,
            Outcome::Verdict(verdict) => {
                look.verdict = Some(verdict);
                return look;
            }
        }
    }
    look
}
