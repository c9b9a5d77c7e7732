//! Events, one after another, into the picture.

use std::collections::BTreeMap;

use rollout::{
    Counts, EpochS, EventRecord, GateView, Goal, Mode, Outcome, Phase, Side, Started, Verdict,
    Weights, What,
};

use crate::picture::{GateRow, LastLook, Picture, Rung, Stage, Wait, WeightChange, decision_word};
use crate::tell::{Told, tell};

/// The picture after these events.
#[must_use]
pub fn fold<'a>(events: impl IntoIterator<Item = &'a EventRecord>) -> Picture {
    let mut picture = Picture::default();
    for record in events {
        picture.take(record);
    }
    picture
}

impl Picture {
    /// One more event; what it says, if it says something new.
    pub fn take(&mut self, record: &EventRecord) -> Option<Told> {
        if self.deployment.is_empty() {
            self.deployment.clone_from(&record.deployment);
            self.began = record.at;
        }
        self.latest = self.latest.max(record.at);
        self.go_on();
        let told = tell(record, self);
        self.apply(record.at, &record.what);
        let news = told.filter(|told| self.said.get(&told.subject) != Some(&told.key))?;
        self.said.insert(news.subject.clone(), news.key.clone());
        self.told.push(news.clone());
        Some(news)
    }

    /// What was halted or left goes on with the next event, as it stood.
    fn go_on(&mut self) {
        let Some((stage, wait, holds)) = self.left.take() else { return };
        self.ended = None;
        (self.stage, self.wait, self.holds) = (stage, wait, holds);
        let rung = self.step.and_then(|step| self.ladder.get_mut(step));
        rung.filter(|_| wait.is_some()).into_iter().for_each(|rung| rung.left = None);
    }

    fn apply(&mut self, at: EpochS, what: &What) {
        match what {
            What::Started(started) => self.start(at, started),
            What::Stack { stack, status, .. } => {
                self.stacks.insert(*stack, *status);
            }
            What::Health { side: Side::Green, health } => self.green = Some(health.clone()),
            What::Health { side: Side::Blue, health } => self.blue = Some(health.clone()),
            What::WeightsWritten(weights) => self.write(at, *weights),
            What::WeightsVerified(weights) => self.set_weights(at, *weights, true),
            What::StepBegan { phase, weights, wait_until, max_wait_until, .. } => {
                let (until, max_until) = (*wait_until, *max_wait_until);
                self.begin_step(*weights, Wait { phase: *phase, from: at, until, max_until });
            }
            What::Looked { gate, mode, verdict, counts, weights } => {
                let look = look(at, verdict, *counts, *weights);
                self.look(gate, *mode, look);
            }
            What::Holding { reasons } => {
                self.holds.clone_from(reasons);
                self.stage = Stage::Holding;
            }
            What::Traffic { period_begin, canary, baseline } => {
                self.serve(*period_begin, *canary, *baseline);
            }
            What::Drift { drifts } => self.drifts.clone_from(drifts),
            What::RollingBack { why, exit_code } => {
                self.rolling_back = Some((why.clone(), *exit_code));
                self.leave_step(at, Stage::RollingBack);
            }
            What::Promoting => self.leave_step(at, Stage::Promoting),
            What::Ended(ended) => {
                self.ended = Some((**ended).clone());
                if matches!(ended.outcome, Outcome::Interrupted | Outcome::Halted) {
                    self.left = Some((self.stage, self.wait, self.holds.clone()));
                }
                self.leave_step(at, Stage::Ended);
            }
            What::Scaled { .. } | What::Word { .. } | What::Note { .. } => {}
        }
    }

    fn start(&mut self, at: EpochS, started: &Started) {
        self.began = at;
        self.ladder = started.steps.iter().map(|view| rung(*view)).collect();
        self.gates = started.gates.iter().cloned().map(gate_row).collect();
        if started.goal == Goal::Undeploy {
            self.stage = Stage::Removing;
        }
        self.set_weights(at, started.weights, true);
        self.started = Some(started.clone());
    }

    fn set_weights(&mut self, at: EpochS, weights: Weights, verified: bool) {
        self.weights = Some(weights);
        self.verified = verified;
        self.weight_history.push(WeightChange { at, verified, weights });
    }

    fn write(&mut self, at: EpochS, weights: Weights) {
        self.set_weights(at, weights, false);
        if self.rolling_back.is_none() && self.ended.is_none() && self.stage != Stage::Removing {
            self.leave_step(at, Stage::Shifting);
        }
    }

    /// Steps are told apart by their weight: it rises from each to the next.
    fn begin_step(&mut self, weights: Weights, wait: Wait) {
        self.wait = Some(wait);
        self.holds.clear();
        self.said.remove("hold");
        self.stage = if wait.phase == Phase::Bake { Stage::Baking } else { Stage::Waiting };
        self.step = self
            .ladder
            .iter()
            .position(|rung| wait.phase != Phase::Preflight && rung.view.weight == weights.green);
        if let Some(rung) = self.step.and_then(|step| self.ladder.get_mut(step)) {
            rung.began.get_or_insert(wait.from);
        }
    }

    fn leave_step(&mut self, at: EpochS, stage: Stage) {
        let rung = self.step.and_then(|step| self.ladder.get_mut(step));
        if let Some(rung) = rung.filter(|_| self.wait.is_some()) {
            rung.left.get_or_insert(at);
        }
        self.stage = stage;
        self.wait = None;
        self.holds.clear();
    }

    fn look(&mut self, gate: &str, mode: Mode, look: LastLook) {
        let at = self.gates.iter().position(|row| row.view.name == gate).unwrap_or_else(|| {
            let (name, plugin) = (gate.to_owned(), String::new());
            self.gates.push(gate_row(GateView { name, plugin, mode, every_s: 0 }));
            self.gates.len() - 1
        });
        let Some(row) = self.gates.get_mut(at) else { return };
        row.looks = row.looks.saturating_add(1);
        *row.answers.entry(decision_word(look.verdict.decision)).or_default() += 1;
        row.last = Some(look);
    }

    fn serve(&mut self, period_begin: EpochS, canary: Counts, baseline: Counts) {
        let traffic = &mut self.traffic;
        if traffic.newest.is_some_and(|(newest, ..)| newest >= period_begin) {
            return;
        }
        traffic.newest = Some((period_begin, canary, baseline));
        add(&mut traffic.canary, canary);
        add(&mut traffic.baseline, baseline);
        let rate = crate::numbers::share(traffic.baseline.bad, traffic.baseline.requests);
        traffic.harmed += canary.bad as f64 - rate * canary.requests as f64;
        let begun = |rung: &&mut Rung| rung.began.is_some_and(|began| began <= period_begin);
        if let Some(rung) = self.ladder.iter_mut().rev().find(begun) {
            add(&mut rung.canary, canary);
            add(&mut rung.baseline, baseline);
        }
    }
}

fn rung(view: rollout::StepView) -> Rung {
    Rung { view, began: None, left: None, canary: Counts::default(), baseline: Counts::default() }
}

fn gate_row(view: GateView) -> GateRow {
    GateRow { view, looks: 0, answers: BTreeMap::new(), last: None }
}

fn look(at: EpochS, verdict: &Verdict, counts: bool, weights: Weights) -> LastLook {
    LastLook { at, verdict: verdict.clone(), counts, weights }
}

fn add(total: &mut Counts, more: Counts) {
    total.requests = total.requests.saturating_add(more.requests);
    total.bad = total.bad.saturating_add(more.bad);
}
