//! The whole file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Canary, Listener, Service, TargetGroup};

/// A service on AWS ECS and how a new release of it is put into service: provisioned beside the
/// old one, given a rising share of the DNS weight, judged by gates at every step.
///
/// Texts may hold the templates {{account_id}}, {{environment}}, {{region}}, {{project}}, {{name}},
/// {{version}}, {{external_ip}}, {{fqdn}} and {{fqdn[N]}}.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "ecs-crd deployment")]
pub struct DeploymentFile {
    /// How the release is put into service: balancers, scale, gates, strategy.
    pub canary: Canary,
    /// The service and its containers.
    pub service: Service,
    /// How the balancer reaches and checks the containers: one entry for each container port that
    /// is mapped.
    #[schemars(length(min = 1))]
    pub target_groups: Vec<TargetGroup>,
    /// The ports the balancers listen on for the service.
    #[schemars(length(min = 1))]
    pub listeners: Vec<Listener>,
}
