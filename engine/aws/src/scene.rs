//! What every adapter needs to know of a deployment's surroundings, found once and kept.
//!
//! It can be found when the image, a secret or half of the resources are gone: a balancer or a
//! zone that is not there is an error only for who asks for it, and the file for who needs more
//! than the plan says. What only rendering needs is found apart.

use std::collections::BTreeMap;

use manifest::file::DeploymentFile;
use manifest::{Diagnostics, Parameters};
use rollout::{Plan, Side};
use runner::{CallError, CallErrorKind, Called, Deployment};

use crate::aws::Aws;
use crate::connect::Connection;
use crate::discovery::balancers::{self, Balancer};
use crate::discovery::zones::{self, Zone};

/// The surroundings of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// Where it is: account, region, environment.
    pub(crate) parameters: Parameters,
    /// The client for the records: of the account that has the zones.
    pub(crate) dns: aws_sdk_route53::Client,
    /// The ARN of the cluster.
    pub(crate) cluster_arn: String,
    group: String,
    service: String,
    green: String,
    blue: String,
    balancers: BTreeMap<String, Balancer>,
    zones: Vec<Zone>,
    file: Called<DeploymentFile>,
}

impl Scene {
    /// Of a deployment, whose ground says which side is which.
    ///
    /// # Errors
    /// When AWS does not answer; what is not there is no error yet.
    pub(crate) async fn of_deployment(aws: &Aws, deployment: &Deployment) -> Called<Self> {
        let (connection, plan) = (aws.connection(), &deployment.plan);
        let external_ip = deployment.parameters.get("external_ip").cloned();
        let parameters = parameters(connection, plan, external_ip);
        let file = match aws.file() {
            Some(file) => Ok(file.clone()),
            None => read_file(&parameters, &deployment.file_text),
        };
        Self::find(connection, plan, parameters, file, &deployment.ground.canary_label).await
    }

    /// Of a plan, green's label given.
    ///
    /// # Errors
    /// When AWS does not answer; what is not there is no error yet.
    pub(crate) async fn find(
        connection: &Connection,
        plan: &Plan,
        parameters: Parameters,
        file: Called<DeploymentFile>,
        green: &str,
    ) -> Called<Self> {
        let role = file.as_ref().ok().and_then(|file| file.canary.dns_role_arn.as_ref());
        let dns = zones::client(connection, role.map(|arn| arn.0.as_str())).await;
        let clients = &connection.clients;
        let ask = async { tokio::try_join!(balancers::find(clients, plan), zones::find(&dns)) };
        let (balancers, zones) = match &clients.memo {
            Some(memo) => memo.surroundings(ask).await?,
            None => ask.await?,
        };
        let blue = match green == plan.labels.blue {
            true => &plan.labels.green,
            false => &plan.labels.blue,
        };
        Ok(Scene {
            parameters,
            dns,
            cluster_arn: cluster_arn(connection, &plan.service.cluster),
            group: plan.service.group.clone(),
            service: plan.service.name.clone(),
            green: green.to_owned(),
            blue: blue.clone(),
            balancers,
            zones,
            file,
        })
    }

    /// Whether both balancers are there.
    pub(crate) fn is_whole(&self) -> bool {
        [&self.green, &self.blue].iter().all(|label| self.balancers.contains_key(*label))
    }

    /// The `CanaryRelease` label of a side.
    pub(crate) fn label(&self, side: Side) -> &str {
        match side {
            Side::Green => &self.green,
            Side::Blue => &self.blue,
        }
    }

    /// The name of the cluster.
    pub(crate) fn cluster(&self) -> &str {
        self.cluster_arn.rsplit('/').next().unwrap_or_default()
    }

    /// The name of a side's ECS service.
    pub(crate) fn service_name(&self, side: Side) -> String {
        self.service_name_of(self.label(side))
    }

    /// The name of the ECS service behind a label.
    pub(crate) fn service_name_of(&self, label: &str) -> String {
        format!("{}-{label}", self.service)
    }

    /// The label of a balancer, if it is one of the two.
    pub(crate) fn label_of(&self, balancer_arn: &str) -> Option<&str> {
        let own = self.balancers.values().find(|balancer| balancer.arn == balancer_arn);
        own.map(|balancer| balancer.label.as_str())
    }

    /// A side's balancer.
    ///
    /// # Errors
    /// `Missing` when it is not there.
    pub(crate) fn balancer(&self, side: Side) -> Called<&Balancer> {
        let label = self.label(side);
        self.balancers.get(label).ok_or_else(|| {
            missing(format!(
                "looked for the application load balancer tagged CanaryGroup {} and CanaryRelease \
                 {label}; found {}",
                self.group,
                balancers::listed(self.balancers.values())
            ))
        })
    }

    /// The hosted zone of a name: the longest that matches, of the kind the balancers are of.
    ///
    /// # Errors
    /// `Missing` when there is none, or the name is the zone's own.
    pub(crate) fn zone(&self, name: &str) -> Called<&Zone> {
        let is_internal = self.balancers.values().any(|balancer| balancer.is_internal);
        zones::choose(&self.zones, name, is_internal).map_err(missing)
    }

    /// The file, its templates filled in.
    ///
    /// # Errors
    /// When it cannot be read: one of another version perhaps.
    pub(crate) fn file(&self) -> Called<&DeploymentFile> {
        self.file.as_ref().map_err(Clone::clone)
    }
}

/// The account lacks something.
pub(crate) fn missing(message: impl Into<String>) -> CallError {
    CallError::new(CallErrorKind::Missing, message)
}

/// Clusters are named once in an account and region, so their ARN need not be asked for.
pub(crate) fn cluster_arn(connection: &Connection, cluster: &str) -> String {
    let account = &connection.account;
    format!("arn:{}:ecs:{}:{}:cluster/{cluster}", account.partition, connection.region, account.id)
}

/// What templates are filled in with.
pub(crate) fn parameters(
    connection: &Connection,
    plan: &Plan,
    external_ip: Option<String>,
) -> Parameters {
    Parameters {
        environment: plan.service.environment.clone(),
        region: connection.region.clone(),
        account_id: connection.account.id.clone(),
        external_ip,
    }
}

/// The file of a deployment from its text, as the journal keeps it.
fn read_file(parameters: &Parameters, text: &str) -> Called<DeploymentFile> {
    let refused = |problems: Diagnostics| {
        let why = problems.render(false);
        let message = format!("the deployment file in the journal cannot be read: {why}");
        CallError::new(CallErrorKind::Refused, message)
    };
    let parsed = manifest::parse("the journal's file", text).map_err(refused)?;
    parsed.resolve(parameters).map_err(refused)
}
