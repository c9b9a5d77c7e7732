//! `service.iam_roles`: policies of the two roles of a task.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Policies of the roles a task is started with and runs with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "IAM roles")]
pub struct IamRoles {
    /// Policies of the role that ECS starts the task with: images, secrets, logs.
    pub task_execution_role: Vec<Policy>,
    /// Policies of the role that the containers run with.
    pub task_role: Vec<Policy>,
}

/// An inline policy with one statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Policy")]
pub struct Policy {
    /// The policy's name. Default: policy_ and its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        regex(pattern = r"^[\w+=,.@-]{1,128}$"),
        extend("patternErrorMessage" = "Expected 1 to 128 letters, digits or + = , . @ - _"),
        example = &"AllowReadBucket"
    )]
    pub name: Option<String>,
    /// Whether the actions are allowed or denied.
    #[serde(default)]
    pub effect: Effect,
    /// The actions.
    #[schemars(length(min = 1), inner(length(min = 1)), example = json!(["s3:GetObject"]))]
    pub actions: Vec<String>,
    /// The resources they concern.
    #[serde(default = "Policy::default_resources")]
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub resources: Vec<String>,
}

impl Policy {
    fn default_resources() -> Vec<String> {
        vec!["*".to_owned()]
    }
}

/// What a statement does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Effect {
    /// Allows the actions.
    #[default]
    Allow,
    /// Denies them.
    Deny,
}
