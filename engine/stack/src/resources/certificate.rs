//! Certificates of a listener, found by their domains.

use manifest::file::Listener;
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::json::Properties;
use crate::release::Release;

/// The ARNs of a listener's certificates, each once, in the order of the file.
pub(crate) fn arns<'a>(
    release: &Release<'a>,
    at: usize,
    listener: &Listener,
    draft: &mut Draft,
) -> Vec<&'a str> {
    let found = &release.found.certificates;
    let mut arns: Vec<&str> = Vec::new();
    for (index, domain) in listener.certificates.iter().enumerate() {
        match found.get(domain) {
            Some(arn) if arns.contains(&arn.as_str()) => {}
            Some(arn) => arns.push(arn),
            None => {
                let at = format!("/listeners/{at}/certificates/{index}");
                draft.refuse(at, format!("ACM has no issued certificate for `{domain}`"));
            }
        }
    }
    arns
}

/// One more certificate of a listener. A resource holds one: CloudFormation takes no more.
pub(crate) fn further(listener: &Value, arn: &str) -> Value {
    Properties::new()
        .with("ListenerArn", listener)
        .with("Certificates", [json!({ "CertificateArn": arn })])
        .into_resource("AWS::ElasticLoadBalancingV2::ListenerCertificate")
}
