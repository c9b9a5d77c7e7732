//! The names of a service: which stand, which are new, which are gone from the file.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudformation::types::Stack;
use rollout::Plan;
use runner::Called;
use serde_json::Value;

use super::records;
use super::zones::canonical;
use crate::clients::Clients;
use crate::error::call_error;
use crate::scene::{Scene, missing};
use crate::traffic::{Name, at_names};

/// The plan's names that have no records yet.
///
/// # Errors
/// `Missing` for a name without a zone, at its apex, or with records of another kind.
pub(crate) async fn new(plan: &Plan, scene: &Scene) -> Called<Vec<String>> {
    let names = Name::all(scene, &plan.names)?;
    let mut stand = BTreeMap::new();
    for at in at_names(&scene.dns, &names).await? {
        let stands = records::stand(&plan.labels, &at).map_err(missing)?;
        stand.insert(at.name, stands);
    }
    let is_new = |name: &&String| !stand.get(*name).copied().unwrap_or_default();
    Ok(plan.names.iter().filter(is_new).cloned().collect())
}

/// Names whose records the init stack made and which the plan has no more, if they still stand.
pub(crate) async fn gone(
    clients: &Clients,
    plan: &Plan,
    scene: &Scene,
    init: &Stack,
) -> Called<Vec<String>> {
    let name = init.stack_name().unwrap_or_default();
    let template = clients.cloudformation.get_template().stack_name(name).send().await;
    let template =
        template.map_err(|error| call_error(&format!("GetTemplate of {name}"), error))?;
    let made = record_names(template.template_body().unwrap_or_default());
    let gone: Vec<String> =
        made.difference(&plan.names.iter().cloned().collect()).cloned().collect();
    let names: Vec<Name> = gone
        .iter()
        .filter_map(|name| Name::all(scene, std::slice::from_ref(name)).ok())
        .flatten()
        .collect();
    let found = at_names(&scene.dns, &names).await?;
    Ok(found.into_iter().filter(|at| !at.is_empty()).map(|at| at.name).collect())
}

/// The names of the records in a template of either tool.
fn record_names(template: &str) -> BTreeSet<String> {
    let template: Value = serde_json::from_str(template).unwrap_or_default();
    let resources = template["Resources"].as_object().into_iter().flat_map(|all| all.values());
    let groups = resources.filter(|it| it["Type"] == "AWS::Route53::RecordSetGroup");
    let records = groups.filter_map(|it| it["Properties"]["RecordSets"].as_array()).flatten();
    records.filter_map(|record| record["Name"].as_str()).map(canonical).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_a_template_of_either_tool() {
        let template = r#"{ "Resources": {
            "CloudWatchLogGroup": { "Type": "AWS::Logs::LogGroup" },
            "CanaryReleaseRecordSetGroup1": {
                "Type": "AWS::Route53::RecordSetGroup",
                "Properties": { "RecordSets": [
                    { "Name": "Shop.example.com", "SetIdentifier": "1" },
                    { "Name": "shop.example.com.", "SetIdentifier": "2" }
                ] }
            }
        } }"#;
        assert_eq!(record_names(template), BTreeSet::from(["shop.example.com".to_owned()]));
        assert_eq!(record_names("no JSON"), BTreeSet::new());
    }
}
