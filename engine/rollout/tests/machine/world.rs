//! Plays a case to its end: effects are made, watches read, time moves from instant to instant.

use std::sync::Arc;

use rollout::*;

use crate::case::{Case, START};
use crate::cloud::Model;
use crate::oracle::Oracle;

/// Turns of the loop after which a story counts as endless.
const TURNS: u32 = 100_000;
/// Events at one instant after which the machine counts as going in circles.
const AT_ONCE: u32 = 60;

/// A story that was played.
pub(crate) struct Played {
    pub(crate) machine: Machine,
    pub(crate) log: Vec<(EpochS, Event)>,
    pub(crate) told: Vec<EventRecord>,
    pub(crate) exit_code: Option<u8>,
    pub(crate) broken: Vec<(&'static str, String)>,
}

impl Played {
    /// What broke a promise, if anything did.
    pub(crate) fn broken(&self, promise: &str) -> Vec<&str> {
        self.broken.iter().filter(|(id, _)| *id == promise).map(|(_, why)| why.as_str()).collect()
    }
}

/// Plays it.
pub(crate) fn play(case: &Case) -> Played {
    let mut world = World::new(case);
    for _ in 0..TURNS {
        if world.ended() {
            world.oracle.end(&world.narrator, &world.model);
            world.oracle.farewell(&world.model, world.told.last());
            break;
        }
        world.turn();
    }
    let machine = world.narrator.machine().clone();
    let exit_code = machine.state().exit_code();
    if exit_code.is_none() {
        world.oracle.say("LIVE", format!("no end: {:?}", machine.state()));
    }
    Played { machine, log: world.log, told: world.told, exit_code, broken: world.oracle.broken }
}

struct World {
    narrator: Narrator,
    model: Model,
    oracle: Oracle,
    now: EpochS,
    log: Vec<(EpochS, Event)>,
    told: Vec<EventRecord>,
    at_once: u32,
    quiet: u32,
    words_after_a_halt: u32,
}

impl World {
    fn new(case: &Case) -> Self {
        let (plan, ground) = (Arc::new(case.plan.clone()), Arc::new(case.ground.clone()));
        let (narrator, told) = Narrator::begin("d-1", case.goal, plan, ground, START);
        World {
            narrator,
            model: Model::new(&case.luck, &case.ground),
            oracle: Oracle::default(),
            now: START,
            log: Vec::new(),
            told,
            at_once: 0,
            quiet: 0,
            words_after_a_halt: 2,
        }
    }

    fn machine(&self) -> &Machine {
        self.narrator.machine()
    }

    /// Whether it is over; a halt may be followed by a person's word.
    fn ended(&mut self) -> bool {
        if self.machine().state().exit_code().is_none() {
            return false;
        }
        let may_speak = matches!(self.machine().state(), State::Halted(_))
            && self.model.luck.person > 0
            && self.words_after_a_halt > 0;
        if may_speak {
            self.words_after_a_halt -= 1;
            self.pass(60);
            let word = if self.model.chance(500) { Word::Resume } else { Word::Abort };
            self.speak(word);
        }
        self.machine().state().exit_code().is_some()
    }

    fn turn(&mut self) {
        if self.at_once > AT_ONCE {
            self.oracle.say("LIVE", format!("in circles: {:?}", self.machine().state()));
            self.pass(1);
        }
        match self.machine().effect(self.now) {
            Some(effect) => self.perform(&effect),
            None => self.idle(),
        }
    }

    fn perform(&mut self, effect: &Effect) {
        self.oracle.effect(self.narrator.machine(), &self.model, effect, self.now);
        let event = self.model.call(self.narrator.machine(), effect, self.now);
        if !matches!(event, Event::CallFailed { .. }) {
            let took_s = self.model.below(3);
            self.pass(took_s);
        }
        self.happen(event);
    }

    fn idle(&mut self) {
        let luck = self.model.luck.clone();
        if self.model.chance(luck.person) {
            let words = [Word::Abort, Word::Promote, Word::Pause, Word::Resume];
            let word = words[self.model.below(4) as usize];
            return self.speak(word);
        }
        if self.model.chance(luck.person / 4) && self.machine().state().may_go_back() {
            return self.happen(Event::InterruptAsked);
        }
        if self.model.chance(luck.foreigner) && meddling_matters(self.machine().state()) {
            self.model.meddle();
        }
        if self.model.chance(luck.death) {
            let gone_s = self.model.below(20_000);
            self.pass(gone_s);
            self.oracle.driver_was_gone(gone_s);
        }
        self.wait();
    }

    /// On to the next instant at which something is to be read or considered.
    fn wait(&mut self) {
        let deadline = self.machine().deadline(self.now);
        self.oracle.idle(self.narrator.machine(), deadline, self.now);
        let grid_s = if self.quiet > 50 { 60 } else { 5 };
        let poll = self.now.plus_s(1).next_period(grid_s);
        let until = deadline.map_or(poll, |deadline| deadline.min(poll)).max(self.now);
        let waited_s = until.since_s(self.now);
        self.pass(waited_s);
        self.quiet += 1;
        if until == poll {
            for watch in self.machine().watches() {
                let polled = watch.every_s() < 5 || until.0.is_multiple_of(watch.every_s());
                let narrator = &self.narrator;
                let read = polled.then(|| self.model.read(narrator.machine(), &watch, until));
                if let Some(event) = read.flatten() {
                    return self.happen(event);
                }
            }
        }
        if deadline.is_some_and(|deadline| deadline <= until)
            && self.machine().effect(until).is_none()
        {
            self.happen(Event::TimePassed);
        }
    }

    fn speak(&mut self, word: Word) {
        let event = word.event("ann");
        let accepted = self.machine().accepts(word).is_ok();
        if accepted {
            self.happen(event);
        } else if self.machine().clone().handle(&event, self.now).is_ok() {
            self.oracle.say("WORD", format!("{word:?} was refused, but has a row"));
        }
    }

    fn happen(&mut self, event: Event) {
        let before = self.machine().clone();
        match self.narrator.happened(&event, self.now) {
            Ok(told) => self.told.extend(told),
            Err(illegal) => {
                self.oracle.say("LIVE", format!("{illegal}"));
                // Nothing more can come of this story.
                self.at_once = u32::MAX / 2;
                self.pass(1);
            }
        }
        self.oracle.event(&before, self.narrator.machine(), &event, self.now);
        self.log.push((self.now, event));
        self.at_once += 1;
        self.quiet = 0;
    }

    fn pass(&mut self, seconds: u32) {
        if seconds > 0 {
            self.now = self.now.plus_s(seconds);
            self.at_once = 0;
        }
    }
}

/// Somebody else's write is only interesting where the machine reads records again.
fn meddling_matters(state: &State) -> bool {
    match state {
        State::Dwelling(dwell) => dwell.phase != Phase::Preflight,
        State::Holding(_) | State::Baking(_) | State::Shifting(_) => true,
        State::RollingBack(back) => matches!(back.tail.todo.front(), Some(Task::Verify(_))),
        State::Promoting(tail) => matches!(tail.todo.front(), Some(Task::Drain(_))),
        _ => false,
    }
}
