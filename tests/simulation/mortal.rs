//! A driver that dies on cue: at its n-th touch of anything that outlives it, be it a line of the
//! ledger or a call of the cloud, before the touch or after it took effect but was not seen.

mod cloud;
mod ledger;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use cloud::mortal_cloud;
pub(crate) use ledger::{MortalLedger, Person, is_reading};

/// Where in a touch the driver dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nothing of it was done.
    Before,
    /// It took effect, and the driver never learnt of it.
    After,
}

/// Which death a driver dies, and what it touches.
#[derive(Debug, Default)]
pub(crate) struct Fuse {
    death: Option<(usize, Moment)>,
    touches: AtomicUsize,
    /// What each touch was, where somebody wants to know.
    kinds: Option<Mutex<Vec<String>>>,
}

impl Fuse {
    /// For a driver that lives.
    pub(crate) fn safe() -> Arc<Self> {
        Arc::default()
    }

    /// For a driver that lives, and whose touches are written down.
    pub(crate) fn watched() -> Arc<Self> {
        Arc::new(Fuse { kinds: Some(Mutex::default()), ..Fuse::default() })
    }

    /// For a driver that dies at its n-th touch, counted from 0.
    pub(crate) fn death(touch: usize, moment: Moment) -> Arc<Self> {
        Arc::new(Fuse { death: Some((touch, moment)), ..Fuse::default() })
    }

    /// What was touched, touch by touch.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let kinds = self.kinds.as_ref().expect("the driver is watched");
        kinds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does a deed as far as the driver lives to do it; the dead do nothing any more.
    async fn touch<T, E>(
        &self,
        kind: impl FnOnce() -> String,
        deed: impl Future<Output = Result<T, E>>,
        killed: impl FnOnce() -> E,
    ) -> Result<T, E> {
        if let Some(kinds) = &self.kinds {
            kinds.lock().unwrap_or_else(PoisonError::into_inner).push(kind());
        }
        let touch = self.touches.fetch_add(1, Ordering::Relaxed);
        match self.death {
            Some((dies_at, Moment::Before)) if touch >= dies_at => Err(killed()),
            Some((dies_at, Moment::After)) if touch > dies_at => Err(killed()),
            Some((dies_at, Moment::After)) if touch == dies_at => {
                let _unseen = deed.await;
                Err(killed())
            }
            _ => deed.await,
        }
    }
}
