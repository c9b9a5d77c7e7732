//! The scenario of calls that fail, and the moments of a deployment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A moment of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// So many seconds after the deployment began.
    StartS(#[schemars(range(max = 604_800))] u32),
    /// So many seconds after the first weight above 0 of the new release took effect.
    FirstTrafficS(#[schemars(range(max = 604_800))] u32),
}

/// Calls that fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which calls.
    pub call: Call,
    /// How they fail.
    #[serde(default)]
    pub error: FaultKind,
    /// How many of them fail; left out: all within the time.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub times: Option<u32>,
    /// From when on; left out: from the start.
    #[serde(default)]
    pub from: Option<Moment>,
    /// Until when; left out: for good.
    #[serde(default)]
    pub until: Option<Moment>,
    /// What the provider says; left out: what it usually says.
    #[serde(default)]
    pub message: Option<String>,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Too many requests; asking again makes sense.
    #[default]
    Throttled,
    /// The provider is broken; asking again makes sense.
    ServerError,
    /// It did what it was asked, but its reply never came; asking again makes sense.
    ReplyLost,
    /// It refuses for good.
    Refused,
    /// The account lacks something.
    Missing,
    /// The credentials have ended.
    CredentialsEnded,
}

/// A call to the cloud, named for the port and what it does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// Finding out what the account holds.
    Ground,
    /// Reading what stands, for people.
    Standing,
    /// Asking for a stack.
    Provision,
    /// Asking for a stack's deletion.
    Retire,
    /// Reading how a stack stands.
    StackState,
    /// Asking for tasks.
    Scale,
    /// Reading tasks and targets.
    Health,
    /// Suspending scale-in.
    SuspendScaleIn,
    /// Restoring scale-in.
    RestoreScaleIn,
    /// Reading stopped tasks and logs.
    Preserve,
    /// Reading where a release stands.
    Place,
    /// Writing weights.
    WriteWeights,
    /// Asking whether a change of weights is in effect.
    EffectiveWeights,
    /// Reading the weights.
    ReadWeights,
    /// Making records for new names.
    EnsureNames,
    /// Deleting the records.
    RemoveRecords,
    /// Asking for metrics.
    Metrics,
    /// A request of a gate.
    HttpRequest,
    /// Writing the registry.
    Register,
    /// Deleting from the registry.
    Unregister,
    /// Sending a notice.
    Notify,
}

impl Call {
    /// The provider's operation, for its messages.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Call::Ground => "elasticloadbalancing:DescribeLoadBalancers",
            Call::Standing | Call::StackState => "cloudformation:DescribeStacks",
            Call::Provision => "cloudformation:CreateStack",
            Call::Retire => "cloudformation:DeleteStack",
            Call::Scale => "ecs:UpdateService",
            Call::Health => "elasticloadbalancing:DescribeTargetHealth",
            Call::SuspendScaleIn | Call::RestoreScaleIn => {
                "application-autoscaling:RegisterScalableTarget"
            }
            Call::Preserve => "ecs:DescribeTasks",
            Call::Place => "elasticloadbalancing:DescribeTargetGroups",
            Call::WriteWeights | Call::EnsureNames | Call::RemoveRecords => {
                "route53:ChangeResourceRecordSets"
            }
            Call::EffectiveWeights => "route53:GetChange",
            Call::ReadWeights => "route53:ListResourceRecordSets",
            Call::Metrics => "cloudwatch:GetMetricData",
            Call::HttpRequest => "the request",
            Call::Register => "dynamodb:PutItem",
            Call::Unregister => "dynamodb:DeleteItem",
            Call::Notify => "sns:Publish",
        }
    }
}
