//! The log group of a service, shared by all its releases.

use serde_json::{Value, json};

use crate::json::{Properties, joined, reference};

pub(crate) fn log_group() -> Value {
    let name = [
        json!("/aws/ecs/"),
        reference("ClusterName"),
        json!("/service/"),
        reference("ServiceName"),
    ];
    Properties::new()
        .with("LogGroupName", joined("", &name))
        .with("RetentionInDays", reference("RetentionInDays"))
        .into_resource("AWS::Logs::LogGroup")
}
