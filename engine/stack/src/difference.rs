//! How two templates differ, for people who ask before they deploy.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A value that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place, as a JSON pointer from where the comparison began.
    pub at: String,
    /// What it was; none where there was nothing.
    pub before: Option<Value>,
    /// What it becomes; none where there will be nothing.
    pub after: Option<Value>,
}

/// What becomes of a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It goes.
    Removed,
    /// It stays, with other properties: the places are those within the resource.
    Changed(Vec<Change>),
}

/// A resource that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceChange {
    /// Its logical id.
    pub id: String,
    /// Its type, for example `AWS::ECS::Service`; the new one where it changes.
    pub kind: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// The values that differ, the innermost ones, in the order of their places.
#[must_use]
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare(String::new(), Some(before), Some(after), &mut found);
    found
}

/// Properties that tell one side from the other, or one deployment: each release has its own.
const OF_A_SIDE: [(&str, &str); 7] = [
    ("AWS::ElasticLoadBalancingV2::Listener", "/Properties/LoadBalancerArn"),
    ("AWS::ElasticLoadBalancingV2::ListenerCertificate", "/Properties/ListenerArn"),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", "/Properties/ListenerArn"),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", "/Properties/Priority"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "/Properties/Name"),
    ("AWS::IAM::Role", "/Properties/RoleName"),
    ("AWS::ECS::Service", "/Properties/ServiceName"),
];
/// The tag that tells one side from the other.
const SIDE_TAG: &str = "CanaryRelease";

/// What changes from the release of one template to that of another: as `resource_changes`, but
/// for what only says which side a release is on.
#[must_use]
pub fn release_changes(before: &Value, after: &Value) -> Vec<ResourceChange> {
    let is_of_a_side = |kind: &str, resource: &Value, change: &Change| {
        let tag = change.at.strip_suffix("/Value").and_then(|tag| resource.pointer(tag));
        OF_A_SIDE.contains(&(kind, &change.at)) || tag.is_some_and(|tag| tag["Key"] == SIDE_TAG)
    };
    let mut found = resource_changes(before, after);
    found.retain_mut(|resource| match &mut resource.fate {
        Fate::Changed(changes) => {
            let now = &after["Resources"][&resource.id];
            changes.retain(|change| !is_of_a_side(&resource.kind, now, change));
            !changes.is_empty()
        }
        Fate::Added | Fate::Removed => true,
    });
    found
}

/// The resources of two templates that differ, in the order of their ids.
#[must_use]
pub fn resource_changes(before: &Value, after: &Value) -> Vec<ResourceChange> {
    let nothing = Map::new();
    let [before, after] =
        [before, after].map(|template| template["Resources"].as_object().unwrap_or(&nothing));
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    ids.into_iter().filter_map(|id| resource_change(id, before.get(id), after.get(id))).collect()
}

fn resource_change(
    id: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<ResourceChange> {
    let fate = match (before, after) {
        (Some(before), Some(after)) if before == after => return None,
        (Some(before), Some(after)) => Fate::Changed(changes(before, after)),
        (None, _) => Fate::Added,
        (_, None) => Fate::Removed,
    };
    let kind = after.or(before).and_then(|resource| resource["Type"].as_str());
    Some(ResourceChange { id: id.to_owned(), kind: kind.unwrap_or_default().to_owned(), fate })
}

fn compare(at: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Change>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                let name_at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(name_at, before.get(name), after.get(name), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for index in 0..before.len().max(after.len()) {
                compare(format!("{at}/{index}"), before.get(index), after.get(index), found);
            }
        }
        (before, after) => {
            found.push(Change { at, before: before.cloned(), after: after.cloned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_innermost_values_that_differ_are_named() {
        let before = json!({ "a": { "b/c": 1, "same": true }, "list": [1, 2], "gone": 0 });
        let after = json!({ "a": { "b/c": 2, "same": true }, "list": [1, 2, 3], "new": null });
        let found: Vec<_> =
            changes(&before, &after).into_iter().map(|it| (it.at, it.before, it.after)).collect();
        let expected = [
            ("/a/b~1c", Some(json!(1)), Some(json!(2))),
            ("/gone", Some(json!(0)), None),
            ("/list/2", None, Some(json!(3))),
            ("/new", None, Some(json!(null))),
        ];
        assert_eq!(found, expected.map(|(at, before, after)| (at.to_owned(), before, after)));
    }

    #[test]
    fn resources_come_go_and_change() {
        let before = json!({ "Resources": {
            "Same": { "Type": "A", "Properties": {} },
            "Old": { "Type": "B" },
            "Kept": { "Type": "C", "Properties": { "Port": 80 } },
        }});
        let after = json!({ "Resources": {
            "Same": { "Type": "A", "Properties": {} },
            "Kept": { "Type": "C", "Properties": { "Port": 81 } },
            "New": { "Type": "D" },
        }});
        let change = |id: &str, kind: &str, fate| ResourceChange {
            id: id.to_owned(),
            kind: kind.to_owned(),
            fate,
        };
        let port = Change {
            at: "/Properties/Port".to_owned(),
            before: Some(json!(80)),
            after: Some(json!(81)),
        };
        assert_eq!(
            resource_changes(&before, &after),
            [
                change("Kept", "C", Fate::Changed(vec![port])),
                change("New", "D", Fate::Added),
                change("Old", "B", Fate::Removed),
            ]
        );
        assert_eq!(resource_changes(&Value::Null, &Value::Null), []);
    }

    #[test]
    fn a_release_on_the_other_side_is_no_change() {
        let release = |label: &str, hash: &str, image: &str| {
            json!({ "Resources": {
                "Role": { "Type": "AWS::IAM::Role", "Properties": { "RoleName": hash } },
                "Task": { "Type": "AWS::ECS::TaskDefinition", "Properties": {
                    "Image": image,
                    "Tags": [{ "Key": "CanaryRelease", "Value": label }]
                } },
            } })
        };
        let same = release_changes(&release("1", "a", "shop:1"), &release("2", "b", "shop:1"));
        assert_eq!(same, []);
        let found = release_changes(&release("1", "a", "shop:1"), &release("2", "b", "shop:2"));
        let places: Vec<_> = found.iter().map(|it| (it.id.as_str(), &it.fate)).collect();
        let change = Change {
            at: "/Properties/Image".to_owned(),
            before: Some(json!("shop:1")),
            after: Some(json!("shop:2")),
        };
        assert_eq!(places, [("Task", &Fate::Changed(vec![change]))]);
    }
}
