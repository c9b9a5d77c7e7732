//! What the tests of this room drive: a run of one or more gates over a cloud that answers as it
//! is told and does nothing by itself.

mod cloud;
mod gates;
mod run;

pub(crate) use cloud::{Script, answered, missing, place, point, retryable};
pub(crate) use gates::{ScriptedGates, metric, say, says};
pub(crate) use run::{Run, T0, green_at, healthy, plan};
