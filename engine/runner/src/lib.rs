//! Effects to ports and answers to events: the journal and the driver loop, the only loop there is.

mod answering;
mod backoff;
mod base64_text;
mod billed;
pub mod cases;
pub mod codec;
mod context;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
#[cfg(test)]
mod double;
mod driver;
mod gate_port;
mod grant;
mod leaving;
mod ledger_port;
mod look;
mod memory_ledger;
mod notice;
mod outage;
mod perform;
mod ports;
pub mod question;
mod reach;
mod record;
mod repeat;
pub mod shared;
mod situation;
mod story;
mod traffic_sample;
mod watching;

pub use context::{
    CREDENTIALS_MARGIN_S, Context, DriveEnd, DriveError, Follower, Interrupt, Nobody,
};
pub use driver::Driver;
pub use gate_port::{GateFault, GateHost};
pub use ledger_port::{
    Archive, Journal, Kept, Lease, Leases, Ledger, LedgerError, RunSummary, Shelf, SpokenWord,
    StoredWorld, WordFate, Words, WorldStore,
};
pub use memory_ledger::MemoryLedger;
pub use notice::tell_unbegun;
pub use ports::{
    CallError, CallErrorKind, Called, Clock, Cloud, Deployment, Discovery, Effective, MetricQuery,
    MetricSource, Metrics, Notices, Probes, Registry, SecretSource, Series, StackState, Stacks,
    Traffic, Workload, Written, query_id,
};
pub use reach::{ProbeRequest, Reach, Target};
pub use record::{Began, Entry, Evaluation, Record, Round};
pub use repeat::repeats;
pub use story::Story;
pub use traffic_sample::{RecentTraffic, recent_traffic};
