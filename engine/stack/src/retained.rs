//! How a listener outlives its stack, because another service has hung rules on it (S17).
//!
//! CloudFormation keeps a resource only if its template said so before the deletion, and a
//! listener cannot be kept while it forwards to a target group that goes. So before a stack is
//! deleted, whose listener holds rules or certificates that are not of this stack:
//!
//! 1. the stack's own template is fetched (it may be the predecessor's) and made `retained`;
//! 2. the stack is updated to it, with its previous parameters: the default action becomes a fixed
//!    503, and because that is a change, CloudFormation takes the policies along with it;
//! 3. the stack is deleted; the listener and its certificates stay, and are named in the report.
//!
//! Such a stack is never handed back, so the rule that no stack is updated is kept.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::json::kept;

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const CERTIFICATE: &str = "AWS::ElasticLoadBalancingV2::ListenerCertificate";

/// The template, with these listeners (by logical id) and their certificates left in place when its
/// stack goes, answering 503 to what no rule takes. Ids of anything but a listener are passed over.
#[must_use]
pub fn retained(template: &Value, listeners: &BTreeSet<String>) -> Value {
    let mut template = template.clone();
    let Some(resources) = template.get_mut("Resources").and_then(Value::as_object_mut) else {
        return template;
    };
    for (id, resource) in resources {
        let is = |kind| resource["Type"] == kind;
        let of = resource["Properties"]["ListenerArn"]["Ref"].as_str();
        if is(LISTENER) && listeners.contains(id) {
            *resource = kept(resource.take());
            if let Some(properties) = resource.get_mut("Properties").and_then(Value::as_object_mut)
            {
                properties.insert("DefaultActions".to_owned(), json!([unavailable()]));
            }
        } else if is(CERTIFICATE) && of.is_some_and(|of| listeners.contains(of)) {
            *resource = kept(resource.take());
        }
    }
    template
}

fn unavailable() -> Value {
    json!({
        "Type": "fixed-response",
        "FixedResponseConfig": {
            "StatusCode": "503",
            "ContentType": "text/plain",
            "MessageBody": "No service here.",
        },
    })
}
