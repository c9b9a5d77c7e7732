//! Watches a story from outside and keeps books of its own: which promise was broken, and how.

use std::collections::BTreeMap;

use rollout::*;

use crate::cloud::Model;

/// The longest a person is waited for, in seconds.
const PERSON_S: u32 = 86_400;
/// What a wait may take longer than it should: the watches' pace, in seconds.
const SLACK_S: u32 = 180;

#[derive(Default)]
pub(crate) struct Oracle {
    pub(crate) broken: Vec<(&'static str, String)>,
    /// The weights in effect and since when; at first blue 100, since preflight began.
    verified: Option<(Split, EpochS)>,
    looks: BTreeMap<String, (EpochS, Decision, Evidence)>,
    promoted: bool,
    health: Option<(EpochS, Health)>,
    unhealthy_since: Option<EpochS>,
    /// Green may have had traffic.
    traffic: bool,
    suspended: bool,
    silent: Vec<TrafficSample>,
    drain_began: Option<EpochS>,
    stay_began: Option<EpochS>,
    person: bool,
    back_for: Option<&'static str>,
}

impl Oracle {
    pub(crate) fn say(&mut self, promise: &'static str, why: String) {
        self.broken.push((promise, why));
    }

    fn check(&mut self, promise: &'static str, kept: bool, why: impl FnOnce() -> String) {
        if !kept {
            self.broken.push((promise, why()));
        }
    }

    /// A call is about to be made.
    pub(crate) fn effect(
        &mut self,
        machine: &Machine,
        model: &Model,
        effect: &Effect,
        now: EpochS,
    ) {
        match effect {
            Effect::SetWeights { split, .. } if split.green() > Weight::ZERO => {
                self.check_health(machine, now);
                self.check("S06", self.suspended, || "a rise before scale-in is suspended".into());
                let planned = machine.plan().steps.iter().any(|step| step.weight == split.green());
                self.check("S03", planned, || format!("{split} is not of the plan"));
                self.traffic = true;
            }
            Effect::SetWeights { split, over_drift } => {
                self.check("S03", *split == Split::ALL_BLUE, || format!("{split}"));
                self.check("S09", *over_drift, || "the way back stops at drift".into());
            }
            Effect::Retire { stack: Stack::Blue } if machine.goal() == Goal::Deploy => {
                let alone = Split::green_at(Weight::FULL);
                self.check("S06", model.records == alone, || format!("{}", model.records));
                self.check_drained(machine, Side::Blue, alone, "S06", now);
            }
            Effect::Retire { stack: Stack::Green }
                if machine.goal() == Goal::Deploy && self.traffic =>
            {
                let blue = model.records == Split::ALL_BLUE;
                self.check("S07", blue, || format!("{}", model.records));
                self.check_drained(machine, Side::Green, Split::ALL_BLUE, "S07", now);
            }
            _ => {}
        }
    }

    fn check_health(&mut self, machine: &Machine, now: EpochS) {
        let serves = self.health.as_ref().is_some_and(|(read_at, Health { green, .. })| {
            now.since_s(*read_at) <= 30
                && green.tasks_running >= machine.tasks().max(green.tasks_desired)
                && green.targets_healthy > 0
                && green.targets_unhealthy + green.targets_initial + green.groups_empty == 0
        });
        let health = self.health.clone();
        self.check("S05", serves, || format!("a rise at {now:?} by {health:?}"));
    }

    fn check_drained(
        &mut self,
        machine: &Machine,
        side: Side,
        emptied: Split,
        promise: &'static str,
        now: EpochS,
    ) {
        let Some((_, since)) = self.verified.filter(|(split, _)| *split == emptied) else {
            return self.say(promise, format!("{emptied} is not verified: {:?}", self.verified));
        };
        let quiet = |sample: &TrafficSample| {
            let requests = if side == Side::Blue { sample.blue } else { sample.green }.requests;
            sample.period_begin >= since && requests == 0
        };
        let silent = self.silent.windows(2).any(|two| two.iter().all(quiet));
        let began = self.drain_began.unwrap_or(now);
        let waited = now.since_s(began) >= machine.plan().drain_s;
        self.check(promise, silent || waited, || format!("{side:?} is not drained at {now:?}"));
    }

    /// Nothing is to be done: the machine waits for `deadline`.
    pub(crate) fn idle(&mut self, machine: &Machine, deadline: Option<EpochS>, now: EpochS) {
        let (awake, longest_s) = match machine.state() {
            State::Scaling(_) | State::Shifting(_) => (deadline.is_some(), None),
            State::Dwelling(dwell) | State::Holding(dwell) | State::Baking(dwell) => {
                let step = &machine.plan().steps[dwell.step];
                let longest_s = match (dwell.phase, machine.plan().preflight) {
                    (Phase::Preflight, Some(preflight)) => preflight.max_wait_s,
                    _ => step.max_wait_s,
                };
                (deadline.is_some(), Some(longest_s))
            }
            _ => return,
        };
        self.check("S08", awake, || format!("asleep for ever in {:?}", machine.state()));
        if let (Some(longest_s), Some(began)) = (longest_s, self.stay_began) {
            let pauses = self.person || machine.plan().on_inconclusive == OnInconclusive::Pause;
            let longest_s = longest_s + SLACK_S + if pauses { PERSON_S } else { 0 };
            let ends = now.since_s(began) <= longest_s || deadline.is_some_and(|at| at <= now);
            self.check("S08", ends, || format!("held since {began:?} at {now:?}"));
        }
    }

    /// S08 is about holds while a driver lives.
    pub(crate) fn driver_was_gone(&mut self, gone_s: u32) {
        self.stay_began = self.stay_began.map(|began| began.plus_s(gone_s));
    }

    /// Something happened.
    pub(crate) fn event(&mut self, before: &Machine, after: &Machine, event: &Event, now: EpochS) {
        self.note(before, after, event, now);
        let on = match (before.state().dwell(), after.state()) {
            (Some(_), State::Shifting(_) | State::Promoting(_)) => before.state().dwell(),
            _ => None,
        };
        if let Some(dwell) = on {
            self.check_gates(before, dwell, now);
            self.check("S08", now >= dwell.wait_until, || "went on before its wait".into());
            self.looks.clear();
            self.promoted = false;
        }
        self.check_preempted(before, after, event, now);
        let former = before.state().dwell().map(|dwell| dwell.verified_at);
        match after.state().dwell() {
            None => self.stay_began = None,
            Some(dwell) if former != Some(dwell.verified_at) => {
                self.stay_began = Some(now);
                if dwell.phase == Phase::Preflight {
                    self.verified = Some((Split::ALL_BLUE, now));
                }
            }
            Some(_) => {}
        }
        if matches!(event, Event::PauseAsked { .. } | Event::PromoteAsked { .. })
            || matches!(event, Event::ResumeAsked { .. })
        {
            self.person = true;
            self.stay_began = self.stay_began.map(|_| now);
        }
    }

    fn note(&mut self, before: &Machine, after: &Machine, event: &Event, now: EpochS) {
        match event {
            Event::ScaleInSuspended => self.suspended = true,
            Event::HealthRead { health } => {
                self.unhealthy_since = match health.green.targets_unhealthy {
                    0 => None,
                    _ => self.unhealthy_since.or(Some(now)),
                };
                self.health = Some((now, health.clone()));
            }
            // Before blue is deleted its emptiness is read back once more.
            Event::WeightVerified { .. } if matches!(before.state(), State::Promoting(_)) => {}
            Event::WeightVerified { split } => {
                self.verified = Some((*split, now));
                self.looks.clear();
                self.promoted = false;
            }
            Event::TrafficRead { sample, .. } => self.silent.push(sample.clone()),
            Event::DriftSeen { .. } => self.traffic = true,
            Event::PromoteAsked { .. } => self.promoted = before.state().dwell().is_some(),
            Event::Looked { begun_at, looks, .. } => {
                for look in looks {
                    let kept = (*begun_at, look.verdict.decision, look.evidence);
                    self.looks.insert(look.gate.clone(), kept);
                }
            }
            Event::ResumeAsked { .. } if matches!(before.state(), State::Halted(_)) => {
                self.unhealthy_since = None;
                self.looks.clear();
                self.back_for = None;
            }
            _ => {}
        }
        let drains = |machine: &Machine| {
            let tail = match machine.state() {
                State::Promoting(tail) => tail,
                State::RollingBack(back) => &back.tail,
                _ => return false,
            };
            matches!(tail.todo.front(), Some(Task::Drain(_)))
        };
        if drains(after) && !drains(before) {
            self.drain_began = Some(now);
        }
    }

    /// S01, S02: what a rise rests on.
    fn check_gates(&mut self, machine: &Machine, dwell: &Dwell, now: EpochS) {
        if self.promoted {
            return;
        }
        let plan = machine.plan();
        let Some((_, verified_at)) = self.verified else {
            return self.say("S01", "nothing was verified".into());
        };
        let asked = |gate: &&Gate| {
            let of_step = plan.steps[dwell.step].gates.contains(&gate.name);
            gate.mode == Mode::Enforce
                && gate.phases.contains(&dwell.phase)
                && (of_step || dwell.phase == Phase::Preflight)
        };
        for gate in plan.gates.iter().filter(asked) {
            let Some((begun_at, decision, evidence)) = self.looks.get(&gate.name).copied() else {
                self.say("S01", format!("{} was never asked", gate.name));
                continue;
            };
            let settled = verified_at.plus_s(plan.ttl_s);
            let rests = match evidence {
                Evidence::NotAsked => true,
                Evidence::Missing => false,
                _ if dwell.phase == Phase::Preflight => true,
                Evidence::PeriodFrom(at) | Evidence::ResponseAt(at) => at >= settled,
            };
            let young = now.since_s(begun_at) <= 2 * gate.every_s;
            let looked = || format!("{} {decision:?} {evidence:?} of {begun_at:?}", gate.name);
            self.check("S01", rests && young && begun_at >= verified_at, looked);
            let trouble = matches!(decision, Decision::NoData | Decision::Error);
            self.check("S02", !trouble, looked);
            self.check("S01", decision == Decision::Promote, looked);
        }
    }

    /// S05, S09: what stops a rollout at once.
    fn check_preempted(&mut self, before: &Machine, after: &Machine, event: &Event, now: EpochS) {
        let on = after.state().may_go_back() && !matches!(after.state(), State::Halted(_));
        let plan = before.plan();
        let convicts = |look: &GateLook| {
            let gate = plan.gate(&look.gate).is_some_and(|gate| gate.mode == Mode::Enforce);
            gate && look.verdict.decision == Decision::Rollback
        };
        match event {
            Event::AbortAsked { .. } | Event::InterruptAsked => {
                self.back_for = Some("13");
                self.check("S09", !on, || format!("{event:?} left it {}", after.state().name()));
                let writes = match after.effect(now) {
                    Some(Effect::SetWeights { split, .. }) => split == Split::ALL_BLUE,
                    _ => !self.traffic || matches!(after.state(), State::Halted(_)),
                };
                self.check("S09", writes, || "blue is not written at once".into());
            }
            Event::Looked { looks, .. } if !self.promoted && looks.iter().any(convicts) => {
                self.check("S09", !on, || format!("convicted, but {}", after.state().name()));
            }
            Event::HealthRead { .. } if !matches!(before.state(), State::Scaling(_)) => {
                let twice = self.unhealthy_since.is_some_and(|since| now.since_s(since) >= 15);
                self.check("S05", !(twice && on), || "unhealthy twice, and on it goes".into());
            }
            _ => {}
        }
    }

    /// S12, S14: the end is what the exit code says.
    pub(crate) fn end(&mut self, narrator: &Narrator, model: &Model) {
        let machine = narrator.machine();
        let stands = |stack| model.stacks.get(&stack).copied().unwrap_or(false);
        let (green, blue) = (stands(Stack::Green), stands(Stack::Blue));
        let held = format!("{:?} {} {:?}", model.stacks, model.records, machine.state());
        let clean = match machine.state().exit_code() {
            Some(0) if machine.goal() == Goal::Undeploy => !green && !blue && !stands(Stack::Init),
            Some(0) => {
                let kept = model.foreign || model.records == Split::green_at(Weight::FULL);
                green && !blue && model.registered && kept && !model.suspended
            }
            Some(10..=14) => {
                let found = machine.ground();
                !green
                    && blue == found.baseline.is_some()
                    && model.records == Split::ALL_BLUE
                    && !model.suspended
                    && (found.init_exists || !stands(Stack::Init))
            }
            Some(20) => true,
            other => return self.say("S14", format!("ended with {other:?}")),
        };
        self.check("S14", clean, || held);
        let told = machine.state().exit_code().map(|code| code.to_string());
        let honest = self.back_for.is_none() || matches!(told.as_deref(), Some("13" | "20"));
        self.check("S14", honest, || format!("a person's abort ended with {told:?}"));
    }

    /// S06, S12: who is left with suspended scale-in is told so.
    pub(crate) fn farewell(&mut self, model: &Model, last: Option<&EventRecord>) {
        let Some(What::Ended(ended)) = last.map(|record| &record.what) else {
            return self.say("S14", format!("the last word is no end: {last:?}"));
        };
        let standing = ended.standing.iter().map(|it| it.what.as_str());
        let named = standing.chain(ended.left.iter().map(String::as_str));
        let told = named.into_iter().any(|what| what.contains("scale-in"));
        self.check("S06", told || !model.suspended, || format!("not told: {ended:?}"));
    }
}
