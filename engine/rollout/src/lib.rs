//! The pure state machine of a rollout: Plan × Event × now → State × Effects.
//!
//! No clock, no I/O, no async, no SDK. What the words mean is in `engine/README.md`; every row of
//! the table is in `tests/table.txt`.
//!
//! | to know | read |
//! | --- | --- |
//! | what is to be done, and what was found | `plan`, `weight`, `facts` |
//! | what can happen, what can be ordered | `event`, `effect`, `verdict` |
//! | where a rollout stands, and what it remembers | `state`, `book` |
//! | what follows from what | `machine`, then `on_the_way`, `dwell` and `decide`, `paths` and `tail` |
//! | what people are told | `published`, `narrate`, `standing` |
//!
//! The states, in words:
//!
//! ```text
//! Provisioning ─ stacks and names are there ─> Scaling ─ waited, healthy, read once more ─┐
//!   ┌── a gate looks before any traffic: Dwelling at weight 0 (preflight) <───────────────┤
//!   └─> Shifting <──────────────────────────────────────────────────────────────────────┘
//!         │  weights written, in effect, read back
//!         ├─ below 100 ─> Dwelling ─ its wait over, something objects ─> Holding
//!         │                  └── nothing objects, health read once more ──┴─> Shifting
//!         └─ at 100 ────> Baking ─ nothing objects, health read once more ─> Promoting ─> Promoted
//!
//! from any of these: a person's abort, bad health, a gate's conviction, lasting trouble,
//!   an expired hold, a cloud that refuses ─> RollingBack ─> RolledBack
//! from any of these: drift that stays, a dead blue ─> Halted ─ resume ─> where it stood
//! Promoting, RollingBack, Removing: what cannot be removed is left, listed ─> Halted
//! undeploy: Removing ─> Undeployed
//! ```
//!
//! `Machine::effect` says what to call now and `Machine::watches` what to read meanwhile; both
//! and `Machine::deadline` follow from the state alone, so a resumed run goes on as the uncut one.

mod billed;
mod book;
mod decide;
mod dwell;
mod effect;
mod event;
mod facts;
mod machine;
mod narrate;
mod on_the_way;
mod paths;
mod plan;
mod published;
mod standing;
mod state;
mod tail;
mod time;
mod verdict;
mod weight;

pub use billed::Billed;
pub use book::Book;
pub use dwell::{Dwell, Guard, LastLook, METRIC_LAG_S, METRIC_PERIOD_S, evidence_due};
pub use effect::{Effect, Watch};
pub use event::{Event, Word};
pub use facts::{
    Baseline, Counts, Drift, Evidence, GateLook, Ground, Health, Side, SideHealth, Stack, Standing,
    TrafficSample,
};
pub use machine::{IllegalEvent, Machine, Refusal};
pub use narrate::Narrator;
pub use plan::{
    Gate, Grants, HttpGrant, Labels, Limits, Mode, OnInconclusive, OnInterrupt, OnTrouble, Phase,
    Plan, Preflight, Scale, Service, Step, Topics,
};
pub use published::{
    Ended, EventRecord, GateView, Goal, Level, Outcome, StackStatus, Started, StepView, What,
};
pub use state::{
    Cause, Halted, ProvisionStage, Provisioning, RollingBack, Scaling, Shifting, State,
};
pub use tail::{Tail, Task};
pub use time::EpochS;
pub use verdict::{Decision, Finding, FindingStatus, GateDescription, Verdict, Wishes};
pub use weight::{NotASplit, Split, Weight, WeightOutOfRange, Weights};
