//! The pure state machine of a rollout: Plan × Event × now → State × Effects.
//!
//! No clock, no I/O, no async, no SDK. What the words mean is in `engine/README.md`.

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
mod state;
mod tail;
mod time;
mod verdict;
mod weight;

pub use book::Book;
pub use dwell::{Dwell, Guard, LastLook, METRIC_LAG_S, METRIC_PERIOD_S, evidence_due};
pub use effect::{Effect, Watch};
pub use event::{Event, Word};
pub use facts::{
    Baseline, Counts, Drift, Evidence, GateLook, Ground, Health, ReadBack, Side, SideHealth, Stack,
    Standing, TrafficSample,
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
