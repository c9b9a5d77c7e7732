//! A rule of a listener.

use manifest::file::{Condition, ConditionField, Listener, Rule};
use serde_json::{Value, json};

use super::action;
use super::priority::{LAST, priorities};
use crate::draft::Draft;
use crate::json::{Properties, reference};
use crate::logical::Group;

/// A listener that rules hang on.
pub(crate) struct Hook<'a> {
    /// Its ARN, or what refers to it.
    pub(crate) arn: Value,
    /// The priorities of the rules that hang on it already.
    pub(crate) standing: &'a std::collections::BTreeSet<u32>,
    /// The end of the logical ids of what belongs to it.
    pub(crate) suffix: &'a str,
    /// Its place in the file.
    pub(crate) at: usize,
}

/// Hangs the listener's rules on it; gives their logical ids.
pub(crate) fn rules(
    listener: &Listener,
    hook: &Hook<'_>,
    group: &Group<'_>,
    draft: &mut Draft,
) -> Vec<String> {
    let asked: Vec<_> =
        listener.rules.iter().map(|it| it.priority.map(|priority| priority.as_u32())).collect();
    let mut ids = Vec::new();
    for (index, assigned) in priorities(hook.standing, &asked).into_iter().enumerate() {
        let it = &listener.rules[index];
        match assigned {
            Ok(priority) => {
                let id = format!("ListenerRule{}{}", index + 1, hook.suffix);
                let actions = action::actions(it, &id, group, draft);
                draft.resource(&id, rule(it, hook, priority, &actions));
                ids.push(id);
            }
            Err(why) => {
                let at = format!("/listeners/{}/rules/{index}", hook.at);
                draft.refuse(at, why.sentence(super::listener::port(listener)));
            }
        }
    }
    ids
}

/// The rule that takes whatever no other does.
pub(crate) fn last(listener: &Value, group: &Group<'_>) -> Value {
    let forward = json!({
        "Type": "forward",
        "TargetGroupArn": reference(&group.target_group_id()),
    });
    let any = json!({ "Field": "path-pattern", "PathPatternConfig": { "Values": ["*"] } });
    Properties::new()
        .with("ListenerArn", listener)
        .with("Priority", LAST)
        .with("Conditions", [any])
        .with("Actions", [forward])
        .into_resource("AWS::ElasticLoadBalancingV2::ListenerRule")
}

fn rule(rule: &Rule, hook: &Hook<'_>, priority: u32, actions: &[Value]) -> Value {
    let conditions: Vec<Value> = rule.conditions.iter().map(condition).collect();
    Properties::new()
        .with("ListenerArn", &hook.arn)
        .with("Priority", priority)
        .with("Conditions", conditions)
        .with("Actions", actions)
        .into_resource("AWS::ElasticLoadBalancingV2::ListenerRule")
}

fn condition(it: &Condition) -> Value {
    let name = match it.field {
        ConditionField::HostHeader => "HostHeaderConfig",
        ConditionField::HttpHeader => "HttpHeaderConfig",
        ConditionField::HttpRequestMethod => "HttpRequestMethodConfig",
        ConditionField::PathPattern => "PathPatternConfig",
        ConditionField::SourceIp => "SourceIpConfig",
    };
    let config = Properties::new()
        .maybe("HttpHeaderName", it.http_header_name.as_ref())
        .with("Values", &it.values)
        .into_value();
    json!({ "Field": it.field, name: config })
}
