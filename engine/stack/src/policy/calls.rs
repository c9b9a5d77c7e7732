//! Every call that the adapter for AWS makes, and what it must be allowed for it.

use std::collections::BTreeSet;

use super::targets::Targets;

/// An operation of an AWS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnCall {
    /// The service, as boto3 calls it.
    pub service: &'static str,
    /// The operation, as its API reference spells it.
    pub operation: &'static str,
    /// What IAM asks for.
    pub actions: &'static [&'static str],
    /// Which files lead to it.
    pub when: When,
}

/// Which files lead to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All.
    Always,
    /// Those whose records lie in this account.
    OwnRecords,
    /// Those whose records are reached through a role.
    RecordsElsewhere,
    /// Those with certificates.
    Certificates,
    /// Those with images in this account's registry.
    OwnImages,
    /// Those whose containers have secrets.
    Secrets,
    /// Those whose gates send headers from secrets.
    SecretHeaders,
    /// Those with a container whose output goes to CloudWatch Logs.
    Logs,
    /// Those that name topics.
    Topics,
    /// Those whose ledger is a table.
    Ledger,
}

const fn call(
    service: &'static str,
    operation: &'static str,
    actions: &'static [&'static str],
    when: When,
) -> OwnCall {
    OwnCall { service, operation, actions, when }
}

/// All of them, each once.
pub const OWN_CALLS: [OwnCall; 47] = {
    use When::{Always, Ledger, Secrets};
    [
        // STS tells everybody who they are.
        call("sts", "GetCallerIdentity", &[], Always),
        call("sts", "AssumeRole", &["sts:AssumeRole"], When::RecordsElsewhere),
        call("resourcegroupstaggingapi", "GetResources", &["tag:GetResources"], Always),
        elb("DescribeLoadBalancers", &["elasticloadbalancing:DescribeLoadBalancers"]),
        elb("DescribeListeners", &["elasticloadbalancing:DescribeListeners"]),
        elb("DescribeListenerCertificates", &["elasticloadbalancing:DescribeListenerCertificates"]),
        elb("DescribeRules", &["elasticloadbalancing:DescribeRules"]),
        elb("DescribeTargetHealth", &["elasticloadbalancing:DescribeTargetHealth"]),
        call("acm", "ListCertificates", &["acm:ListCertificates"], When::Certificates),
        call("ecr", "DescribeImages", &["ecr:DescribeImages"], When::OwnImages),
        call("secretsmanager", "DescribeSecret", &["secretsmanager:DescribeSecret"], Secrets),
        call("kms", "DescribeKey", &["kms:DescribeKey"], Secrets),
        // A secret under a customer's key is decrypted in the caller's name.
        call(
            "secretsmanager",
            "GetSecretValue",
            &["secretsmanager:GetSecretValue", "kms:Decrypt"],
            When::SecretHeaders,
        ),
        call("ecs", "DescribeClusters", &["ecs:DescribeClusters"], Always),
        call("ecs", "ListClusters", &["ecs:ListClusters"], Always),
        call("ecs", "DescribeServices", &["ecs:DescribeServices"], Always),
        call("ecs", "UpdateService", &["ecs:UpdateService"], Always),
        call("ecs", "ListTasks", &["ecs:ListTasks"], Always),
        call("ecs", "DescribeTasks", &["ecs:DescribeTasks"], Always),
        call("ecs", "DescribeTaskDefinition", &["ecs:DescribeTaskDefinition"], Always),
        call("logs", "GetLogEvents", &["logs:GetLogEvents"], When::Logs),
        // The old release may be scaled, by whomever, whatever the file says of the new one.
        scaling(
            "DescribeScalableTargets",
            &["application-autoscaling:DescribeScalableTargets"],
            Always,
        ),
        scaling(
            "RegisterScalableTarget",
            &["application-autoscaling:RegisterScalableTarget"],
            Always,
        ),
        scaling("ListTagsForResource", &["application-autoscaling:ListTagsForResource"], Always),
        scaling("TagResource", &["application-autoscaling:TagResource"], Always),
        scaling("UntagResource", &["application-autoscaling:UntagResource"], Always),
        stack("CreateStack", &["cloudformation:CreateStack"]),
        stack("UpdateStack", &["cloudformation:UpdateStack"]),
        stack("DeleteStack", &["cloudformation:DeleteStack"]),
        stack("DescribeStacks", &["cloudformation:DescribeStacks"]),
        stack("DescribeStackEvents", &["cloudformation:DescribeStackEvents"]),
        stack("ListStackResources", &["cloudformation:ListStackResources"]),
        stack("GetTemplate", &["cloudformation:GetTemplate"]),
        record("ListHostedZones", &["route53:ListHostedZones"]),
        record("ListResourceRecordSets", &["route53:ListResourceRecordSets"]),
        record("ChangeResourceRecordSets", &["route53:ChangeResourceRecordSets"]),
        record("GetChange", &["route53:GetChange"]),
        call("cloudwatch", "GetMetricData", &["cloudwatch:GetMetricData"], Always),
        call("sns", "Publish", &["sns:Publish"], When::Topics),
        table("CreateTable", &["dynamodb:CreateTable"], Always),
        table("GetItem", &["dynamodb:GetItem"], Always),
        table("PutItem", &["dynamodb:PutItem"], Always),
        table("DeleteItem", &["dynamodb:DeleteItem"], Always),
        table("DescribeTable", &["dynamodb:DescribeTable"], Ledger),
        table("Query", &["dynamodb:Query"], Ledger),
        table("UpdateItem", &["dynamodb:UpdateItem"], Ledger),
        // Of a transaction each part is asked for on its own.
        table(
            "TransactWriteItems",
            &["dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            Ledger,
        ),
    ]
};

const fn elb(operation: &'static str, actions: &'static [&'static str]) -> OwnCall {
    call("elbv2", operation, actions, When::Always)
}

const fn stack(operation: &'static str, actions: &'static [&'static str]) -> OwnCall {
    call("cloudformation", operation, actions, When::Always)
}

const fn record(operation: &'static str, actions: &'static [&'static str]) -> OwnCall {
    call("route53", operation, actions, When::OwnRecords)
}

const fn scaling(operation: &'static str, actions: &'static [&'static str], when: When) -> OwnCall {
    call("application-autoscaling", operation, actions, when)
}

const fn table(operation: &'static str, actions: &'static [&'static str], when: When) -> OwnCall {
    call("dynamodb", operation, actions, when)
}

/// The actions of the calls that a file leads to.
pub(super) fn needed(targets: &Targets<'_>) -> BTreeSet<&'static str> {
    let calls = OWN_CALLS.iter().filter(|it| leads_to(targets, it.when));
    calls.flat_map(|it| it.actions.iter().copied()).collect()
}

fn leads_to(targets: &Targets<'_>, when: When) -> bool {
    let file = targets.file;
    let goes_elsewhere = file.canary.dns_role_arn.is_some();
    match when {
        When::Always => true,
        When::OwnRecords => !goes_elsewhere,
        When::RecordsElsewhere => goes_elsewhere,
        When::Certificates => file.listeners.iter().any(|it| !it.certificates.is_empty()),
        When::OwnImages => !targets.repositories().is_empty(),
        When::Secrets => !targets.secrets().is_empty(),
        When::SecretHeaders => !targets.header_secrets().is_empty(),
        When::Logs => !targets.log_groups().is_empty(),
        When::Topics => !targets.topics().is_empty(),
        When::Ledger => targets.ledger_table.is_some(),
    }
}
