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
//!
//! What the 503 says tells whose listener it was: when its service comes back to that balancer, it
//! takes the listener up again, by a rule after all others (`resources::listener`). Its default
//! action stays as it is, so nobody has to give it back, whichever tool removes the release.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::json::kept;
use crate::names::hash;

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const CERTIFICATE: &str = "AWS::ElasticLoadBalancingV2::ListenerCertificate";

/// How the text begins that a listener answers with once its service has left it.
const NOBODY: &str = "No service here";
/// Digits that tell whose it was.
const DIGITS: usize = 10;

/// What a listener that this service has left answers with where no rule takes a request. Clients
/// read it, so it does not name the service.
#[must_use]
pub fn vacancy(environment: &str, service: &str) -> String {
    format!("{NOBODY} ({}).", hash(&[environment, service], DIGITS))
}

/// Whether a listener that answers so was left by its service.
#[must_use]
pub fn is_vacancy(answer: &str) -> bool {
    answer.starts_with(NOBODY)
}

/// The template, with these listeners (by logical id) and their certificates left in place when its
/// stack goes, answering 503 and this `vacancy` to what no rule takes. Ids of anything but a
/// listener are passed over.
#[must_use]
pub fn retained(template: &Value, listeners: &BTreeSet<String>, vacancy: &str) -> Value {
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
                properties.insert("DefaultActions".to_owned(), json!([unavailable(vacancy)]));
            }
        } else if is(CERTIFICATE) && of.is_some_and(|of| listeners.contains(of)) {
            *resource = kept(resource.take());
        }
    }
    template
}

fn unavailable(vacancy: &str) -> Value {
    json!({
        "Type": "fixed-response",
        "FixedResponseConfig": {
            "StatusCode": "503",
            "ContentType": "text/plain",
            "MessageBody": vacancy,
        },
    })
}
