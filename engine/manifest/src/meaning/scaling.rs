//! `service.auto_scaling`: bounds, policies, alarms.

use crate::diagnostic::Diagnostic;
use crate::file::{Alarm, AutoScaling, PolicyType, ScalingPolicy};
use crate::parse::Parsed;

const BASE: &str = "/service/auto_scaling";

pub(super) fn check(parsed: &Parsed) -> Vec<Diagnostic> {
    let Some(scaling) = &parsed.file.service.auto_scaling else { return Vec::new() };
    let mut problems: Vec<Diagnostic> = capacity(parsed, scaling).into_iter().collect();
    let policies = scaling.auto_scaling_policies.iter().enumerate();
    let pointer = |index: usize| format!("{BASE}/auto_scaling_policies/{index}");
    let named = policies.clone().filter_map(|(index, policy)| {
        Some((format!("{}/policy_name", pointer(index)), policy.policy_name.as_deref()?))
    });
    problems.extend(parsed.repeated("repeated-name", "policy", named));
    for (index, policy) in policies {
        problems.extend(kind(parsed, &pointer(index), policy));
        problems.extend(steps(parsed, &pointer(index), policy));
        for (alarm_index, alarm) in policy.cloudwatch_alarms.iter().enumerate() {
            let pointer = format!("{}/cloudwatch_alarms/{alarm_index}/period", pointer(index));
            problems.extend(period(parsed, &pointer, alarm));
        }
    }
    problems
}

fn capacity(parsed: &Parsed, scaling: &AutoScaling) -> Option<Diagnostic> {
    let desired = parsed.file.canary.scale.desired;
    let least = scaling.min_capacity.map_or(desired.get(), crate::Whole::get);
    let most = scaling.max_capacity.map_or(desired.get(), crate::Whole::get);
    (least > most).then(|| {
        let title = format!("min_capacity ({least}) is above max_capacity ({most})");
        parsed
            .error("capacity-crossed", &format!("{BASE}/min_capacity"), title)
            .help("where one of them is left out it is canary.scale.desired")
    })
}

fn kind(parsed: &Parsed, pointer: &str, policy: &ScalingPolicy) -> Option<Diagnostic> {
    (policy.policy_type != PolicyType::StepScaling).then(|| {
        parsed
            .error(
                "policy-type",
                &format!("{pointer}/policy_type"),
                "a policy of this type cannot be made from steps and alarms",
            )
            .help("write StepScaling, or leave it out")
    })
}

fn steps(parsed: &Parsed, pointer: &str, policy: &ScalingPolicy) -> Vec<Diagnostic> {
    let steps = &policy.step_scaling_policy_configuration.step_adjustments;
    steps
        .iter()
        .enumerate()
        .filter_map(|(index, step)| {
            let lower = step.metric_interval_lower_bound?;
            let upper = step.metric_interval_upper_bound?;
            (lower >= upper).then(|| {
                let steps = "step_scaling_policy_configuration/step_adjustments";
                let pointer = format!("{pointer}/{steps}/{index}");
                let title = format!("the interval from {lower} to {upper} is empty");
                parsed.error("empty-interval", &pointer, title)
            })
        })
        .collect()
}

/// CloudWatch: 10, 30, or a multiple of 60 seconds.
fn period(parsed: &Parsed, pointer: &str, alarm: &Alarm) -> Option<Diagnostic> {
    let period_s = alarm.period.get();
    let possible = matches!(period_s, 10 | 30) || period_s.is_multiple_of(60);
    (!possible).then(|| {
        let title = format!("CloudWatch has no periods of {period_s} s");
        parsed.error("alarm-period", pointer, title).help("10, 30, or a multiple of 60")
    })
}
