//! `service.auto_scaling`: how the number of tasks follows the load.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{Arn, Seconds, Whole};

/// How the number of tasks follows the load. Scaling in is suspended while a deployment runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Auto scaling")]
pub struct AutoScaling {
    /// The least number of tasks. Default: canary.scale.desired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 2)]
    pub min_capacity: Option<Whole<0, 10_000>>,
    /// The greatest number of tasks. Default: canary.scale.desired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 10)]
    pub max_capacity: Option<Whole<1, 10_000>>,
    /// The ARN of the role that Application Auto Scaling acts with.
    #[schemars(example = &"arn:aws:iam::{{account_id}}:role/ecsAutoscaleRole")]
    pub role_arn: Arn,
    /// The policies.
    #[schemars(length(min = 1))]
    pub auto_scaling_policies: Vec<ScalingPolicy>,
}

/// A scaling policy and the alarms that set it off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Scaling policy")]
pub struct ScalingPolicy {
    /// The policy's name. Default: the service's name, -scaling-policy- and a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"{{name}}-up")]
    pub policy_name: Option<String>,
    /// The kind of policy. Only StepScaling can be described in this file.
    #[serde(default)]
    pub policy_type: PolicyType,
    /// By how much the number of tasks changes.
    pub step_scaling_policy_configuration: StepScaling,
    /// The alarms that set the policy off.
    #[schemars(length(min = 1))]
    pub cloudwatch_alarms: Vec<Alarm>,
}

/// The kind of a scaling policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PolicyType {
    /// Steps set off by alarms.
    #[default]
    StepScaling,
    /// Of EC2 only; ECS does not know it.
    SimpleScaling,
    /// Needs a target that this file cannot state.
    TargetTrackingScaling,
}

/// By how much the number of tasks changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Step scaling")]
pub struct StepScaling {
    /// What scaling_adjustment means.
    #[serde(default)]
    pub adjustment_type: AdjustmentType,
    /// Seconds after a change in which the next one waits.
    #[serde(default = "StepScaling::default_cooldown")]
    pub cooldown: Seconds<0, 86_400>,
    /// How the points of the metric are put together.
    #[serde(default)]
    pub metric_aggregation_type: Aggregation,
    /// The steps.
    #[schemars(length(min = 1))]
    pub step_adjustments: Vec<StepAdjustment>,
}

impl StepScaling {
    fn default_cooldown() -> Seconds<0, 86_400> {
        Seconds::new(60)
    }
}

/// What an adjustment means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AdjustmentType {
    /// So many tasks more or fewer.
    #[default]
    ChangeInCapacity,
    /// Exactly so many tasks.
    ExactCapacity,
    /// So many percent more or fewer.
    PercentChangeInCapacity,
}

/// How points of a metric are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Aggregation {
    /// Their mean.
    #[default]
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
}

/// A step: how far the metric is from the threshold, and what changes then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Step adjustment")]
pub struct StepAdjustment {
    /// The least distance from the alarm's threshold, in the metric's unit. Default: unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 0)]
    pub metric_interval_lower_bound: Option<f64>,
    /// The greatest distance from the alarm's threshold, in the metric's unit. Default: unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 20)]
    pub metric_interval_upper_bound: Option<f64>,
    /// The change, as adjustment_type says.
    #[schemars(example = 1)]
    pub scaling_adjustment: Whole<-10_000, 10_000>,
}

/// A CloudWatch alarm on the service's own metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Alarm")]
pub struct Alarm {
    /// The metric of the service.
    pub metric_name: AlarmMetric,
    /// What the alarm is for. Default: Containers, the metric's name, High.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"Containers CPUUtilization High")]
    pub alarm_description: Option<String>,
    /// The metric's namespace.
    #[serde(default = "Alarm::default_namespace")]
    #[schemars(length(min = 1))]
    pub namespace: String,
    /// The statistic.
    #[serde(default)]
    pub statistic: Statistic,
    /// Seconds that one point of the metric covers: 10, 30 or a multiple of 60.
    #[serde(default = "Alarm::default_period")]
    pub period: Seconds<10, 86_400>,
    /// Points in a row that must lie beyond the threshold.
    #[serde(default = "Alarm::default_evaluation_periods")]
    pub evaluation_periods: Whole<1, 1_440>,
    /// The threshold, in the metric's unit (percent).
    #[schemars(example = 75)]
    pub threshold: f64,
    /// Which side of the threshold sets the alarm off.
    pub comparison_operator: Comparison,
}

impl Alarm {
    fn default_namespace() -> String {
        "AWS/ECS".to_owned()
    }

    fn default_period() -> Seconds<10, 86_400> {
        Seconds::new(300)
    }

    fn default_evaluation_periods() -> Whole<1, 1_440> {
        Whole::new(1)
    }
}

/// A metric of an ECS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AlarmMetric {
    /// CPU used, in percent of what was asked for.
    #[serde(rename = "CPUUtilization")]
    CpuUtilization,
    /// Memory used, in percent of what was asked for.
    MemoryUtilization,
}

/// A statistic of CloudWatch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Statistic {
    /// The mean.
    #[default]
    Average,
    /// The greatest.
    Maximum,
    /// The least.
    Minimum,
    /// How many samples there are.
    SampleCount,
    /// Their sum.
    Sum,
}

/// Which side of a threshold counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Comparison {
    /// At or above it.
    GreaterThanOrEqualToThreshold,
    /// Above it.
    GreaterThanThreshold,
    /// At or below it.
    LessThanOrEqualToThreshold,
    /// Below it.
    LessThanThreshold,
}
