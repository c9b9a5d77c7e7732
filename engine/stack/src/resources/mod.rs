//! A file for each kind of resource.

pub(crate) mod action;
pub(crate) mod certificate;
pub(crate) mod container;
pub(crate) mod listener;
pub(crate) mod log_group;
pub(crate) mod logging;
pub(crate) mod network;
pub(crate) mod priority;
pub(crate) mod records;
pub(crate) mod role;
pub(crate) mod rule;
pub(crate) mod scaling;
pub(crate) mod secrets;
pub(crate) mod service;
pub(crate) mod target_group;
pub(crate) mod task_definition;
pub(crate) mod volume;
