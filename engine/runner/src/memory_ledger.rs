//! A ledger in memory: the ledger of `rehearse`, and the double every test of a driver runs on.
//!
//! Values are kept typed, nothing is serialised; an append costs a lock, two look-ups and a clone.

mod ports;
mod store;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::Store;

/// A ledger that lives as long as its handles. A clone is the same handle: it shares the leases.
#[derive(Clone, Debug)]
pub struct MemoryLedger {
    process: Arc<Process>,
}

/// Whose leases end together: what a process is to a ledger on disk.
#[derive(Debug)]
struct Process {
    number: u64,
    store: Arc<Mutex<Store>>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::joining(Arc::default())
    }

    /// The same ledger as another process would open it: leases exclude each other, and the
    /// leases of a process end when the last clone of its handle is dropped.
    #[must_use]
    pub fn another_process(&self) -> Self {
        Self::joining(Arc::clone(&self.process.store))
    }

    fn joining(store: Arc<Mutex<Store>>) -> Self {
        let number = lock(&store).next_process();
        MemoryLedger { process: Arc::new(Process { number, store }) }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.process.store)
    }
}

impl Default for MemoryLedger {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        lock(&self.store).free_leases_of(self.number);
    }
}

/// Every change of the store is complete before anything can panic, so a poisoned lock is sound.
fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
