//! `service.placement_constraints` and `service.placement_strategies`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rule for where tasks may be placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Placement constraint")]
pub struct PlacementConstraint {
    /// The kind of rule.
    pub r#type: ConstraintType,
    /// An expression in the cluster query language, for memberOf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"attribute:ecs.instance-type == t2.small")]
    pub expression: Option<String>,
}

/// The kind of a placement constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConstraintType {
    /// Each task on an instance of its own.
    DistinctInstance,
    /// On instances that match the expression.
    MemberOf,
}

/// A preference for where tasks are placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Placement strategy")]
pub struct PlacementStrategy {
    /// The kind of preference.
    pub r#type: StrategyType,
    /// What to pack or spread by: cpu or memory for binpack, an attribute for spread; none for
    /// random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"attribute:ecs.availability-zone")]
    pub field: Option<String>,
}

/// The kind of a placement strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StrategyType {
    /// As few instances as possible.
    Binpack,
    /// Anywhere.
    Random,
    /// Evenly over the values of the field.
    Spread,
}
