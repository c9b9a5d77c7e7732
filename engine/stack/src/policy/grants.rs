//! On what each action is allowed: a statement a row, as narrow as IAM lets it be.
//!
//! Rows stand for resources that are named alike. Resources of several types share one where that
//! makes nothing wider, because each of its actions is one of a single type or is meant for all.

/// On what actions are allowed; the end of the statement's `Sid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// Anything: IAM knows no resource of these actions.
    Anything,
    /// The file's cluster, and the tasks in it.
    Cluster,
    /// Anything in the file's cluster: tasks are listed before they have a name.
    TasksOfCluster,
    /// The services of both releases and what ECS keeps of them.
    Services,
    /// The repositories of the file's images.
    Repositories,
    /// The stacks of both releases and the one they share.
    Stacks,
    /// Hosted zones, and changes of them.
    Zones,
    /// The records of the service.
    Records,
    /// The role that the zones are reached through.
    DnsRole,
    /// The table of what is live.
    Registry,
    /// The table of the ledger.
    Ledger,
    /// What ecs-crd-cli left in its default region.
    Elsewhere,
    /// The file's topics.
    Topics,
    /// The secrets of containers.
    Secrets,
    /// The keys that those may be encrypted with.
    Keys,
    /// The secrets that gates send as headers.
    HeaderSecrets,
    /// The keys that those may be encrypted with, used by Secrets Manager alone.
    HeaderKeys,
    /// The service's log group and the streams in it.
    LogGroup,
    /// The streams in other log groups of the file.
    LogStreams,
    /// What Application Auto Scaling scales; its ids are drawn.
    ScalableTargets,
    /// The alarms of the release stacks.
    Alarms,
    /// All alarms.
    AllAlarms,
    /// The balancers of the file's canary group.
    Balancers,
    /// Listeners and rules, and the service's target groups.
    Balancing,
    /// The user pools of the file's rules.
    UserPools,
    /// The roles of the service's tasks.
    TaskRoles,
    /// The one policy of AWS's that is attached to those that tasks are started with.
    AttachedPolicy,
    /// The roles of the service's tasks, handed to ECS.
    HandedToTasks,
    /// The file's role for scaling, handed to Application Auto Scaling.
    HandedToScaling,
    /// The roles that AWS services make for themselves once in an account.
    LinkedToServices,
}

/// Every action that a policy can hold, under all that it is allowed on.
pub(super) const GRANTS: [(On, &[&str]); 30] = [
    (
        On::Anything,
        &[
            "acm:ListCertificates",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "application-autoscaling:DescribeScheduledActions",
            "cloudwatch:GetMetricData",
            "ec2:DescribeVpcs",
            "ecs:DeregisterTaskDefinition",
            "ecs:DescribeTaskDefinition",
            "ecs:ListClusters",
            "elasticloadbalancing:DescribeListenerAttributes",
            "elasticloadbalancing:DescribeListenerCertificates",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "logs:DescribeIndexPolicies",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "route53:ListHostedZones",
            "tag:GetResources",
        ],
    ),
    (On::Cluster, &["ecs:DescribeClusters", "ecs:DescribeTasks"]),
    (On::TasksOfCluster, &["ecs:ListTasks"]),
    (
        On::Services,
        &[
            "ecs:CreateService",
            "ecs:DeleteService",
            "ecs:DescribeServiceDeployments",
            "ecs:DescribeServices",
            "ecs:ListServiceDeployments",
            "ecs:ListTagsForResource",
            "ecs:RegisterTaskDefinition",
            "ecs:TagResource",
            "ecs:UntagResource",
            "ecs:UpdateService",
        ],
    ),
    (On::Repositories, &["ecr:DescribeImages"]),
    (
        On::Stacks,
        &[
            "cloudformation:CreateStack",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListStackResources",
            "cloudformation:UpdateStack",
        ],
    ),
    (On::Zones, &["route53:GetChange", "route53:GetHostedZone", "route53:ListResourceRecordSets"]),
    (On::Records, &["route53:ChangeResourceRecordSets"]),
    (On::DnsRole, &["sts:AssumeRole"]),
    (
        On::Registry,
        &["dynamodb:CreateTable", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
    ),
    (
        On::Ledger,
        &[
            "dynamodb:ConditionCheckItem",
            "dynamodb:CreateTable",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ],
    ),
    (On::Elsewhere, &["cloudformation:DescribeStacks", "dynamodb:GetItem"]),
    (On::Topics, &["sns:Publish"]),
    (On::Secrets, &["secretsmanager:DescribeSecret"]),
    (On::Keys, &["kms:DescribeKey"]),
    (On::HeaderSecrets, &["secretsmanager:GetSecretValue"]),
    (On::HeaderKeys, &["kms:Decrypt"]),
    (
        On::LogGroup,
        &[
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:GetDataProtectionPolicy",
            "logs:GetLogEvents",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
        ],
    ),
    (On::LogStreams, &["logs:GetLogEvents"]),
    (
        On::ScalableTargets,
        &[
            "application-autoscaling:DeleteScalingPolicy",
            "application-autoscaling:DeregisterScalableTarget",
            "application-autoscaling:ListTagsForResource",
            "application-autoscaling:PutScalingPolicy",
            "application-autoscaling:RegisterScalableTarget",
            "application-autoscaling:TagResource",
            "application-autoscaling:UntagResource",
        ],
    ),
    (
        On::Alarms,
        &[
            "cloudwatch:DeleteAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ],
    ),
    (On::AllAlarms, &["cloudwatch:DescribeAlarms"]),
    (On::Balancers, &["elasticloadbalancing:CreateListener"]),
    (
        On::Balancing,
        &[
            "elasticloadbalancing:AddListenerCertificates",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:RemoveListenerCertificates",
            "elasticloadbalancing:RemoveTags",
        ],
    ),
    (On::UserPools, &["cognito-idp:DescribeUserPoolClient"]),
    (
        On::TaskRoles,
        &[
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:ListRoleTags",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
        ],
    ),
    (On::AttachedPolicy, &["iam:AttachRolePolicy", "iam:DetachRolePolicy"]),
    (On::HandedToTasks, &["iam:PassRole"]),
    (On::HandedToScaling, &["iam:PassRole"]),
    (On::LinkedToServices, &["iam:CreateServiceLinkedRole"]),
];
