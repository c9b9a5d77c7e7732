//! What stands, for people: stacks, the weights of each name, the registry.

use rollout::{Plan, Stack, Standing};
use runner::Called;

use super::records;
use crate::aws::Aws;
use crate::registry::item;
use crate::scene::Scene;
use crate::stacks::standing::of_service;
use crate::traffic::{Name, at_names};

/// Everything there is of the service; what is not there has no line.
pub(crate) async fn find(aws: &Aws, plan: &Plan, scene: &Scene) -> Called<Vec<Standing>> {
    let mut standing = Vec::new();
    let mut say = |what: String, state: String| standing.push(Standing { what, state });
    let (blue, green) = (plan.labels.blue.as_str(), plan.labels.green.as_str());
    for (stack, label) in [(Stack::Green, blue), (Stack::Green, green), (Stack::Init, "")] {
        if let Some(found) = of_service(aws.clients(), &plan.service, stack, label).await? {
            let name = found.stack_name().unwrap_or_default();
            let status = found.stack_status().map_or("UNKNOWN", |status| status.as_str());
            say(format!("stack {name}"), in_words(status));
        }
    }
    let (mut with_zone, mut without) = (Vec::new(), Vec::new());
    for name in &plan.names {
        match Name::all(scene, std::slice::from_ref(name)) {
            Ok(names) => with_zone.extend(names),
            Err(error) => without.push((name, error)),
        }
    }
    for at in at_names(&scene.dns, &with_zone).await? {
        if let Some(weights) = records::weights(&at.records) {
            say(format!("name {}", at.name), format!("weights {weights}"));
        }
    }
    for (name, error) in without {
        say(format!("name {name}"), error.message);
    }
    if let Some(item) = item(aws.clients(), &plan.service).await? {
        let state = format!("release {} is live, version {}", item.label, item.version);
        say("registry".to_owned(), state);
    }
    Ok(standing)
}

/// A status of CloudFormation as it would be said.
fn in_words(status: &str) -> String {
    match status {
        "CREATE_IN_PROGRESS" => "being made",
        "CREATE_COMPLETE" => "complete",
        "DELETE_IN_PROGRESS" => "being deleted",
        "DELETE_FAILED" => "could not be deleted",
        other => other,
    }
    .to_owned()
}
