//! How the number of tasks follows the load: the target, its policies, the alarms that set them off.

use manifest::file::{Alarm, AutoScaling, ScalingPolicy, StepAdjustment};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::json::{Properties, after, number, reference};
use crate::logical::untaken;
use crate::release::Release;

const DIMENSION: &str = "ecs:service:DesiredCount";

/// Every policy with all of its own alarms, numbered through the whole file.
pub(crate) fn scaling(release: &Release<'_>, draft: &mut Draft) {
    let Some(it) = &release.file.service.auto_scaling else { return };
    draft.resource("AutoScalingTarget", after(target(release, it), &["Service".to_owned()]));
    let mut alarms = 0;
    for (index, policy) in it.auto_scaling_policies.iter().enumerate() {
        let id = format!("AutoScalingPolicy{}", index + 1);
        draft.resource(&id, scaling_policy(release, it, index));
        for it in &policy.cloudwatch_alarms {
            alarms += 1;
            draft.resource(&format!("AutoScalingAlarm{alarms}"), alarm(release, it, &id));
        }
    }
}

fn target(release: &Release<'_>, it: &AutoScaling) -> Value {
    let desired = release.file.canary.scale.desired.get();
    let cluster = &release.file.service.cluster;
    Properties::new()
        .with("MinCapacity", it.min_capacity.map_or(desired, |least| least.get()))
        .with("MaxCapacity", it.max_capacity.map_or(desired, |most| most.get()))
        .with("RoleARN", &it.role_arn)
        .with("ResourceId", format!("service/{cluster}/{}", release.service_name()))
        .with("ScalableDimension", DIMENSION)
        .with("ServiceNamespace", "ecs")
        .into_resource("AWS::ApplicationAutoScaling::ScalableTarget")
}

fn scaling_policy(release: &Release<'_>, all: &AutoScaling, index: usize) -> Value {
    let it = &all.auto_scaling_policies[index];
    let steps = &it.step_scaling_policy_configuration;
    let adjustments: Vec<Value> = steps.step_adjustments.iter().map(adjustment).collect();
    let configuration = json!({
        "AdjustmentType": steps.adjustment_type,
        "Cooldown": steps.cooldown,
        "MetricAggregationType": steps.metric_aggregation_type,
        "StepAdjustments": adjustments,
    });
    Properties::new()
        .with("PolicyName", policy_name(release, &all.auto_scaling_policies, index))
        .with("PolicyType", it.policy_type)
        .with("ScalingTargetId", reference("AutoScalingTarget"))
        .with("ScalableDimension", DIMENSION)
        .with("ServiceNamespace", "ecs")
        .with("StepScalingPolicyConfiguration", configuration)
        .into_resource("AWS::ApplicationAutoScaling::ScalingPolicy")
}

fn policy_name(release: &Release<'_>, all: &[ScalingPolicy], index: usize) -> String {
    let is_taken = |name: &str| all.iter().any(|it| it.policy_name.as_deref() == Some(name));
    let unnamed = || format!("{}-scaling-policy-{}", release.file.service.name, index + 1);
    all[index].policy_name.clone().unwrap_or_else(|| untaken(&unnamed(), is_taken))
}

fn adjustment(it: &StepAdjustment) -> Value {
    Properties::new()
        .maybe("MetricIntervalLowerBound", it.metric_interval_lower_bound.map(number))
        .maybe("MetricIntervalUpperBound", it.metric_interval_upper_bound.map(number))
        .with("ScalingAdjustment", it.scaling_adjustment)
        .into_value()
}

fn alarm(release: &Release<'_>, it: &Alarm, policy: &str) -> Value {
    let metric = json!(it.metric_name);
    let described = || format!("Containers {} High", metric.as_str().unwrap_or_default());
    let dimension = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    Properties::new()
        .with("AlarmDescription", it.alarm_description.clone().unwrap_or_else(described))
        .with("MetricName", &metric)
        .with("Namespace", &it.namespace)
        .with("Statistic", it.statistic)
        .with("Period", it.period)
        .with("EvaluationPeriods", it.evaluation_periods)
        .with("Threshold", number(it.threshold))
        .with("ComparisonOperator", it.comparison_operator)
        .with("AlarmActions", [reference(policy)])
        .with(
            "Dimensions",
            [
                dimension("ServiceName", &release.service_name()),
                dimension("ClusterName", &release.file.service.cluster),
            ],
        )
        .into_resource("AWS::CloudWatch::Alarm")
}
