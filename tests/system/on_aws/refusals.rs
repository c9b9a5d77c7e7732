//! What is refused before anything was written, and what is no reason to refuse.

use std::process::Command;

use serde_json::json;

use super::account::{Account, FILE, REGION};
use crate::program::Ran;

const DEPLOY: [&str; 3] = ["deploy", "-f", "svc.yml"];
const UNDEPLOY: [&str; 3] = ["undeploy", "-f", "svc.yml"];

#[track_caller]
fn nothing_was_written(account: &Account, ran: &Ran) {
    assert_eq!(account.writes(), Vec::<String>::new(), "{}\n{}", ran.out, ran.err);
}

#[track_caller]
fn refused(account: &Account, command: &mut Command, exit_code: i32, words: &[&str]) {
    let ran = Ran::from(&command.output().expect("the program starts"));
    assert_eq!(ran.exit_code, exit_code, "{}\n{}", ran.out, ran.err);
    for word in words {
        assert!(ran.err.contains(word), "no {word:?} in\n{}", ran.err);
    }
    nothing_was_written(account, &ran);
}

#[test]
fn nothing_to_undeploy_is_0_without_a_write() {
    let account = Account::new(&json!({}));
    account.version(FILE, "1.0.0");
    let ran = account.ends(&UNDEPLOY, 0);
    assert!(ran.out.contains("nothing to undeploy: webapi is not there"), "{}", ran.out);
    nothing_was_written(&account, &ran);
}

#[test]
fn a_port_in_use_is_refused_before_the_first_write() {
    let account = Account::about_to_deploy(FILE);
    let no = json!({ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } });
    account.aws(
        "elbv2",
        "CreateListener",
        json!({
            "LoadBalancerArn": account.made["balancers"][1]["arn"], "Port": 8080,
            "Protocol": "HTTP", "DefaultActions": [no],
        }),
    );
    refused(&account, &mut account.command(&DEPLOY), 3, &["svc.yml:16:21", "8080", "rules"]);
}

#[test]
fn unknown_credentials_and_a_lacking_permission_are_named() {
    let account = Account::about_to_deploy(FILE);
    let unknown = json!({
        "service": "sts", "kind": "error", "code": "InvalidClientTokenId", "status": 403,
        "message": "The security token included in the request is invalid.",
    });
    account.post("faults", &json!([unknown]));
    let words = ["The security token included in the request is invalid", "check the credentials"];
    refused(&account, &mut account.command(&DEPLOY), 3, &words);
    let operation = "DescribeLoadBalancers";
    let denied = json!({
        "service": "elbv2", "operation": operation, "kind": "denied",
        "resource": "*",
    });
    account.post("faults", &json!([denied]));
    let words = [&format!("allow elasticloadbalancing:{operation}"), "ecs-crd iam-policy"];
    refused(&account, &mut account.command(&DEPLOY), 3, &words);
}

#[test]
fn no_credentials_at_all_are_3_and_a_way_to_get_them() {
    let account = Account::about_to_deploy(FILE);
    let mut command = account.command(&DEPLOY);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    command.env("HOME", account.place.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    refused(&account, &mut command, 3, &["there are none", "aws sso login"]);
}

#[test]
fn no_region_is_2() {
    let account = Account::about_to_deploy(FILE);
    let mut command = account.command(&DEPLOY);
    // Nothing of this machine's own configuration.
    let nowhere = account.place.path().join("nowhere");
    command.env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION");
    command.env("AWS_CONFIG_FILE", nowhere).env("AWS_EC2_METADATA_DISABLED", "true");
    refused(&account, &mut command, 2, &["no region", "--region"]);
}

#[test]
fn another_region_than_the_services_is_2_unless_it_is_named() {
    let account = Account::about_to_deploy(FILE);
    let elsewhere = |arguments: &[&str]| {
        let mut command = account.command(arguments);
        command.env("AWS_REGION", "eu-west-1");
        command
    };
    let both = ["eu-west-1", REGION];
    refused(&account, &mut elsewhere(&DEPLOY), 2, &both);
    refused(&account, &mut elsewhere(&UNDEPLOY), 2, &both);
    // Named, it is obeyed: there the account has no balancers.
    let named = [&DEPLOY[..], &["-r", "eu-west-1"]].concat();
    refused(&account, &mut account.command(&named), 3, &["CanaryGroup private"]);
    let right = [&UNDEPLOY[..], &["-r", REGION]].concat();
    let ran = Ran::from(&elsewhere(&right).output().expect("the program starts"));
    assert_eq!(ran.exit_code, 0, "{}\n{}", ran.out, ran.err);
    assert_eq!(account.stacks(), Vec::<String>::new());
}

#[test]
fn an_image_that_is_gone_is_not_needed_to_undeploy() {
    let account = Account::live(&json!({ "repositories": {} }));
    account.version(FILE, "1.0.0");
    account.ends(&UNDEPLOY, 0);
    assert_eq!(account.stacks(), Vec::<String>::new());
}

#[test]
fn s12_what_is_left_of_a_service_is_undeployed_whatever_else_is_gone() {
    let account = Account::live(&json!({}));
    account.version(FILE, "1.1.0");
    account.aws("dynamodb", "DeleteTable", json!({ "TableName": "canary_release" }));
    account.aws("cloudformation", "DeleteStack", json!({ "StackName": "stage-webapi-0" }));
    account.post("clock", &json!({ "advance": 60 }));
    assert_eq!(account.stacks(), ["stage-webapi-1"]);
    account.ends(&["undeploy", "-f", "svc.yml"], 0);
    assert_eq!(account.stacks(), Vec::<String>::new());
}

/// What somebody deleted by hand before the service is taken down.
type Loss = (&'static str, fn(&Account));

#[test]
fn s12_a_service_of_which_somebody_deleted_a_part_is_undeployed_all_the_same() {
    let losses: [Loss; 5] = [
        ("the ECS service", |account| {
            let service =
                json!({ "cluster": "stage-ecs-cluster", "service": "webapi-1", "force": true });
            account.aws("ecs", "DeleteService", service);
        }),
        ("the listener and the target group", |account| {
            let listener = account.first("DescribeListeners", "Listeners", "ListenerArn");
            account.aws("elbv2", "DeleteListener", json!({ "ListenerArn": listener }));
            let group = account.first("DescribeTargetGroups", "TargetGroups", "TargetGroupArn");
            account.aws("elbv2", "DeleteTargetGroup", json!({ "TargetGroupArn": group }));
        }),
        ("the idle balancer", |account| {
            let idle = &account.made["balancers"][1]["arn"];
            account.aws("elbv2", "DeleteLoadBalancer", json!({ "LoadBalancerArn": idle }));
        }),
        ("the records", |account| {
            let zone = account.made["zones"]["example.com"].clone();
            let listed =
                account.aws("route53", "ListResourceRecordSets", json!({ "HostedZoneId": zone }));
            let own = listed["ResourceRecordSets"].as_array().into_iter().flatten();
            let own = own.filter(|it| !it["Weight"].is_null());
            let changes: Vec<_> =
                own.map(|it| json!({ "Action": "DELETE", "ResourceRecordSet": it })).collect();
            let batch = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
            account.aws("route53", "ChangeResourceRecordSets", batch);
        }),
        ("the secret", |account| {
            let secret = json!({ "SecretId": "password", "ForceDeleteWithoutRecovery": true });
            account.aws("secretsmanager", "DeleteSecret", secret);
        }),
    ];
    let secret = "secrets: [{ name: PASSWORD, value_from: password }], cpu: 128,";
    let file = FILE.replace("cpu: 128,", secret);
    for (lost, lose) in losses {
        let account = Account::live(&json!({ "secrets": { "password": "s3cr3t" } }));
        account.version(&file, "1.0.0");
        lose(&account);
        let ran = account.run(&UNDEPLOY);
        assert_eq!(ran.exit_code, 0, "without {lost}: {}\n{}", ran.out, ran.err);
        assert_eq!(account.stacks(), Vec::<String>::new(), "without {lost}: {}", ran.out);
    }
}

#[test]
fn a_topic_that_does_not_exist_is_a_warning_and_the_outcome_stands() {
    let topic = "on_success: 'arn:aws:sns:{{region}}:{{account_id}}:nobody'";
    let file =
        FILE.replace("bake: 10", &format!("bake: 10\n  sns_topic_notifications: {{ {topic} }}"));
    let account = Account::about_to_deploy(&file);
    let ran = account.ends(&DEPLOY, 0);
    assert!(ran.out.contains("people could not be told"), "{}", ran.out);
    assert!(ran.out.contains(":nobody"), "{}", ran.out);
    assert_eq!(account.stacks(), ["stage-webapi-0", "stage-webapi-2"]);
}
