//! What discovery finds in the account, as far as templates depend on it.
//!
//! It is kept with the deployment (it can be serialized): a second look would find this
//! deployment's own listeners and rules, and a second rendering must be the first (S15).

use std::collections::{BTreeMap, BTreeSet};

use manifest::file::Protocol;
use serde::{Deserialize, Serialize};

/// What the account holds, looked up before anything was written. What to look for says `wanted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The VPC of the balancers, for example `vpc-0a1b2c3d4e5f60718`.
    pub vpc_id: String,
    /// The ARN of the cluster the file names.
    pub cluster_arn: String,
    /// The balancer the new release will stand behind.
    pub green: Balancer,
    /// The other one: the live one, if there is one.
    pub blue: Balancer,
    /// All listeners of green's balancer.
    pub listeners: Vec<FoundListener>,
    /// Certificates that are issued and not expired: the domain as the file spells it → the ARN.
    pub certificates: BTreeMap<String, String>,
    /// The hosted zones that a name of the service may lie in, of the account that
    /// `canary.dns_role_arn` leads to where the file gives one. Of a public and a private zone of
    /// one name only the one that is meant: that which holds the service's records, or the public.
    pub zones: Vec<Zone>,
    /// Those of the wanted images that exist.
    pub images: BTreeSet<String>,
    /// The wanted secrets and parameters that exist, by their wanted id.
    pub secrets: BTreeMap<String, FoundSecret>,
}

/// One of the two application load balancers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balancer {
    /// Its `CanaryRelease` tag.
    pub label: String,
    /// Its ARN.
    pub arn: String,
    /// The name it is reached by.
    pub dns_name: String,
}

impl Balancer {
    /// What CloudWatch calls it in the dimension `LoadBalancer`: `app/NAME/ID`, the end of its ARN.
    #[must_use]
    pub fn full_name(&self) -> &str {
        self.arn.split_once(":loadbalancer/").map_or("", |(_, name)| name)
    }
}

/// A listener that stands already, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundListener {
    /// Its ARN.
    pub arn: String,
    /// The port it listens on.
    pub port: u16,
    /// What clients speak.
    pub protocol: Protocol,
    /// Its security policy, if it speaks HTTPS.
    pub ssl_policy: Option<String>,
    /// The ARNs of all its certificates, the default one included.
    pub certificates: BTreeSet<String>,
    /// The priorities of its rules, the default rule left out.
    pub priorities: BTreeSet<u32>,
    /// What it answers with where no rule takes a request, if its service has left it (S17).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vacancy: Option<String>,
}

/// A hosted zone of Route 53.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Its id, without `/hostedzone/`.
    pub id: String,
    /// Its name; a trailing dot does not matter.
    pub name: String,
}

impl Zone {
    /// In small letters, without the trailing dot.
    pub(crate) fn canonical(&self) -> String {
        canonical(&self.name)
    }
}

/// A name in small letters, without its trailing dot.
pub(crate) fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// A secret of Secrets Manager, or a parameter of Systems Manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundSecret {
    /// Its full ARN.
    pub arn: String,
    /// The ARN of the customer's key that it is encrypted with; none for the account's default key,
    /// which whoever may read the secret may use.
    pub key_arn: Option<String>,
}
