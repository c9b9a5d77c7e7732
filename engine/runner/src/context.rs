//! What a driver works with, who watches it, and how a drive ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rollout::{EpochS, IllegalEvent};

use crate::{CallError, CallErrorKind, Cloud, Entry, GateHost, Lease, Ledger, LedgerError};

/// Whoever wants to know each line of the journal as it is written.
pub trait Follower: Send {
    /// A line was written.
    fn entry(&mut self, entry: &Entry);
    /// Nothing was written, and the clock stands there now.
    fn tick(&mut self, _now: EpochS) {}
}

/// Follows nothing.
pub struct Nobody;

impl Follower for Nobody {
    fn entry(&mut self, _entry: &Entry) {}
}

/// How long before the end of credentials nothing rises any more and a run goes back, seconds.
pub const CREDENTIALS_MARGIN_S: u32 = 600;

/// What makes a driver leave before the end: a signal, set by whoever hears signals, or
/// credentials that end and cannot be renewed.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    credentials_end_at: Option<EpochS>,
}

impl Interrupt {
    /// Nothing was asked yet, and the credentials end then, where that is known.
    #[must_use]
    pub fn before_credentials_end(at: Option<EpochS>) -> Self {
        Interrupt { asked: Arc::default(), credentials_end_at: at }
    }

    /// Asks the driver to leave.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// When the credentials end, if that is within the margin.
    #[must_use]
    pub fn credentials_ending(&self, now: EpochS) -> Option<EpochS> {
        self.credentials_end_at.filter(|end| now.plus_s(CREDENTIALS_MARGIN_S) >= *end)
    }
}

/// All a driver works with.
pub struct Context {
    /// The cloud's ports.
    pub cloud: Cloud,
    /// The ledger's ports.
    pub ledger: Arc<dyn Ledger>,
    /// The gates.
    pub gates: Arc<dyn GateHost>,
    /// The lease it drives under.
    pub lease: Lease,
    /// Who watches.
    pub follower: Box<dyn Follower>,
    /// Signals, and the end of the credentials.
    pub interrupt: Interrupt,
    /// What a signal means where the plan leaves it open: blue first?
    pub interrupt_rolls_back: bool,
}

/// How a drive ended.
#[derive(Clone, Debug, PartialEq)]
pub struct DriveEnd {
    /// The exit code of the contract.
    pub exit_code: u8,
    /// Why, where the journal does not say it.
    pub why: String,
}

/// Why a drive broke off: the journal is safe, the run unfinished.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The ledger could not take a line, or the lease was lost.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The journal holds what cannot have happened, or the machine is wrong.
    #[error("a bug: {0}")]
    Illegal(#[from] IllegalEvent),
    /// A call that leaves no way on.
    #[error("{0}")]
    Call(CallError),
    /// The journal does not begin with a plan, or not with the plan it says.
    #[error("the journal of {0} is damaged: {1}")]
    Damaged(String, String),
}

impl DriveError {
    /// The exit code of the contract.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            DriveError::Ledger(LedgerError::Lost { .. } | LedgerError::Held { .. }) => 30,
            DriveError::Call(error) if error.kind == CallErrorKind::LeaseLost => 30,
            DriveError::Ledger(_) | DriveError::Call(_) => 40,
            DriveError::Illegal(_) | DriveError::Damaged(..) => 1,
        }
    }
}
