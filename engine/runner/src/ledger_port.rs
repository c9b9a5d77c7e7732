//! The ports on the ledger: journal, lease, a person's words, and what gates remember.

use std::sync::Arc;

use async_trait::async_trait;
use rollout::{EpochS, Word};
use serde::{Deserialize, Serialize};

use crate::record::{Entry, Evaluation, Record};

/// What a driver holds while it drives: every append carries it and fails when it is stale (S11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is leased: a service's key, or `world` for a simulated one.
    pub key: String,
    /// Rises with every acquisition of the key.
    pub epoch: u64,
    /// Who holds it, for people: `user@host pid 4711`.
    pub holder: String,
}

/// What a ledger answers when it cannot do as asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another driver holds the lease.
    #[error("another deployment is running: {holder} holds the lease of {key}")]
    Held {
        /// Of what.
        key: String,
        /// By whom.
        holder: String,
    },
    /// The lease is no longer ours.
    #[error("the lease of {key} was lost: somebody else drives now")]
    Lost {
        /// Of what.
        key: String,
    },
    /// The sequence number is taken.
    #[error("record {seq} of {deployment} is written already")]
    Taken {
        /// In which journal.
        deployment: String,
        /// Which.
        seq: u32,
    },
    /// There is no such deployment, word or blob.
    #[error("the ledger knows no {0}")]
    Unknown(String),
    /// The ledger cannot be read or written; `what` says which, `why` what the store said.
    #[error("{what}: {why}")]
    Unreachable {
        /// What was tried.
        what: String,
        /// What the store said.
        why: String,
    },
    /// What is written there cannot be understood.
    #[error("the ledger's {what} is damaged: {why}")]
    Damaged {
        /// Which part.
        what: String,
        /// How.
        why: String,
    },
    /// The process is being killed by a test: leave at once.
    #[error("killed")]
    Killed,
}

/// The answer of a ledger.
pub type Kept<T> = Result<T, LedgerError>;

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Its id.
    pub deployment: String,
    /// `Service::key` of its service.
    pub service_key: String,
    /// When it began.
    pub began_at: EpochS,
    /// Once it has ended: the exit code. A run without is unfinished.
    pub exit_code: Option<u8>,
}

/// The write-ahead journal. An append is durable when it returns, and one transaction. Lines and
/// looks are shared, so that a ledger in memory keeps them without a copy.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Makes a run with its first entry (`Record::Began`, seq 0).
    ///
    /// # Errors
    /// `Lost` when the lease is stale; `Taken` when the id exists.
    async fn begin(
        &self,
        lease: &Lease,
        deployment: &str,
        service_key: &str,
        first: &Arc<Entry>,
    ) -> Kept<()>;
    /// Appends an entry.
    ///
    /// # Errors
    /// `Lost` when the lease is stale; `Taken` when `seq` is taken.
    async fn append(&self, lease: &Lease, deployment: &str, entry: &Arc<Entry>) -> Kept<()>;
    /// Keeps a look at a gate; called before the entry that names its verdict.
    async fn keep_evaluation(
        &self,
        lease: &Lease,
        deployment: &str,
        evaluation: &Arc<Evaluation>,
    ) -> Kept<()>;
    /// Marks a run as ended.
    async fn end(&self, lease: &Lease, deployment: &str, exit_code: u8) -> Kept<()>;
}

/// Reading what is kept; needs no lease and disturbs no driver.
#[async_trait]
pub trait Archive: Send + Sync {
    /// The journal of a run from `from_seq` on, in order.
    async fn entries(&self, deployment: &str, from_seq: u32) -> Kept<Vec<Arc<Entry>>>;
    /// The looks at gates of a run, in order.
    async fn evaluations(&self, deployment: &str) -> Kept<Vec<Arc<Evaluation>>>;
    /// All runs, newest first.
    async fn runs(&self) -> Kept<Vec<RunSummary>>;
}

/// The lease: one driver at a time.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes the lease of `key`.
    ///
    /// # Errors
    /// `Held` when a living driver has it.
    async fn acquire(&self, key: &str, holder: &str) -> Kept<Lease>;
    /// Makes sure it is still ours, and prolongs it where leases end by time.
    ///
    /// # Errors
    /// `Lost`.
    async fn renew(&self, lease: &Lease) -> Kept<()>;
    /// Whether the lease cannot be anybody else's for the next `for_s` seconds, as far as this
    /// process knows without asking the store: a lock it holds, or time since it last renewed.
    fn surely_ours(&self, lease: &Lease, for_s: u32) -> bool;
    /// Gives it back.
    async fn release(&self, lease: &Lease) -> Kept<()>;
    /// Who drives now; none when nobody does. Takes nothing.
    async fn holder(&self, key: &str) -> Kept<Option<String>>;
}

/// A person's word that was left for a driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpokenWord {
    /// Its number within the deployment.
    pub number: u32,
    /// What.
    pub word: Word,
    /// Who: `user@host`.
    pub by: String,
}

/// What became of a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordFate {
    /// No driver has heard it yet.
    Waiting,
    /// The driver acts on it.
    Taken,
    /// It makes no sense now.
    Refused(String),
}

/// A person's words, from any machine.
#[async_trait]
pub trait Words: Send + Sync {
    /// Leaves a word; returns its number.
    async fn say(&self, deployment: &str, word: Word, by: &str) -> Kept<u32>;
    /// The words not settled yet, in order.
    async fn hear(&self, deployment: &str) -> Kept<Vec<SpokenWord>>;
    /// Says what became of one.
    async fn settle(&self, deployment: &str, number: u32, fate: &WordFate) -> Kept<()>;
    /// What became of one.
    async fn fate(&self, deployment: &str, number: u32) -> Kept<WordFate>;
}

/// What gates remember from one deployment of a service to the next, and components by digest.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// What a gate learnt; empty at first.
    async fn memory(&self, service_key: &str, gate: &str) -> Kept<Vec<u8>>;
    /// Keeps what a gate learnt, at most 16 KiB.
    async fn remember(
        &self,
        lease: &Lease,
        service_key: &str,
        gate: &str,
        memory: &[u8],
    ) -> Kept<()>;
    /// A component's bytes by their SHA-256 in hex.
    async fn component(&self, digest: &str) -> Kept<Vec<u8>>;
    /// Keeps a component's bytes; again is fine.
    async fn keep_component(&self, digest: &str, bytes: &[u8]) -> Kept<()>;
}

/// A world's bytes and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWorld {
    /// Rises with every commit.
    pub version: u64,
    /// As the simulation wrote them.
    pub bytes: Vec<u8>,
}

/// Where a simulated cloud's world is kept. A commit survives the death of the process.
pub trait WorldStore: Send + Sync {
    /// The world; none before the first commit.
    ///
    /// # Errors
    /// `Unreachable` or `Damaged`.
    fn load(&self) -> Kept<Option<StoredWorld>>;
    /// Replaces the world of `expected_version` (0: there is none yet); returns the new version.
    ///
    /// # Errors
    /// `Lost` when another version stands there.
    fn commit(&self, expected_version: u64, bytes: &[u8]) -> Kept<u64>;
}

/// A ledger: all its ports.
pub trait Ledger: Journal + Archive + Leases + Words + Shelf {}
impl<T: Journal + Archive + Leases + Words + Shelf> Ledger for T {}

impl Entry {
    /// The event, if it is one.
    #[must_use]
    pub fn event(&self) -> Option<&rollout::Event> {
        match &self.record {
            Record::Happened { event, .. } => Some(event),
            _ => None,
        }
    }
}
