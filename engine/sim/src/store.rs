//! Where a world is kept: in memory as it is, or in a `WorldStore` as bytes.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use runner::{CallError, CallErrorKind, Called, LedgerError, WorldStore};

use crate::world::World;

/// Where a world is kept.
#[derive(Clone)]
pub enum Store {
    /// In this process; never written out.
    Memory(MemoryWorld),
    /// In a store of bytes, each call a commit.
    Bytes(Arc<dyn WorldStore>),
}

/// A world in memory. Its clones are the same world, which so outlives the cloud that drove it.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld(Arc<OnceLock<Arc<Mutex<World>>>>);

/// A world, and what is known of its copy in the store.
#[derive(Clone)]
pub(crate) struct Keeper {
    world: Arc<Mutex<World>>,
    bytes: Option<Arc<Mutex<Committed>>>,
}

/// The last commit.
struct Committed {
    store: Arc<dyn WorldStore>,
    version: u64,
    bytes: Vec<u8>,
}

impl Keeper {
    /// Opens the world of a store, or makes it.
    pub(crate) fn open(store: &Store, new: impl FnOnce() -> World) -> Called<Self> {
        match store {
            Store::Memory(memory) => {
                let world = memory.0.get_or_init(|| Arc::new(Mutex::new(new()))).clone();
                Ok(Keeper { world, bytes: None })
            }
            Store::Bytes(store) => {
                let (mut version, mut bytes) = (0, Vec::new());
                let world = match store.load().map_err(unkept)? {
                    None => new(),
                    Some(stored) => {
                        (version, bytes) = (stored.version, stored.bytes);
                        read(&bytes)?
                    }
                };
                let committed = Committed { store: store.clone(), version, bytes };
                Ok(Keeper {
                    world: Arc::new(Mutex::new(world)),
                    bytes: Some(Arc::new(Mutex::new(committed))),
                })
            }
        }
    }

    /// Looks at the world, or does what a reader may do to it: nothing that a commit would keep.
    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut World) -> T) -> T {
        f(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the world and keeps the change, or leaves it as it was.
    pub(crate) fn change<T>(&self, f: impl FnOnce(&mut World) -> T) -> Called<T> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(committed) = &self.bytes else { return Ok(f(&mut world)) };
        let mut committed = committed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = world.clone();
        let outcome = f(&mut world);
        committed.commit(&world).inspect_err(|_| *world = before)?;
        Ok(outcome)
    }

    /// Reads the world anew: another process may have moved it.
    pub(crate) fn refresh(&self) -> Called<()> {
        let Some(committed) = &self.bytes else { return Ok(()) };
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let mut committed = committed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stored) = committed.store.load().map_err(unkept)?
            && stored.version != committed.version
        {
            *world = read(&stored.bytes)?;
            (committed.version, committed.bytes) = (stored.version, stored.bytes);
        }
        Ok(())
    }
}

impl Committed {
    fn commit(&mut self, world: &World) -> Called<()> {
        let bytes = serde_json::to_vec(world).map_err(|error| damaged(&error))?;
        if bytes != self.bytes {
            self.version = self.store.commit(self.version, &bytes).map_err(unkept)?;
            self.bytes = bytes;
        }
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Called<World> {
    serde_json::from_slice(bytes).map_err(|error| damaged(&error))
}

fn damaged(error: &serde_json::Error) -> CallError {
    let message = format!(
        "the simulated world cannot be understood: {error}; it may be of another version: choose \
         another ledger, or remove this one"
    );
    CallError::new(CallErrorKind::Refused, message)
}

/// A world that cannot be kept is no answer of the simulated provider: nothing goes on without it.
fn unkept(error: LedgerError) -> CallError {
    let kind = match &error {
        LedgerError::Killed => CallErrorKind::Killed,
        LedgerError::Lost { .. } | LedgerError::Held { .. } => CallErrorKind::LeaseLost,
        LedgerError::Unreachable { .. } => CallErrorKind::Retryable,
        LedgerError::Taken { .. } | LedgerError::Unknown(_) | LedgerError::Damaged { .. } => {
            CallErrorKind::Refused
        }
    };
    CallError::new(kind, format!("the simulated world cannot be kept: {error}"))
}
