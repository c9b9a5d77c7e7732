//! A line per change, for a pipe or a CI log, and a heartbeat a minute when nothing changes.

use std::collections::BTreeMap;

use rollout::{
    Decision, EpochS, EventRecord, Goal, Level, Mode, Phase, Side, SideHealth, Stack, StackStatus,
    Started, Verdict, What,
};

use crate::clock::{time_of_day, took};

/// Seconds of silence after which a sign of life is given.
const HEARTBEAT_S: u32 = 60;

/// Turns events into lines; keeps what it said, so as not to say it again.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    last_at: EpochS,
    doing: String,
    said: BTreeMap<String, String>,
}

impl Lines {
    /// The lines of an event; none when it says what is known already.
    pub fn take(&mut self, event: &EventRecord) -> Vec<String> {
        let texts = self.texts(&event.what);
        if texts.is_empty() {
            return Vec::new();
        }
        self.last_at = event.at;
        let time = time_of_day(event.at);
        texts.into_iter().map(|text| format!("{time}  {text}")).collect()
    }

    /// A sign of life, when nothing was said for a minute.
    pub fn heartbeat(&mut self, now: EpochS) -> Option<String> {
        if self.doing.is_empty() || now.since_s(self.last_at) < HEARTBEAT_S {
            return None;
        }
        self.last_at = now;
        Some(format!("{}  … {}", time_of_day(now), self.doing))
    }

    fn texts(&mut self, what: &What) -> Vec<String> {
        match what {
            What::Started(started) => {
                self.doing = "getting ready".to_owned();
                started_lines(started)
            }
            What::Stack { stack, status, reason } => {
                let text = format!("{} stack {}", stack_name(*stack), status_name(*status));
                self.doing.clone_from(&text);
                vec![if reason.is_empty() { text } else { format!("{text}: {reason}") }]
            }
            What::Scaled { tasks } => {
                self.doing = "waiting for green's tasks and targets".to_owned();
                vec![format!("green asked for {tasks} tasks")]
            }
            What::Health { side, health } => {
                let text = format!("{} {}", side_name(*side), health_text(health));
                self.once(&format!("health {side:?}"), text)
            }
            What::WeightsWritten(weights) => {
                self.doing = "waiting for the weights to be in effect".to_owned();
                vec![format!("weights written: blue {} / green {}", weights.blue, weights.green)]
            }
            What::WeightsVerified(weights) => {
                vec![format!("weights in effect: blue {} / green {}", weights.blue, weights.green)]
            }
            What::StepBegan { phase, weights, wait_until, max_wait_until, .. } => {
                let name = match phase {
                    Phase::Preflight => "preflight at weight 0".to_owned(),
                    Phase::Shift => format!("step at weight {}", weights.green),
                    Phase::Bake => "bake at weight 100".to_owned(),
                };
                self.doing.clone_from(&name);
                self.said.clear();
                let until = time_of_day(*wait_until);
                vec![format!("{name}: until {until}, {} at most", time_of_day(*max_wait_until))]
            }
            What::Looked { gate, mode, verdict, counts, .. } => {
                let text = look_text(gate, *mode, verdict, *counts);
                // Numbers in the sentence change at every look; what is news is the decision.
                let news = format!("{:?} {} {counts}", verdict.decision, verdict.code);
                match self.said.insert(format!("gate {gate}"), news.clone()) {
                    Some(former) if former == news => Vec::new(),
                    _ => vec![text],
                }
            }
            What::Holding { reasons } => self.holding(reasons),
            What::Traffic { .. } => Vec::new(),
            What::Drift { drifts } if drifts.is_empty() => {
                vec!["the weighted records are as written again".to_owned()]
            }
            What::Drift { drifts } => drifts
                .iter()
                .map(|drift| {
                    let (name, was, is) = (&drift.name, &drift.expected, &drift.found);
                    format!("somebody else changed {name}: it was {was}, it is {is}")
                })
                .collect(),
            What::Word { word, by } => vec![format!("{by} says {word}")],
            What::Note { level, text } => match level {
                Level::Info => vec![text.clone()],
                Level::Warning => vec![format!("warning: {text}")],
            },
            What::RollingBack { why, .. } => {
                self.doing = "rolling back".to_owned();
                vec![format!("rolling back: {why}")]
            }
            What::Promoting => {
                self.doing = "retiring the old release".to_owned();
                vec!["promoted: retiring the old release".to_owned()]
            }
            What::Ended(ended) => {
                self.doing.clear();
                vec![format!("ended after {}: {}", took(ended.took_s), ended.why)]
            }
        }
    }

    fn holding(&mut self, reasons: &[String]) -> Vec<String> {
        // A reason is said again when its gate says something else, not when a number moves.
        let heads = reasons.iter().map(|reason| reason.split(':').next().unwrap_or_default());
        let news = heads.collect::<Vec<_>>().join(";");
        self.doing = "holding".to_owned();
        match self.said.insert("holding".to_owned(), news.clone()) {
            Some(former) if former == news => Vec::new(),
            _ => vec![format!("holding: {}", reasons.join("; "))],
        }
    }

    fn once(&mut self, key: &str, text: String) -> Vec<String> {
        match self.said.insert(key.to_owned(), text.clone()) {
            Some(former) if former == text => Vec::new(),
            _ => vec![text],
        }
    }
}

fn started_lines(started: &Started) -> Vec<String> {
    let Started { service, environment, version, .. } = started;
    if started.goal == Goal::Undeploy {
        return vec![format!("undeploying {service} from {environment}")];
    }
    let from = match &started.baseline_version {
        Some(old) => format!("over {old}"),
        None => "as its first release".to_owned(),
    };
    let steps: Vec<String> = started.steps.iter().map(|step| step.weight.to_string()).collect();
    let gates: Vec<&str> = started.gates.iter().map(|gate| gate.name.as_str()).collect();
    let guards = match gates.as_slice() {
        [] => "target health alone".to_owned(),
        gates => format!("gates {}", gates.join(", ")),
    };
    vec![
        format!("deploying {service} {version} to {environment} {from}"),
        format!("steps {} %, guarded by {guards}", steps.join(" / ")),
    ]
}

fn look_text(gate: &str, mode: Mode, verdict: &Verdict, counts: bool) -> String {
    let decision = decision_name(verdict.decision);
    let mode = if mode == Mode::Observe { " (observed)" } else { "" };
    let early = match (verdict.decision, counts) {
        (Decision::Promote, false) => " (no evidence of this weight yet)",
        _ => "",
    };
    format!("{gate}{mode}: {decision}{early}: {}", verdict.sentence)
}

/// A decision as the contract spells it.
pub(crate) fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Promote => "promote",
        Decision::Hold => "hold",
        Decision::Rollback => "roll back",
        Decision::NoData => "no data",
        Decision::Error => "error",
    }
}

fn health_text(health: &SideHealth) -> String {
    let mut text = format!(
        "{}/{} tasks, {} targets healthy",
        health.tasks_running, health.tasks_desired, health.targets_healthy
    );
    let others = [
        (health.targets_unhealthy, "unhealthy"),
        (health.targets_initial, "not yet judged"),
        (health.tasks_crashed, "crashes"),
    ];
    for (count, name) in others.iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(", {count} {name}"));
    }
    if let Some(reason) = health.crash_reasons.last() {
        text.push_str(&format!(" ({reason})"));
    }
    text
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Blue => "blue",
        Side::Green => "green",
    }
}

fn stack_name(stack: Stack) -> &'static str {
    match stack {
        Stack::Init => "init",
        Stack::Green => "green",
        Stack::Blue => "blue",
    }
}

fn status_name(status: StackStatus) -> &'static str {
    match status {
        StackStatus::Creating => "being made",
        StackStatus::Ready => "ready",
        StackStatus::Failed => "failed",
        StackStatus::Deleting => "being deleted",
        StackStatus::Gone => "gone",
        StackStatus::Stuck => "could not be deleted",
    }
}

#[cfg(test)]
mod tests {
    use rollout::{Verdict, Weights};

    use super::*;

    fn looked(at: u32, decision: Decision, sentence: &str) -> EventRecord {
        EventRecord {
            seq: 0,
            at: EpochS(at),
            deployment: "d".to_owned(),
            what: What::Looked {
                gate: "errors".to_owned(),
                mode: Mode::Enforce,
                verdict: Verdict::plain(decision, "code", sentence),
                counts: true,
                weights: Weights { blue: 90, green: 10 },
            },
        }
    }

    #[test]
    fn a_look_that_says_the_same_is_silent_and_another_decision_is_news() {
        let mut lines = Lines::default();
        assert_eq!(lines.take(&looked(0, Decision::Hold, "12 more")).len(), 1);
        assert!(lines.take(&looked(15, Decision::Hold, "11 more")).is_empty());
        let news = lines.take(&looked(30, Decision::Promote, "0.5 % against 0.5 %"));
        assert_eq!(news, ["00:00:30  errors: promote: 0.5 % against 0.5 %"]);
    }

    #[test]
    fn a_minute_of_silence_gives_one_sign_of_life() {
        let mut lines = Lines::default();
        let scaled = EventRecord {
            seq: 0,
            at: EpochS(100),
            deployment: "d".to_owned(),
            what: What::Scaled { tasks: 2 },
        };
        lines.take(&scaled);
        assert_eq!(lines.heartbeat(EpochS(159)), None);
        assert!(lines.heartbeat(EpochS(160)).is_some_and(|line| line.contains("targets")));
        assert_eq!(lines.heartbeat(EpochS(161)), None);
    }
}
