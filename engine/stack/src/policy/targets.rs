//! What actions are allowed on, as ARNs: of names where they are known, of patterns where they are
//! drawn or not known yet.

use std::collections::BTreeMap;

use manifest::Parameters;
use manifest::file::DeploymentFile;

use super::document::{Condition, List};
use super::grants::On;
use crate::names::REGISTRY_TABLE;
use crate::resources::role;

/// The services that make roles for themselves, at the first use in an account.
const LINKED: [&str; 2] = ["ecs.amazonaws.com", "elasticloadbalancing.amazonaws.com"];
/// The one that files with auto scaling use.
const LINKED_SCALING: &str = "ecs.application-autoscaling.amazonaws.com";

/// What a file's runs have to do with.
pub(super) struct Targets<'a> {
    pub(super) file: &'a DeploymentFile,
    pub(super) parameters: &'a Parameters,
    pub(super) ledger_table: Option<&'a str>,
}

impl Targets<'_> {
    /// ARNs; none where the file has nothing of the kind.
    pub(super) fn of(&self, on: On) -> Vec<String> {
        let cluster = &self.file.service.cluster;
        match on {
            On::Anything | On::TasksOfCluster => vec!["*".to_owned()],
            On::Cluster => {
                self.arns("ecs", [format!("cluster/{cluster}"), format!("task/{cluster}/*")])
            }
            On::Services => self.services(),
            On::Repositories => self.repositories(),
            On::Stacks => self.stacks(),
            On::Zones => self.global("route53", ["hostedzone/*", "change/*"]),
            On::Records => self.global("route53", ["hostedzone/*"]),
            On::DnsRole => self.file.canary.dns_role_arn.iter().map(|arn| arn.0.clone()).collect(),
            On::Registry => self.arns("dynamodb", [format!("table/{REGISTRY_TABLE}")]),
            On::Ledger => self.arns("dynamodb", self.ledger_table.map(|it| format!("table/{it}"))),
            On::Elsewhere => self.elsewhere(),
            On::Topics => self.topics(),
            On::Secrets => self.secrets(),
            On::HeaderSecrets => self.header_secrets(),
            On::Keys | On::HeaderKeys => self.arns("kms", ["key/*"]),
            On::LogGroup => {
                let name = self.log_group();
                self.arns("logs", [format!("log-group:{name}"), format!("log-group:{name}:*")])
            }
            On::LogStreams => {
                let (own, mut groups) = (self.log_group(), self.log_groups());
                groups.remove(&own);
                self.arns("logs", groups.iter().map(|it| format!("log-group:{it}:log-stream:*")))
            }
            On::ScalableTargets => self.arns("application-autoscaling", ["scalable-target/*"]),
            On::Alarms => {
                let stacks = self.release_stacks();
                self.arns("cloudwatch", stacks.iter().map(|it| format!("alarm:{it}-*")))
            }
            On::AllAlarms => self.arns("cloudwatch", ["alarm:*"]),
            On::Balancers => self.arns("elasticloadbalancing", ["loadbalancer/app/*"]),
            On::Balancing => self.balancing(),
            On::UserPools => self.user_pools(),
            On::TaskRoles | On::HandedToTasks => {
                let has_task_role = !self.file.service.iam_roles.task_role.is_empty();
                let task = has_task_role.then_some(role::TASK);
                let kinds = [role::EXECUTION].into_iter().chain(task);
                kinds.flat_map(|kind| self.roles_of(kind)).collect()
            }
            On::AttachedPolicy => self.roles_of(role::EXECUTION),
            On::HandedToScaling => {
                let scaling = self.file.service.auto_scaling.iter();
                scaling.map(|it| it.role_arn.0.clone()).collect()
            }
            // The condition says of which service, which says of which name.
            On::LinkedToServices => self.roles(["aws-service-role/*".to_owned()]),
        }
    }

    /// What must be true besides.
    pub(super) fn condition(&self, on: On) -> Condition {
        let region = &self.parameters.region;
        match on {
            On::TasksOfCluster => {
                let cluster = format!("cluster/{}", self.file.service.cluster);
                one("ArnLike", "ecs:cluster", self.arns("ecs", [cluster]))
            }
            On::Records => {
                let key = "route53:ChangeResourceRecordSetsNormalizedRecordNames";
                one("ForAllValues:StringEquals", key, self.record_names())
            }
            On::HeaderKeys => {
                let service = vec![format!("secretsmanager.{region}.amazonaws.com")];
                let secrets = List(self.header_secrets());
                let mut condition = one("StringLike", "kms:ViaService", service);
                let keys = condition.entry("StringLike").or_default();
                keys.insert("kms:EncryptionContext:SecretARN", secrets);
                condition
            }
            On::Balancers => {
                let group = vec![self.file.canary.group.clone()];
                one("StringEquals", "aws:ResourceTag/CanaryGroup", group)
            }
            On::AttachedPolicy => {
                let arn = role::MANAGED.replace("${AWS::Partition}", self.partition());
                one("ArnEquals", "iam:PolicyARN", vec![arn])
            }
            On::HandedToTasks => passed_to("ecs-tasks.amazonaws.com"),
            On::HandedToScaling => passed_to("application-autoscaling.amazonaws.com"),
            On::LinkedToServices => {
                let scaling = self.file.service.auto_scaling.as_ref().map(|_| LINKED_SCALING);
                let services = LINKED.into_iter().chain(scaling).map(str::to_owned);
                one("StringEquals", "iam:AWSServiceName", services.collect())
            }
            _ => Condition::new(),
        }
    }

    /// The partition, by the beginning of the region's name (AWS General Reference, "ARNs").
    pub(super) fn partition(&self) -> &'static str {
        const PARTITIONS: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-isob-", "aws-iso-b"),
            ("us-isof-", "aws-iso-f"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-iso-", "aws-iso"),
            ("eusc-", "aws-eusc"),
        ];
        let region = &self.parameters.region;
        PARTITIONS.iter().find(|(begin, _)| region.starts_with(begin)).map_or("aws", |(_, it)| it)
    }

    pub(super) fn arns<S: AsRef<str>>(
        &self,
        service: &str,
        resources: impl IntoIterator<Item = S>,
    ) -> Vec<String> {
        let Parameters { region, account_id, .. } = self.parameters;
        let begin = format!("arn:{}:{service}:{region}:{account_id}", self.partition());
        resources.into_iter().map(|it| format!("{begin}:{}", it.as_ref())).collect()
    }

    /// Of services without regions.
    fn global<const N: usize>(&self, service: &str, resources: [&str; N]) -> Vec<String> {
        resources.map(|it| format!("arn:{}:{service}:::{it}", self.partition())).to_vec()
    }

    pub(super) fn roles(&self, names: impl IntoIterator<Item = String>) -> Vec<String> {
        let (partition, account) = (self.partition(), &self.parameters.account_id);
        names.into_iter().map(|it| format!("arn:{partition}:iam::{account}:role/{it}")).collect()
    }
}

fn one(operator: &'static str, key: &'static str, values: Vec<String>) -> Condition {
    Condition::from([(operator, BTreeMap::from([(key, List(values))]))])
}

fn passed_to(service: &str) -> Condition {
    one("StringEquals", "iam:PassedToService", vec![service.to_owned()])
}
