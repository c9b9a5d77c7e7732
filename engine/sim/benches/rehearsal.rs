//! Rehearsals a second on one core: a plan of 5/10/25/50/100 over half a virtual hour, one native
//! gate a minute, journal and world typed and in memory, nothing rendered.
#![expect(clippy::unwrap_used, reason = "without a rehearsal there is nothing to measure")]

#[path = "../tests/sim/rehearsal.rs"]
mod rehearsal;
#[path = "../tests/sim/watchman.rs"]
mod watchman;

use divan::Bencher;
use divan::counter::ItemsCount;
use sim::{MemoryWorld, Noise, Scenario, Store};

fn main() {
    divan::main();
}

#[divan::bench(args = [Noise::Clean, Noise::All])]
fn rehearsal_of_half_an_hour(bencher: Bencher, noise: Noise) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    bencher.counter(ItemsCount::new(1_u8)).bench(|| {
        let scenario = Scenario { noise, ..Scenario::default() };
        let store = Store::Memory(MemoryWorld::default());
        let (_, end) = runtime.block_on(rehearsal::deploy(&store, scenario));
        divan::black_box(end)
    });
}
