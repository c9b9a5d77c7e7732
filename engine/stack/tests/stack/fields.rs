//! Every field of a deployment file changes a template, or a table says why it does not.
//!
//! Each value of the files in `tests/files` is left out, shortened or changed; where the file is
//! still accepted, what is rendered must be another.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stack::Found;

use crate::schema::{alternatives, field_of, fields};
use crate::support::{data, file, found, green, init};

/// Fields, with all below them, that no template depends on.
const ELSEWHERE: [(&str, &str); 12] = [
    ("canary.bake", "the rollout's, in the plan"),
    ("canary.drain", "the rollout's, in the plan"),
    ("canary.gates", "the rollout's, in the plan"),
    ("canary.group", "discovery finds the balancers by it"),
    ("canary.on_", "the rollout's, in the plan"),
    ("canary.preflight", "the rollout's, in the plan"),
    (
        "canary.releases",
        "discovery finds the balancers by them; blue's tells whose ports are meant",
    ),
    ("canary.scale.max_wait", "the rollout's, in the plan"),
    ("canary.scale.wait", "the rollout's, in the plan"),
    ("canary.sns_topic_notifications", "notices go to them, beside the stacks"),
    ("canary.strategy", "the rollout's, in the plan"),
    ("service.containers[].fqdn", "it has no effect, as the manifest warns"),
];

/// Fields that cannot change alone.
const FIXED: [(&str, &str); 5] = [
    ("service.auto_scaling.auto_scaling_policies[].policy_type", "StepScaling is the only one"),
    ("listeners[].rules[].actions[]authenticate-cognito.type", "the fields of config belong to it"),
    ("listeners[].rules[].actions[]authenticate-oidc.type", "the fields of config belong to it"),
    ("listeners[].rules[].actions[]fixed-response.type", "the fields of config belong to it"),
    ("listeners[].rules[].actions[]redirect.type", "the fields of config belong to it"),
];

/// A container, a port and a volume are named in several places.
const CONTAINER: &[(&str, &str)] = &[(r#""cache""#, r#""redis""#), ("cache:redis", "redis:redis")];
const BALANCED: &[(&str, &str)] = &[("web-api", "web-app"), ("WEB-API", "web-app")];
const PORT: &[(&str, &str)] = &[("8081", "8082")];
const VOLUME: &[(&str, &str)] = &[
    (r#""name":"config""#, r#""name":"settings""#),
    (r#""source_volume":"config""#, r#""source_volume":"settings""#),
];
/// HTTPS is not spoken without certificates, nor HTTP with them.
const SPOKEN: &[(&str, &str)] = &[
    (r#""certificates":["*.example.com","*.example.net"],"#, ""),
    (r#""HTTPS","ssl_policy":"ELBSecurityPolicy-TLS13-1-2-2021-06""#, r#""HTTP""#),
];
/// Another secret that the account holds.
const SECRET: &[(&str, &str)] =
    &[("arn:aws:ssm:{{region}}:{{account_id}}:parameter/splunk", "no-kms")];

/// Fields whose values hang together with others, and the texts that change with them.
const TOGETHER: [(&str, &[(&str, &str)]); 11] = [
    ("listeners[].protocol", SPOKEN),
    ("listeners[].target_group.container.name", BALANCED),
    ("listeners[].target_group.container.port", PORT),
    ("service.containers[].depends_on[].container_name", CONTAINER),
    ("service.containers[].log_configuration.secret_options[].value_from", SECRET),
    ("service.containers[].mount_points[].source_volume", VOLUME),
    ("service.containers[].name", CONTAINER),
    ("service.containers[].port_mappings[].container_port", PORT),
    ("service.volumes[].name", VOLUME),
    ("target_groups[].container.name", BALANCED),
    ("target_groups[].container.port", PORT),
];

/// What is rendered of a file, secrets included; none where it is refused.
fn rendered(text: &str, found: &Found) -> Option<String> {
    let file = file(text).ok()?;
    let (green, init) = (green(&file, found).ok()?, init(&file, found).ok()?);
    let secrets: Vec<_> = green.secrets.iter().map(|it| it.value.reveal()).collect();
    Some(format!("{}\n{}\n{secrets:?}", green.body(), init.body()))
}

fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                pointers(field, &place, all);
                all.push(place);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
}

/// The file with that value left out, shortened, or another.
fn variants(file: &Value, pointer: &str) -> Vec<Value> {
    let with = |value: Value| {
        let mut changed = file.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let mut variants = vec![without(file, pointer)];
    match file.pointer(pointer).unwrap() {
        Value::Array(items) if items.len() > 1 => variants.push(with(json!(items[1..]))),
        Value::Array(items) => {
            let changed =
                items.iter().map(|item| format!("{}x", item.as_str().unwrap_or_default()));
            variants.push(with(changed.collect()));
        }
        Value::Bool(flag) => variants.push(with(json!(!flag))),
        Value::Number(number) => {
            let next = number.as_i64().map_or(json!(1.5), |number| json!(number + 1));
            variants.push(with(next));
        }
        Value::String(text) => {
            variants.push(with(json!(format!("{text}x"))));
            variants.extend(alternatives(text).iter().map(|word| with(json!(word))));
        }
        _ => {}
    }
    variants
}

fn without(file: &Value, pointer: &str) -> Value {
    let mut changed = file.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
    changed
}

/// Adds the fields of a file that make a difference.
fn feel(name: &str, group: &str, all: &BTreeSet<String>, felt: &mut BTreeSet<String>) {
    let text = std::fs::read(data().join("files").join(name)).unwrap();
    let whole = manifest::to_json(text).unwrap();
    let found = found(group);
    let before = rendered(&whole.to_string(), &found).unwrap();
    let differs = |text: String| rendered(&text, &found).is_some_and(|after| after != before);
    let mut places = Vec::new();
    pointers(&whole, "", &mut places);
    for pointer in places {
        let field = field_of(&whole, &pointer);
        if !all.contains(&field) || felt.contains(&field) || is_elsewhere(&field) {
            continue;
        }
        let alone = variants(&whole, &pointer).iter().any(|it| differs(it.to_string()));
        let together = || {
            let of = TOGETHER.iter().filter(|(known, _)| *known == field);
            of.map(|(_, words)| {
                words.iter().fold(whole.to_string(), |text, (from, to)| text.replace(from, to))
            })
            .any(differs)
        };
        if alone || together() {
            felt.insert(field);
        }
    }
}

/// Whether a field is part of another, which then makes a difference too.
fn is_below(field: &str, other: &str) -> bool {
    field.strip_prefix(other).is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn is_elsewhere(field: &str) -> bool {
    ELSEWHERE.iter().any(|(known, _)| field.starts_with(known))
}

#[test]
fn every_field_changes_a_template_or_is_said_not_to() {
    let all = fields();
    let files = [
        ("instances.yml", "private-first"),
        ("instances.yml", "private-second"),
        ("fargate.yml", "private-first"),
        ("daemon.yml", "public-first"),
    ];
    let mut felt = BTreeSet::new();
    files.iter().for_each(|(name, group)| feel(name, group, &all, &mut felt));
    let unfelt: Vec<&String> = all
        .difference(&felt)
        .filter(|field| !is_elsewhere(field) && !FIXED.iter().any(|(known, _)| known == field))
        .filter(|field| !felt.iter().any(|below| is_below(below, field)))
        .collect();
    assert!(unfelt.is_empty(), "no template depends on\n{unfelt:#?}");
}

#[test]
fn the_tables_name_fields_there_are() {
    let all = fields();
    for (known, _) in ELSEWHERE {
        assert!(all.iter().any(|field| field.starts_with(known)), "{known}");
    }
    for known in FIXED.map(|(known, _)| known).iter().chain(&TOGETHER.map(|(known, _)| known)) {
        assert!(all.contains(*known), "{known}");
    }
}
