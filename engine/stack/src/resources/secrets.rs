//! Secrets of containers: the task definition names them, the execution role may read them.
//!
//! Their values never pass through here.

use manifest::file::{Container, DeploymentFile};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::release::Release;

/// What separates the parts of an ARN; a secret's own ARN has seven of them.
const ARN_PARTS: usize = 7;

/// What a file calls a secret by, and which part of it is meant (`:KEY:STAGE:VERSION`).
pub(crate) fn split(value_from: &str) -> (&str, &str) {
    if !value_from.starts_with("arn:") || !value_from.contains(":secretsmanager:") {
        return (value_from, "");
    }
    let end = value_from.match_indices(':').nth(ARN_PARTS - 1).map(|(at, _)| at);
    value_from.split_at(end.unwrap_or(value_from.len()))
}

/// Every secret of a file: its place, and what it is called by.
pub(crate) fn references(file: &DeploymentFile) -> Vec<(String, &str)> {
    let containers = file.service.containers.iter().enumerate();
    containers.flat_map(|(index, it)| of(index, it)).collect()
}

fn of(index: usize, container: &Container) -> Vec<(String, &str)> {
    let base = format!("/service/containers/{index}");
    let secrets = container.secrets.0.iter();
    let secrets = secrets.map(|(_, value)| (format!("{base}/secrets"), split(value.as_str()).0));
    let options = container.log_configuration.iter().flat_map(|it| &it.secret_options).enumerate();
    let options = options.map(|(at, option)| {
        let at = format!("{base}/log_configuration/secret_options/{at}/value_from");
        (at, split(&option.value_from).0)
    });
    secrets.chain(options).collect()
}

/// What the account lacks, and names that are a variable already.
pub(crate) fn check(release: &Release<'_>, draft: &mut Draft) {
    for (at, id) in references(release.file) {
        if !release.found.secrets.contains_key(id) {
            let what = format!("there is no secret or parameter `{id}` in this account and region");
            draft.refuse(at, what);
        }
    }
    for (index, container) in release.file.service.containers.iter().enumerate() {
        for (name, _) in &container.secrets.0 {
            if container.environment.0.iter().any(|(variable, _)| variable == name) {
                let at = format!("/service/containers/{index}/secrets");
                draft.refuse(at, format!("{name} is a variable of the environment already"));
            }
        }
    }
}

/// The variables of a container whose values are secrets.
pub(crate) fn of_container(release: &Release<'_>, container: &Container) -> Vec<Value> {
    let secrets = container.secrets.0.iter();
    secrets.map(|(name, value)| named(release, name, value.as_str())).collect()
}

/// A name and where ECS finds its value.
pub(crate) fn named(release: &Release<'_>, name: &str, value_from: &str) -> Value {
    let (id, part) = split(value_from);
    let arn = release.found.secrets.get(id).map_or(id, |found| &found.arn);
    json!({ "Name": name, "ValueFrom": format!("{arn}{part}") })
}

/// What the execution role must be allowed: to read the secrets, and to use the customer's keys
/// they are encrypted with. A secret on the account's default key needs no more than the first.
pub(crate) fn statements(release: &Release<'_>) -> Vec<Value> {
    let mut secrets: Vec<&str> = Vec::new();
    let mut parameters: Vec<&str> = Vec::new();
    let mut keys: Vec<&str> = Vec::new();
    for (_, id) in references(release.file) {
        let Some(found) = release.found.secrets.get(id) else { continue };
        let arns = if found.arn.contains(":ssm:") { &mut parameters } else { &mut secrets };
        push_once(arns, &found.arn);
        found.key_arn.iter().for_each(|key| push_once(&mut keys, key));
    }
    let wanted = [
        ("secretsmanager:GetSecretValue", secrets),
        ("ssm:GetParameters", parameters),
        ("kms:Decrypt", keys),
    ];
    wanted
        .into_iter()
        .filter(|(_, resources)| !resources.is_empty())
        .map(|(action, resources)| {
            json!({ "Effect": "Allow", "Action": [action], "Resource": resources })
        })
        .collect()
}

fn push_once<'a>(all: &mut Vec<&'a str>, one: &'a str) {
    if !all.contains(&one) {
        all.push(one);
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_part_of_a_secret_is_told_from_its_arn() {
        let arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:shop/db-a1B2c3";
        assert_eq!(split(&format!("{arn}:password::")), (arn, ":password::"));
        for whole in [arn, "shop/token", "arn:aws:ssm:eu-west-3:123456789012:parameter/a:b:c"] {
            assert_eq!(split(whole), (whole, ""));
        }
    }
}
