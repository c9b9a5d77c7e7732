//! One call of one export: a fresh store and instance, its budget, and what became of it.

use std::time::Duration;

use runner::GateFault;
use wasmtime::{Store, Trap};

use crate::bindings::GateWorldPre;
use crate::bindings::wit::Guest;
use crate::fault;
use crate::limits::{Budget, HANDLES, HOST_COPY_BYTES};
use crate::meter::{Meter, OverLimit};
use crate::stand_ins::StandIns;

/// How often the epoch rises.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// What a store holds beside the guest.
pub(crate) struct State {
    meter: Meter,
    pub(crate) stand_ins: StandIns,
}

/// The instant and the seed of an evaluation.
#[derive(Clone, Copy, Default)]
pub(crate) struct Moment {
    pub(crate) now_s: u32,
    pub(crate) seed: u32,
}

/// What a call used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Units of fuel.
    pub fuel: u64,
    /// Bytes over all memories.
    pub memory_bytes: usize,
}

/// What a call returned, wrote and used up.
pub(crate) struct Called<R> {
    pub(crate) result: R,
    pub(crate) words: String,
    pub(crate) usage: Usage,
}

/// Whether the exports have the types of the contract, which is first known of an instance. What
/// a guest does wrong while it is made is left to the call that follows.
pub(crate) fn keeps_types(gate: &GateWorldPre<State>, budget: &Budget) -> wasmtime::Result<()> {
    let mut store = store(gate, budget, Moment::default());
    match prepare(&mut store, budget).and_then(|()| gate.instantiate(&mut store)) {
        Err(error) if !(error.is::<Trap>() || error.is::<OverLimit>()) => Err(error),
        _ => Ok(()),
    }
}

/// Calls an export on a fresh instance, on this thread.
pub(crate) fn call<R>(
    gate: &GateWorldPre<State>,
    budget: &Budget,
    moment: Moment,
    export: &str,
    call: impl FnOnce(&Guest, &mut Store<State>) -> wasmtime::Result<R>,
) -> Result<Called<R>, GateFault> {
    let mut store = store(gate, budget, moment);
    let result = prepare(&mut store, budget)
        .and_then(|()| gate.instantiate(&mut store))
        .and_then(|instance| call(instance.ecs_crd_gate_gate(), &mut store));
    let words = store.data().stand_ins.words();
    match result {
        Ok(result) => {
            let left = store.get_fuel().unwrap_or(0);
            let memory_bytes = store.data().meter.memory_bytes();
            let usage = Usage { fuel: budget.fuel.saturating_sub(left), memory_bytes };
            Ok(Called { result, words, usage })
        }
        Err(error) => Err(fault::of_call(&error, export, budget, &words)),
    }
}

fn store(gate: &GateWorldPre<State>, budget: &Budget, moment: Moment) -> Store<State> {
    let state = State {
        meter: Meter::new(budget.memory_bytes),
        stand_ins: StandIns::new(moment.now_s, moment.seed),
    };
    Store::new(gate.engine(), state)
}

fn prepare(store: &mut Store<State>, budget: &Budget) -> wasmtime::Result<()> {
    store.limiter(|state| &mut state.meter);
    store.set_fuel(budget.fuel)?;
    store.set_epoch_deadline(ticks(budget.time));
    store.set_hostcall_fuel(HOST_COPY_BYTES);
    store.set_max_component_handles(HANDLES);
    Ok(())
}

/// Ticks until a time is over for certain; the tick under way counts for nothing.
fn ticks(time: Duration) -> u64 {
    let ticks = time.as_millis().div_ceil(TICK.as_millis()) + 1;
    u64::try_from(ticks).unwrap_or(u64::MAX)
}
