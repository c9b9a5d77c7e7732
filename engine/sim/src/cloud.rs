//! A simulated cloud, opened: its world, its speed, and the calls on it with their faults.

use std::sync::{Arc, Mutex, PoisonError};

use rollout::{EpochS, Plan};
use runner::{CallError, CallErrorKind, Called, Cloud, Deployment};

use crate::draw::{Draw, Stream, subject};
use crate::scenario::{Call, Fault, FaultKind, Scenario};
use crate::series::Minutes;
use crate::store::{Keeper, Store};
use crate::world::World;

/// A simulated cloud. Its clones are the same cloud.
#[derive(Clone)]
pub struct SimCloud(pub(crate) Arc<Sim>);

/// What all ports share.
pub(crate) struct Sim {
    keeper: Keeper,
    minutes: Mutex<Minutes>,
    pub(crate) speed: Option<f64>,
    looks_only: bool,
}

impl SimCloud {
    /// Opens the world of a store to drive it, or makes a new one.
    ///
    /// `scenario` is how it behaves from here on; what stands already stays, and so does the seed
    /// of a world that is kept. Without one it behaves as it did (a healthy release when it is
    /// new): that is how a run is resumed. With `speed` a virtual second takes 1/speed seconds;
    /// without, none.
    ///
    /// # Errors
    /// `Refused` for a world that cannot be understood and for a speed that is not above 0; else
    /// what the store answers.
    pub fn open(store: &Store, scenario: Option<Scenario>, speed: Option<f64>) -> Called<Self> {
        if speed.is_some_and(|speed| !(speed.is_finite() && speed > 0.0)) {
            return Err(refused("a speed is a number above 0, for example 60"));
        }
        let given = scenario.clone();
        let keeper = Keeper::open(store, || World::new(given.unwrap_or_default()))?;
        keeper.change(|world| {
            if let Some(scenario) = scenario {
                world.adopt(scenario);
            }
        })?;
        Ok(SimCloud::of(keeper, speed, false))
    }

    /// Opens the world of a store to look at it: nothing can be written, no time passes, no fault
    /// strikes, and every call sees what a driver has done meanwhile.
    ///
    /// # Errors
    /// As `open`.
    pub fn look(store: &Store) -> Called<Self> {
        SimCloud::look_under(store, None)
    }

    /// Looks at the world of a store as it would be under a scenario, which is kept nowhere.
    ///
    /// # Errors
    /// As `open`.
    pub fn look_under(store: &Store, scenario: Option<Scenario>) -> Called<Self> {
        let keeper = Keeper::open(store, || World::new(scenario.clone().unwrap_or_default()))?;
        if let Some(scenario) = scenario {
            keeper.with(|world| world.adopt(scenario));
        }
        Ok(SimCloud::of(keeper, None, true))
    }

    fn of(keeper: Keeper, speed: Option<f64>, looks_only: bool) -> Self {
        SimCloud(Arc::new(Sim { keeper, minutes: Mutex::default(), speed, looks_only }))
    }

    /// Its ports.
    #[must_use]
    pub fn cloud(&self) -> Cloud {
        let sim = &self.0;
        Cloud {
            clock: sim.clone(),
            discovery: sim.clone(),
            stacks: sim.clone(),
            workload: sim.clone(),
            traffic: sim.clone(),
            metrics: sim.clone(),
            probes: sim.clone(),
            registry: sim.clone(),
            notices: sim.clone(),
        }
    }

    /// The world as it stands now.
    #[must_use]
    pub fn world(&self) -> World {
        self.0.keeper.with(|world| world.clone())
    }

    /// A new deployment's id, of the seed, the service and how many were given before. It is
    /// taken from then on, whatever becomes of the deployment.
    ///
    /// # Errors
    /// `Refused` for a cloud that was opened to look; else when it cannot be kept.
    pub fn new_deployment_id(&self, plan: &Plan) -> Called<String> {
        self.0.may_write()?;
        self.0.keeper.change(|world| {
            let about = subject(&[&plan.service.key()]);
            let number = u64::from(world.deployments);
            world.deployments += 1;
            let id = Draw::new(world.seed, Stream::Id, about, number).bits() >> 24;
            format!("sim-{id:010x}")
        })
    }
}

impl Sim {
    /// A call that writes nothing.
    pub(crate) fn read<T>(&self, call: Call, f: impl FnOnce(&mut World) -> Called<T>) -> Called<T> {
        if self.looks_only {
            self.keeper.refresh()?;
            return self.keeper.with(f);
        }
        let read = self.keeper.with(|world| match world.fault(call) {
            None => Ok(f(world)),
            Some(struck) => Err(struck),
        });
        read.unwrap_or_else(|(index, fault)| {
            self.keeper.change(|world| world.spent[index] += 1)?;
            Err(fault.answer())
        })
    }

    /// A call of a deployment that writes.
    pub(crate) fn write<T>(
        &self,
        call: Call,
        deployment: &Deployment,
        f: impl FnOnce(&mut World) -> Called<T>,
    ) -> Called<T> {
        self.transact(call, |world| {
            world.begin(deployment);
            f(world)
        })
    }

    /// A call that writes: one commit, with its fault if there is one.
    pub(crate) fn transact<T>(
        &self,
        call: Call,
        f: impl FnOnce(&mut World) -> Called<T>,
    ) -> Called<T> {
        self.may_write()?;
        self.keeper.change(|world| match world.fault(call) {
            None => f(world),
            Some((index, fault)) => {
                if fault.error == FaultKind::ReplyLost {
                    f(world)?;
                }
                // The run of another deployment begins with nothing spent.
                if let Some(spent) = world.spent.get_mut(index) {
                    *spent += 1;
                }
                Err(fault.answer())
            }
        })?
    }

    /// Reads with what is remembered of closed minutes.
    pub(crate) fn measure<T>(
        &self,
        call: Call,
        f: impl FnOnce(&mut World, &mut Minutes) -> Called<T>,
    ) -> Called<T> {
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        self.read(call, |world| f(world, &mut minutes))
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, until: EpochS) -> Called<()> {
        self.may_write()?;
        self.keeper.change(|world| world.advance(until))
    }

    pub(crate) fn now(&self) -> EpochS {
        self.keeper.with(|world| world.now)
    }

    fn may_write(&self) -> Called<()> {
        if self.looks_only {
            return Err(refused("this simulated world was opened to look at it only"));
        }
        Ok(())
    }
}

impl World {
    /// The fault that strikes a call now, and its place in the scenario.
    fn fault(&self, call: Call) -> Option<(usize, Fault)> {
        let faults = self.scenario.faults.iter().enumerate();
        faults
            .filter(|(index, fault)| {
                let spent = self.spent.get(*index).copied().unwrap_or(0);
                fault.call == call
                    && fault.times.is_none_or(|times| spent < times)
                    && self.is_within(fault.from, fault.until)
            })
            .map(|(index, fault)| (index, fault.clone()))
            .next()
    }
}

impl Fault {
    /// What the caller gets.
    fn answer(&self) -> CallError {
        let (kind, usual) = match self.error {
            FaultKind::Throttled => {
                (CallErrorKind::Retryable, "ThrottlingException: Rate exceeded")
            }
            FaultKind::ServerError => {
                (CallErrorKind::Retryable, "InternalFailure: the service answered 500")
            }
            FaultKind::ReplyLost => {
                (CallErrorKind::Retryable, "the connection broke before the reply came")
            }
            FaultKind::Refused => {
                (CallErrorKind::Refused, "AccessDenied: not authorised to perform this operation")
            }
            FaultKind::Missing => (CallErrorKind::Missing, "the account lacks what it needs"),
            FaultKind::CredentialsEnded => {
                (CallErrorKind::CredentialsEnded, "ExpiredToken: the credentials have expired")
            }
        };
        let said = self.message.as_deref().unwrap_or(usual);
        CallError::new(kind, format!("{}: {said}", self.call.operation()))
    }
}

/// A refusal for good.
pub(crate) fn refused(message: impl Into<String>) -> CallError {
    CallError::new(CallErrorKind::Refused, message)
}
