//! What other services have on the listeners of a stack (S17).

use std::collections::BTreeSet;

use aws_sdk_cloudformation::types::StackResourceSummary;
use aws_sdk_elasticloadbalancingv2::types::{Certificate, Rule};
use runner::Called;
use serde_json::Value;

use crate::clients::Clients;
use crate::error::{call_error, code};

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const CERTIFICATE: &str = "AWS::ElasticLoadBalancingV2::ListenerCertificate";

/// A listener that others use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shared {
    /// Its logical id in the stack.
    pub(crate) logical_id: String,
    /// What is to be said of it.
    pub(crate) sentence: String,
}

/// The listeners of a stack that others use.
pub(crate) async fn listeners(
    clients: &Clients,
    resources: &[StackResourceSummary],
    body: &Value,
) -> Called<Vec<Shared>> {
    let own_rules: BTreeSet<&str> = physical_ids(resources, RULE).collect();
    let template = body.to_string();
    let mut shared = Vec::new();
    for resource in of_type(resources, LISTENER) {
        let (Some(arn), Some(id)) =
            (resource.physical_resource_id(), resource.logical_resource_id())
        else {
            continue;
        };
        let rules = rules(clients, arn).await?;
        let foreign_rules = rules.iter().filter(|rule| is_foreign(rule, &own_rules)).count();
        let certificates = certificates(clients, arn).await?;
        let foreign = |it: &&Certificate| {
            let arn = it.certificate_arn().unwrap_or_default();
            !it.is_default().unwrap_or_default() && !template.contains(arn)
        };
        let foreign_certificates = certificates.iter().filter(foreign).count();
        if foreign_rules + foreign_certificates > 0 {
            let port = &body["Resources"][id]["Properties"]["Port"];
            let sentence = sentence(arn, port, foreign_rules, foreign_certificates);
            shared.push(Shared { logical_id: id.to_owned(), sentence });
        }
    }
    Ok(shared)
}

/// Whether a stack has anything that others might have come to use.
pub(crate) fn may_be_shared(resources: &[StackResourceSummary]) -> bool {
    of_type(resources, LISTENER).chain(of_type(resources, CERTIFICATE)).next().is_some()
}

/// The template, with certificates on listeners that are not its own left in place. Of our own
/// making it says so already; the predecessor's does not. None where there is nothing to change.
pub(crate) fn keeping_certificates(template: &Value) -> Option<Value> {
    let mut changed = template.clone();
    let resources = changed.get_mut("Resources")?.as_object_mut()?;
    let mut is_changed = false;
    for resource in resources.values_mut() {
        let is_certificate = resource["Type"] == CERTIFICATE;
        let is_on_foreign_listener = resource["Properties"]["ListenerArn"].is_string();
        if is_certificate && is_on_foreign_listener && resource["DeletionPolicy"] != "Retain" {
            resource["DeletionPolicy"] = Value::from("Retain");
            is_changed = true;
        }
    }
    is_changed.then_some(changed)
}

fn of_type<'a>(
    resources: &'a [StackResourceSummary],
    kind: &'a str,
) -> impl Iterator<Item = &'a StackResourceSummary> {
    resources.iter().filter(move |resource| resource.resource_type() == Some(kind))
}

fn physical_ids<'a>(
    resources: &'a [StackResourceSummary],
    kind: &'a str,
) -> impl Iterator<Item = &'a str> {
    of_type(resources, kind).filter_map(StackResourceSummary::physical_resource_id)
}

fn is_foreign(rule: &Rule, own: &BTreeSet<&str>) -> bool {
    let is_default = rule.is_default().unwrap_or_default();
    !is_default && !rule.rule_arn().is_some_and(|arn| own.contains(arn))
}

/// The rules of a listener; none where it is gone.
pub(crate) async fn rules(clients: &Clients, listener_arn: &str) -> Called<Vec<Rule>> {
    let rules = clients.elb.describe_rules().listener_arn(listener_arn).into_paginator();
    match rules.items().send().try_collect().await {
        Err(error) if code(&error) == "ListenerNotFound" => Ok(Vec::new()),
        rules => {
            rules.map_err(|error| call_error(&format!("DescribeRules of {listener_arn}"), error))
        }
    }
}

/// The certificates of a listener, the default one included; none where it is gone.
pub(crate) async fn certificates(
    clients: &Clients,
    listener_arn: &str,
) -> Called<Vec<Certificate>> {
    let request = clients.elb.describe_listener_certificates().listener_arn(listener_arn);
    match request.into_paginator().items().send().try_collect().await {
        Err(error) if code(&error) == "ListenerNotFound" => Ok(Vec::new()),
        certificates => certificates.map_err(|error| {
            call_error(&format!("DescribeListenerCertificates of {listener_arn}"), error)
        }),
    }
}

fn sentence(arn: &str, port: &Value, rules: usize, certificates: usize) -> String {
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    };
    let theirs = [counted(rules, "rule"), counted(certificates, "certificate")];
    let theirs = theirs.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    // …:listener/app/BALANCER/…/…
    let balancer = arn.split('/').nth(2).unwrap_or_default();
    format!(
        "listener {port} of {balancer} stays, for others have {theirs} on it; what no rule takes is \
         answered 503 ({arn})"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn s17_a_rule_is_foreign_unless_it_is_the_stacks_own_or_the_default() {
        let own = BTreeSet::from(["arn:rule/1"]);
        let rule =
            |arn: &str, is_default| Rule::builder().rule_arn(arn).is_default(is_default).build();
        assert!(!is_foreign(&rule("arn:rule/1", false), &own));
        assert!(!is_foreign(&rule("arn:rule/0", true), &own));
        assert!(is_foreign(&rule("arn:rule/2", false), &own));
    }

    #[test]
    fn s17_a_certificate_on_a_listener_of_others_stays() {
        let of = |listener: Value| {
            json!({ "Resources": { "ListenerCertificate": {
                "Type": CERTIFICATE, "Properties": { "ListenerArn": listener },
            } } })
        };
        let kept = keeping_certificates(&of(json!("arn:listener"))).unwrap();
        assert_eq!(kept["Resources"]["ListenerCertificate"]["DeletionPolicy"], "Retain");
        assert_eq!(keeping_certificates(&kept), None, "it is kept already");
        assert_eq!(keeping_certificates(&of(json!({ "Ref": "Listener" }))), None, "its own");
    }
}
