//! What CloudFormation's handlers do with the caller's permissions, by the types of resources.
//!
//! The data is what AWS publishes of its handlers (`data/handlers.json`, made by
//! `tests/system/templates/handlers.py`). Creating and deleting read as well; a stack of a release
//! is also updated, once, so that a listener may outlive it (`retained`): that changes listeners,
//! and by the stack's new tag the tags of everything that has some.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::templates::Templates;

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";

/// An action that a handler takes only for a property or a value of it.
#[derive(Clone, Copy, Debug)]
pub struct OnlyWith {
    /// The type of the resource.
    pub kind: &'static str,
    /// What the handler is said to need.
    pub action: &'static str,
    /// The property, or the text in one, without which it does not.
    pub mark: &'static str,
}

const fn only_with(kind: &'static str, action: &'static str, mark: &'static str) -> OnlyWith {
    OnlyWith { kind, action, mark }
}

/// All of them: what our templates never have, and what few have.
pub const ONLY_WITH: [OnlyWith; 16] = {
    const LOGS: &str = "AWS::Logs::LogGroup";
    const PROTECTION: &str = "DataProtectionPolicy";
    const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
    const GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
    const COGNITO: &str = "cognito-idp:DescribeUserPoolClient";
    const SCALED: &str = "AWS::ApplicationAutoScaling::ScalableTarget";
    const LAMBDA: &str = "lambda:function:ProvisionedConcurrency";
    [
        only_with(LOGS, "logs:PutDataProtectionPolicy", PROTECTION),
        only_with(LOGS, "logs:DeleteDataProtectionPolicy", PROTECTION),
        only_with(LOGS, "logs:CreateLogDelivery", PROTECTION),
        only_with(LOGS, "firehose:TagDeliveryStream", PROTECTION),
        only_with(LOGS, "s3:REST.PUT.OBJECT", PROTECTION),
        only_with(LOGS, "logs:PutResourcePolicy", "ResourcePolicyDocument"),
        only_with(LOGS, "logs:PutIndexPolicy", "FieldIndexPolicies"),
        only_with(LOGS, "logs:PutBearerTokenAuthentication", "BearerTokenAuthenticationEnabled"),
        only_with(LISTENER, COGNITO, "AuthenticateCognitoConfig"),
        only_with(RULE, COGNITO, "AuthenticateCognitoConfig"),
        only_with(GROUP, "elasticloadbalancing:RegisterTargets", "Targets"),
        only_with(SCALED, "application-autoscaling:PutScheduledAction", "ScheduledActions"),
        only_with(SCALED, "lambda:DeleteProvisionedConcurrencyConfig", LAMBDA),
        only_with(SCALED, "lambda:GetProvisionedConcurrencyConfig", LAMBDA),
        only_with(SCALED, "lambda:PutProvisionedConcurrencyConfig", LAMBDA),
        only_with("AWS::IAM::Role", "iam:PutRolePolicy", "Policies"),
    ]
};

/// The permissions of a type's handlers, by what they are called for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Handlers {
    create: Vec<String>,
    read: Vec<String>,
    update: Vec<String>,
    delete: Vec<String>,
    tag: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Data {
    types: BTreeMap<String, Handlers>,
}

/// It is a part of the program, so a test knows that it can be read.
static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/handlers.json")).unwrap_or_default()
});

/// The actions that the handlers of these templates may take.
pub(super) fn needed(templates: &Templates) -> BTreeSet<&'static str> {
    let mut needed = BTreeSet::new();
    for (template, is_updated) in templates.all() {
        for resource in template["Resources"].as_object().into_iter().flat_map(|it| it.values()) {
            let kind = resource["Type"].as_str().unwrap_or_default();
            let Some(handlers) = DATA.types.get(kind) else { continue };
            let actions = actions(kind, handlers, is_updated);
            needed.extend(actions.filter(|action| !is_idle(kind, action, resource)));
        }
    }
    needed
}

fn actions<'a>(
    kind: &str,
    handlers: &'a Handlers,
    is_updated: bool,
) -> impl Iterator<Item = &'a str> {
    let tags = is_updated.then_some(&handlers.tag);
    let update = (is_updated && kind == LISTENER).then_some(&handlers.update);
    let always = [&handlers.create, &handlers.read, &handlers.delete];
    always.into_iter().chain(tags).chain(update).flatten().map(String::as_str)
}

/// Whether a resource lacks what a handler takes an action for.
fn is_idle(kind: &str, action: &str, resource: &Value) -> bool {
    let only = ONLY_WITH.iter().find(|it| it.kind == kind && it.action == action);
    only.is_some_and(|it| !has(&resource["Properties"], it.mark))
}

fn has(value: &Value, mark: &str) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(name, it)| name == mark || has(it, mark)),
        Value::Array(items) => items.iter().any(|it| has(it, mark)),
        Value::String(text) => text == mark,
        _ => false,
    }
}
