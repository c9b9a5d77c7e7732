//! Effects to ports and answers to events: the journal and the driver loop, the only loop there is.

mod gate_port;
mod ledger_port;
mod ports;
pub mod question;
mod record;

pub use gate_port::{GateFault, GateHost};
pub use ledger_port::{
    Archive, Journal, Kept, Lease, Leases, Ledger, LedgerError, RunSummary, Shelf, SpokenWord,
    StoredWorld, WordFate, Words, WorldStore,
};
pub use ports::{
    CallError, CallErrorKind, Called, Clock, Cloud, Deployment, Discovery, Effective, MetricQuery,
    MetricSource, Metrics, Notices, Probes, Registry, StackState, Stacks, Traffic, Workload,
    Written,
};
pub use record::{Began, Entry, Evaluation, Record, Round};
