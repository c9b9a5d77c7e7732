//! The IAM policy of a file: what it allows, on what, and that nothing our templates make lies
//! outside of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use manifest::Parameters;
use manifest::file::DeploymentFile;
use serde_json::Value;
use stack::policy::{ANY, MOST_CHARACTERS, ONLY_WITH, OWN_CALLS, Policy, policy};

use crate::golden::files;
use crate::support::{data, found, green, init, parameters, small};

const LEDGER: Option<&str> = Some("ecs_crd_ledger");

/// Of a machine that asks nobody.
fn offline() -> Parameters {
    Parameters { account_id: ANY.to_owned(), ..parameters() }
}

fn read(path: &Path, parameters: &Parameters) -> DeploymentFile {
    let parsed = manifest::parse("svc.yml", std::fs::read(path).unwrap());
    let file = parsed.and_then(|parsed| parsed.resolve(parameters));
    file.map_err(|said| said.render(false)).unwrap()
}

fn everything() -> PathBuf {
    data().join("policies/everything.yml")
}

fn shop() -> PathBuf {
    data().join("../../../examples/shop/svc.yml")
}

fn of(file: &DeploymentFile) -> Policy {
    policy(file, &parameters(), LEDGER).unwrap()
}

fn actions(policy: &Policy) -> BTreeSet<&str> {
    policy.statement.iter().flat_map(|it| it.action.0.iter().copied()).collect()
}

/// Whether some statement allows the action on the resource; conditions are passed over.
fn allows(policy: &Policy, action: &str, resource: &str) -> bool {
    let mut statements = policy.statement.iter().filter(|it| it.action.0.contains(&action));
    statements.any(|it| it.resource.0.iter().any(|pattern| is_like(resource, pattern)))
}

/// `*` stands for letters, `?` for one, as in IAM.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            text.char_indices().any(|(at, _)| is_like(&text[at..], rest.as_str()))
                || is_like("", rest.as_str())
        }
        Some(letter) => {
            let mut others = text.chars();
            let other = others.next();
            other.is_some_and(|it| letter == '?' || letter == it)
                && is_like(others.as_str(), rest.as_str())
        }
    }
}

/// The templates of a file where the tests' accounts hold what they hold, by their stack's name.
fn rendered(file: &DeploymentFile) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for deployment in ["first", "second"] {
        let found = found(&format!("{}-{deployment}", file.canary.group));
        for rendered in [green(file, &found), init(file, &found)] {
            let rendered = rendered.unwrap();
            all.push((rendered.stack_name, rendered.template));
        }
    }
    all
}

fn resources(template: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = template["Resources"].as_object().unwrap().values();
    all.map(|it| (it["Type"].as_str().unwrap(), it))
}

/// The permissions of handlers, as committed.
fn handlers() -> Value {
    let path = data().join("../data/handlers.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn permissions<'a>(handlers: &'a Value, kind: &str, name: &str) -> BTreeSet<&'a str> {
    let all = handlers["types"][kind][name].as_array().into_iter().flatten();
    all.map(|it| it.as_str().unwrap()).collect()
}

#[test]
fn policies_are_as_committed() {
    for (name, path) in [("shop", shop()), ("everything", everything())] {
        let file = read(&path, &offline());
        let text = policy(&file, &offline(), LEDGER).unwrap().text() + "\n";
        let golden = data().join(format!("policies/{name}.json"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&golden, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert!(
            expected == text,
            "{name}.json is not current; run again with UPDATE=1 and look at the difference\n{text}"
        );
    }
}

#[test]
fn the_policy_of_the_example_is_short_enough_to_be_managed() {
    let file = read(&shop(), &offline());
    let characters = policy(&file, &offline(), LEDGER).unwrap().characters();
    assert!(characters <= MOST_CHARACTERS, "{characters} characters");
}

#[test]
fn every_action_is_one_action_and_every_sid_is_its_own() {
    for (name, file) in files() {
        let policy = of(&file);
        let mut sids = BTreeSet::new();
        for statement in &policy.statement {
            let sid = &statement.sid;
            assert!(sid.chars().all(|it| it.is_ascii_alphanumeric()), "{name}: {sid}");
            assert!(sids.insert(sid), "{name}: {sid} twice");
            assert!(!statement.resource.0.is_empty(), "{name}: {sid} is about nothing");
            for action in &statement.action.0 {
                let (service, operation) = action.split_once(':').unwrap();
                let is_word = |word: &str, and: &str| {
                    !word.is_empty()
                        && word.chars().all(|it| it.is_ascii_alphanumeric() || and.contains(it))
                };
                assert!(is_word(service, "-") && is_word(operation, ""), "{name}: {action}");
            }
        }
    }
}

#[test]
fn every_handler_of_every_template_may_do_what_it_does() {
    let handlers = handlers();
    for (name, file) in files() {
        let policy = of(&file);
        let allowed = actions(&policy);
        for (stack, template) in rendered(&file) {
            for (kind, resource) in resources(&template) {
                let created = permissions(&handlers, kind, "create");
                assert!(!created.is_empty(), "no handler of {kind} is known");
                let deleted = permissions(&handlers, kind, "delete");
                for action in created.union(&deleted) {
                    let only = ONLY_WITH.iter().find(|it| it.kind == kind && it.action == *action);
                    let is_idle = only.is_some_and(|it| {
                        !resource["Properties"].to_string().contains(&format!("\"{}\"", it.mark))
                    });
                    assert!(
                        is_idle || allowed.contains(action),
                        "{name}: {stack} has a {kind}, whose handler needs {action}"
                    );
                }
            }
        }
    }
}

/// The update that lets a listener outlive its stack changes listeners and the tags of the stack.
#[test]
fn s17_a_stack_may_be_changed_so_that_its_listener_stays() {
    let policy = of(&small(&[]));
    let handlers = handlers();
    let listener = "AWS::ElasticLoadBalancingV2::Listener";
    let allowed = actions(&policy);
    for action in permissions(&handlers, listener, "update") {
        assert!(allowed.contains(action) || action.starts_with("cognito-idp:"), "{action}");
    }
    for kind in ["AWS::IAM::Role", "AWS::ECS::Service", "AWS::ECS::TaskDefinition"] {
        assert!(permissions(&handlers, kind, "tag").is_subset(&allowed), "{kind}");
    }
    let stack = "arn:aws:cloudformation:eu-west-3:123456789012:stack/stage-webapi-1/1a2b";
    assert!(allows(&policy, "cloudformation:UpdateStack", stack));
}

/// What only handlers of other types write with is not in a policy.
#[test]
fn nothing_is_allowed_to_handlers_of_types_that_no_template_has() {
    let handlers = handlers();
    let kinds = || handlers["types"].as_object().unwrap().keys().map(String::as_str);
    for (name, file) in files() {
        let templates = rendered(&file);
        let kinds_of = |template| resources(template).map(|(kind, _)| kind);
        let mut made: BTreeSet<&str> = templates.iter().flat_map(|(_, it)| kinds_of(it)).collect();
        // Whether these are made depends on what listens already.
        made.insert("AWS::ElasticLoadBalancingV2::Listener");
        made.insert("AWS::ElasticLoadBalancingV2::ListenerRule");
        made.insert("AWS::ElasticLoadBalancingV2::ListenerCertificate");
        let created = |is_made: bool| -> BTreeSet<&str> {
            let kinds = kinds().filter(|kind| made.contains(kind) == is_made);
            kinds.flat_map(|kind| permissions(&handlers, kind, "create")).collect()
        };
        let own = OWN_CALLS.iter().flat_map(|it| it.actions.iter().copied()).collect();
        let foreign: BTreeSet<&str> = &(&created(false) - &created(true)) - &own;
        let policy = of(&file);
        let stray: Vec<_> =
            actions(&policy).intersection(&foreign).copied().filter(|it| is_write(it)).collect();
        assert!(stray.is_empty(), "{name}: {stray:?}");
    }
}

fn is_write(action: &str) -> bool {
    let (_, operation) = action.split_once(':').unwrap();
    ["Create", "Put", "Register", "Attach", "Add"].iter().any(|it| operation.starts_with(it))
        && action != "iam:CreateServiceLinkedRole"
}

/// Where resources have names of their own: the policy's patterns fit the rendered ones.
#[test]
fn every_name_that_a_template_gives_lies_within_the_policy() {
    let arn =
        |service: &str, rest: &str| format!("arn:aws:{service}:eu-west-3:123456789012:{rest}");
    let mut counted: BTreeMap<&str, u32> = BTreeMap::new();
    for (name, file) in files() {
        let policy = of(&file);
        let mut check = |action: &'static str, resource: String| {
            assert!(allows(&policy, action, &resource), "{name}: {action} on {resource}");
            *counted.entry(action).or_default() += 1;
        };
        for (stack, template) in rendered(&file) {
            check(
                "cloudformation:CreateStack",
                arn("cloudformation", &format!("stack/{stack}/1a")),
            );
            for (kind, resource) in resources(&template) {
                let text = |name: &str| resource["Properties"][name].as_str().unwrap();
                let role = |name| format!("arn:aws:iam::123456789012:role/{name}");
                match kind {
                    "AWS::IAM::Role" => {
                        check("iam:CreateRole", role(text("RoleName")));
                        check("iam:PassRole", role(text("RoleName")));
                    }
                    "AWS::ElasticLoadBalancingV2::TargetGroup" => {
                        let group = format!("targetgroup/{}/1a", text("Name"));
                        let group = arn("elasticloadbalancing", &group);
                        check("elasticloadbalancing:CreateTargetGroup", group);
                    }
                    "AWS::CloudWatch::Alarm" => {
                        let alarm = format!("alarm:{stack}-AutoScalingAlarm1-1A");
                        check("cloudwatch:PutMetricAlarm", arn("cloudwatch", &alarm));
                    }
                    "AWS::ApplicationAutoScaling::ScalableTarget" => {
                        check("ecs:CreateService", arn("ecs", text("ResourceId")));
                        let role = resource["Properties"]["RoleARN"].as_str().unwrap();
                        check("iam:PassRole", role.to_owned());
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(counted.len() == 6 && counted.values().all(|times| *times > 1), "{counted:?}");
}

#[test]
fn a_policy_holds_only_what_its_file_can_need() {
    let least = small(&[]);
    let policy_of_least = of(&least);
    let least = actions(&policy_of_least);
    let everything = read(&everything(), &parameters());
    let policy_of_everything = of(&everything);
    let most = actions(&policy_of_everything);
    for service in ["sns", "secretsmanager", "kms", "acm", "ecr", "cognito-idp"] {
        let is_of = |it: &&&str| it.split(':').next() == Some(service);
        assert!(!least.iter().any(|it| is_of(&it)), "{service}");
        assert!(most.iter().any(|it| is_of(&it)), "{service}");
    }
    let scaling = "application-autoscaling:PutScalingPolicy";
    assert!(!least.contains(scaling) && most.contains(scaling), "{least:?}");
}

/// The old release may be scaled, by an older file or by hand.
#[test]
fn s08_any_file_may_suspend_the_scaling_of_the_old_release_and_restore_it() {
    let policy = of(&small(&[]));
    for action in ["RegisterScalableTarget", "TagResource", "UntagResource", "ListTagsForResource"]
    {
        let action = format!("application-autoscaling:{action}");
        let target = "arn:aws:application-autoscaling:eu-west-3:123456789012:scalable-target/1";
        assert!(allows(&policy, &action, target), "{action}");
    }
}

/// Whether a listener is our own is known only in the account: also without rules of its own a
/// service hangs one, and its certificates, on a listener that it has left for others.
#[test]
fn s17_a_rule_and_certificates_may_be_hung_on_a_listener_that_stands() {
    let secure = "- port: 443\n    protocol: HTTPS\n    certificates: [api.example.com]";
    for (listener, has_certificates) in [(secure, true), ("- port: 80", false)] {
        let policy = of(&small(&[("- port: 80", listener)]));
        let actions = actions(&policy);
        for needed in ["CreateListener", "CreateRule", "DeleteRule"] {
            let action = format!("elasticloadbalancing:{needed}");
            assert!(actions.contains(action.as_str()), "{listener}: {needed}");
        }
        let hangs = actions.contains("elasticloadbalancing:AddListenerCertificates");
        assert_eq!(hangs, has_certificates, "{listener}");
    }
}

#[test]
fn records_of_another_account_are_reached_by_its_role_alone() {
    let file = read(&data().join("files/daemon.yml"), &parameters());
    let policy = of(&file);
    assert!(allows(&policy, "sts:AssumeRole", "arn:aws:iam::111122223333:role/dns"));
    assert!(!actions(&policy).iter().any(|it| it.starts_with("route53:")));
}

#[test]
fn records_of_other_names_are_out_of_reach() {
    let policy = of(&small(&[]));
    let mut changes = policy
        .statement
        .iter()
        .filter(|it| it.action.0.contains(&"route53:ChangeResourceRecordSets"));
    let names = &changes.next().unwrap().condition["ForAllValues:StringEquals"];
    assert_eq!(
        names["route53:ChangeResourceRecordSetsNormalizedRecordNames"].0,
        ["webapi.example.com"]
    );
    assert_eq!(changes.next(), None);
}

#[test]
fn a_ledger_that_is_no_table_needs_no_permission() {
    let file = small(&[]);
    let table = "arn:aws:dynamodb:eu-west-3:123456789012:table/ecs_crd_ledger";
    assert!(allows(&of(&file), "dynamodb:ConditionCheckItem", table));
    let without = policy(&file, &parameters(), None).unwrap();
    assert!(!without.text().contains("ecs_crd_ledger"));
    assert!(!actions(&without).contains("dynamodb:ConditionCheckItem"));
}

#[test]
fn what_stands_in_the_predecessors_region_may_be_read_and_nothing_else() {
    let parameters = Parameters { region: "eu-west-1".to_owned(), ..parameters() };
    let policy = policy(&small(&[]), &parameters, LEDGER).unwrap();
    let registry = "arn:aws:dynamodb:eu-west-3:123456789012:table/canary_release";
    assert!(allows(&policy, "dynamodb:GetItem", registry));
    assert!(!allows(&policy, "dynamodb:PutItem", registry));
    let init = "arn:aws:cloudformation:eu-west-3:123456789012:stack/stage-webapi-0/1a";
    assert!(allows(&policy, "cloudformation:DescribeStacks", init));
    assert!(!allows(&policy, "cloudformation:DeleteStack", init));
}

#[test]
fn regions_have_their_partitions() {
    let partitions = [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), (ANY, "aws")];
    for (region, partition) in partitions {
        let parameters = Parameters { region: region.to_owned(), ..offline() };
        let policy = policy(&small(&[]), &parameters, LEDGER).unwrap();
        let stack = format!("arn:{partition}:cloudformation:{region}:*:stack/stage-webapi-1/*");
        assert!(policy.text().contains(&stack), "{stack}");
    }
}

#[test]
fn what_no_account_could_give_is_refused() {
    let file = small(&[("- port: 80", "- port: 80\n    ssl_policy: ELBSecurityPolicy-2016-08")]);
    let refused = policy(&file, &offline(), LEDGER).unwrap_err();
    assert_eq!(refused[0].at, "/listeners/0/ssl_policy");
}
