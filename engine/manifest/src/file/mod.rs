//! The deployment file, typed: every field with its type, default, unit and description.
//!
//! The published schema is generated from these types, so what they say is what editors show.

mod actions;
mod canary;
mod container;
mod gate;
mod iam;
mod listener;
mod logging;
mod placement;
mod root;
mod scaling;
mod service;
mod target_group;
mod volumes;

pub use actions::{
    Action, CognitoConfig, FixedResponseConfig, OidcConfig, OnUnauthenticated, RedirectConfig,
    RedirectStatus,
};
pub use canary::{
    Canary, Label, Notifications, OnInconclusive, OnInterrupt, Preflight, Releases, Scale, Step,
    Wait,
};
pub use container::{
    Container, Dependency, DependencyCondition, HealthCheck, MountPoint, PortMapping, Transport,
};
pub(crate) use gate::{BUILT_IN, ORIGIN};
pub use gate::{Gate, Grants, HttpGrant, Limits, Mode, OnTrouble, Phase};
pub use iam::{Effect, IamRoles, Policy};
pub use listener::{Condition, ConditionField, Listener, ListenerTarget, Protocol, Rule};
pub use logging::{LogConfiguration, SecretOption};
pub use placement::{ConstraintType, PlacementConstraint, PlacementStrategy, StrategyType};
pub use root::DeploymentFile;
pub use scaling::{
    AdjustmentType, Aggregation, Alarm, AlarmMetric, AutoScaling, Comparison, PolicyType,
    ScalingPolicy, Statistic, StepAdjustment, StepScaling,
};
pub use service::{
    Compatibility, IpcMode, Names, Network, NetworkMode, PidMode, SchedulingStrategy, Service,
};
pub use target_group::{ContainerRef, TargetGroup, TargetGroupAttribute, TargetHealthCheck};
pub use volumes::{DockerVolume, HostVolume, Scope, Volume};
