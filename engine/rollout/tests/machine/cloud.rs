//! A model cloud: it takes effects and is read by watches; what goes wrong is drawn by luck.

use std::collections::BTreeMap;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rollout::*;

use crate::case::Luck;

/// What the account holds.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) luck: Luck,
    pub(crate) records: Split,
    /// Whether green ever may have got traffic.
    pub(crate) green_had_traffic: bool,
    pub(crate) stacks: BTreeMap<Stack, bool>,
    pub(crate) suspended: bool,
    pub(crate) registered: bool,
    /// The first call of an effect with drift known: whether somebody else wrote since our write.
    pub(crate) foreign: bool,
    health: Health,
    rng: ChaCha8Rng,
}

impl Model {
    pub(crate) fn new(luck: &Luck, ground: &Ground) -> Self {
        let tasks = ground.baseline.as_ref().map_or(0, |baseline| baseline.tasks);
        let blue = ground.baseline.as_ref().map(|_| healthy(tasks));
        Model {
            rng: ChaCha8Rng::seed_from_u64(luck.seed),
            luck: luck.clone(),
            records: Split::ALL_BLUE,
            green_had_traffic: false,
            stacks: BTreeMap::from([
                (Stack::Init, ground.init_exists),
                (Stack::Blue, ground.baseline.is_some()),
                (Stack::Green, false),
            ]),
            suspended: false,
            registered: false,
            foreign: false,
            health: Health { green: SideHealth::default(), blue },
        }
    }

    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.rng.random_range(0..1000) < per_mille
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.rng.random_range(0..end)
    }

    /// Somebody else writes records.
    pub(crate) fn meddle(&mut self) {
        let percent = self.rng.random_range(0..=100);
        self.records = Split::green_at(Weight::new(percent).unwrap());
        self.green_had_traffic |= percent > 0;
        self.foreign = true;
    }

    /// A call: what came of it, and how long it took.
    pub(crate) fn call(&mut self, machine: &Machine, effect: &Effect, now: EpochS) -> Event {
        let name = effect.name();
        let failed = Event::CallFailed { effect: name.to_owned(), why: "throttled".to_owned() };
        if self.luck.refused.contains(&name) {
            return failed;
        }
        let fails = self.luck.call_fails;
        if !self.chance(fails) {
            return self.take(machine, effect, now);
        }
        if self.chance(500) {
            // It came through, only the reply was lost.
            self.take(machine, effect, now);
        }
        failed
    }

    fn take(&mut self, machine: &Machine, effect: &Effect, now: EpochS) -> Event {
        match effect {
            Effect::Provision { stack } => {
                self.stacks.insert(*stack, true);
                Event::StackRequested { stack: *stack }
            }
            Effect::EnsureNames => Event::NamesReady,
            Effect::SuspendScaleIn => {
                self.suspended = true;
                Event::ScaleInSuspended
            }
            Effect::Scale { tasks } => {
                self.health.green = SideHealth { tasks_desired: *tasks, ..Default::default() };
                Event::Scaled { tasks: *tasks }
            }
            Effect::ReadHealth => Event::HealthRead { health: self.read_health() },
            Effect::SetWeights { split, over_drift } => self.write(machine, *split, *over_drift),
            Effect::Look { gates } => {
                let looks = gates.iter().map(|gate| self.judge(gate, now)).collect();
                Event::Looked { begun_at: now, looks, billed: Billed::default() }
            }
            Effect::Learn => Event::Learned { warnings: Vec::new() },
            Effect::Register => {
                self.registered = true;
                Event::Registered
            }
            Effect::Unregister => Event::Unregistered,
            Effect::Preserve { .. } => Event::Preserved { lines: Vec::new() },
            Effect::Retire { stack } => {
                Event::RemovalRequested { stack: *stack, stays: Vec::new() }
            }
            Effect::RemoveRecords => Event::RecordsRemoved,
            Effect::RestoreScaleIn => {
                self.suspended = false;
                Event::ScaleInRestored
            }
            Effect::Notify => Event::Notified { warning: None },
        }
    }

    fn write(&mut self, machine: &Machine, split: Split, over_drift: bool) -> Event {
        let expected = machine.book().asked;
        if !over_drift && self.records != expected && self.records != split {
            return Event::DriftSeen { drifts: self.drifts(expected) };
        }
        self.records = split;
        self.foreign = false;
        self.green_had_traffic |= split.green() > Weight::ZERO;
        Event::WeightsWritten { split, changes: vec!["C1".into()] }
    }

    fn drifts(&self, expected: Split) -> Vec<Drift> {
        vec![Drift {
            name: "cart.example.com".into(),
            expected: expected.to_string(),
            found: self.records.to_string(),
            towards_blue: self.records.green() < expected.green(),
        }]
    }

    fn judge(&mut self, gate: &str, now: EpochS) -> GateLook {
        let all = [
            Decision::Promote,
            Decision::Hold,
            Decision::Rollback,
            Decision::NoData,
            Decision::Error,
        ];
        let temper = self.luck.temper;
        let mut draw = self.below(temper.iter().sum());
        let fits = |weight: &u32| {
            let hit = draw < *weight;
            draw = draw.saturating_sub(*weight);
            hit
        };
        let decision = all[temper.iter().position(fits).unwrap()];
        let evidence = match self.below(8) {
            0 => Evidence::NotAsked,
            1 => Evidence::Missing,
            2 => Evidence::ResponseAt(now),
            _ => Evidence::PeriodFrom(now.minus_s(180).period_begin(60)),
        };
        let mut verdict = Verdict::plain(decision, "drawn", "drawn by luck");
        verdict.look_again_in_s = self.chance(50).then_some(400);
        GateLook { gate: gate.to_owned(), verdict, evidence }
    }

    /// A reading by a watch; none when there is no news.
    pub(crate) fn read(&mut self, machine: &Machine, watch: &Watch, now: EpochS) -> Option<Event> {
        match watch {
            Watch::Rising(stack) => self.chance(300).then(|| self.risen(*stack)),
            Watch::Falling(stack) => self.chance(300).then(|| self.fallen(*stack)),
            Watch::Change(split, _) => {
                let verified = self.records == *split;
                self.chance(300).then(|| match verified {
                    true => Event::WeightVerified { split: *split },
                    false => Event::DriftSeen { drifts: self.drifts(*split) },
                })
            }
            Watch::Health => {
                let health = self.read_health();
                let former = machine.book().health.as_ref().map(|(_, health)| health);
                (former != Some(&health)).then_some(Event::HealthRead { health })
            }
            Watch::Drift(split) => {
                let known = match machine.state() {
                    State::Shifting(shifting) => shifting.drift.as_slice(),
                    state => state.dwell().map_or(&[][..], |dwell| &dwell.drift),
                };
                match self.records == *split {
                    true => (!known.is_empty()).then_some(Event::DriftGone),
                    false => {
                        let drifts = self.drifts(*split);
                        (drifts != known).then_some(Event::DriftSeen { drifts })
                    }
                }
            }
            Watch::Traffic => self.traffic(machine, now),
        }
    }

    fn risen(&mut self, stack: Stack) -> Event {
        let fails = self.luck.stack_fails;
        if self.chance(fails) {
            return Event::StackFailed { stack, reason: "no capacity".into() };
        }
        Event::StackReady { stack }
    }

    fn fallen(&mut self, stack: Stack) -> Event {
        let fails = self.luck.stack_fails;
        if self.chance(fails) {
            return Event::StackStuck { stack, left: vec!["listener".into()] };
        }
        self.stacks.insert(stack, false);
        Event::StackGone { stack }
    }

    fn read_health(&mut self) -> Health {
        let (sick, blue_dies) = (self.luck.sick, self.luck.blue_dies);
        let tasks = self.health.green.tasks_desired;
        if self.chance(200) {
            self.health.green = healthy(tasks);
        }
        if self.chance(sick) {
            self.health.green.targets_unhealthy = 1;
            self.health.green.tasks_crashed += self.rng.next_u32() % 3;
        }
        if self.chance(sick / 2) {
            self.health.green.tasks_running = tasks.saturating_sub(1);
        }
        let dies = self.chance(blue_dies);
        if let Some(blue) = &mut self.health.blue {
            blue.targets_healthy = if dies { 0 } else { blue.tasks_desired };
        }
        self.health.clone()
    }

    fn traffic(&mut self, machine: &Machine, now: EpochS) -> Option<Event> {
        let begin = now.minus_s(METRIC_LAG_S).period_begin(METRIC_PERIOD_S).minus_s(60);
        let known = machine.book().recent.last();
        if known.is_some_and(|sample| sample.period_begin >= begin) {
            return None;
        }
        let mut counts = |weight: Weight| match weight.percent() {
            0 => Counts { requests: u64::from(self.chance(200)), bad: 0 },
            percent => Counts { requests: u64::from(percent) * 10, bad: self.below(3).into() },
        };
        let split = machine.book().split;
        let sample = TrafficSample {
            period_begin: begin,
            green: counts(split.green()),
            blue: counts(split.blue()),
        };
        Some(Event::TrafficRead { sample, billed: Billed::default() })
    }
}

/// A side in good health.
pub(crate) fn healthy(tasks: u32) -> SideHealth {
    SideHealth {
        tasks_desired: tasks,
        tasks_running: tasks,
        targets_healthy: tasks,
        ..SideHealth::default()
    }
}
