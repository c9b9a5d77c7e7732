//! The two application load balancers of a canary group, by their tags.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancer, LoadBalancerSchemeEnum, LoadBalancerTypeEnum,
};
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use rollout::{Labels, Plan};
use runner::Called;

use crate::clients::Clients;
use crate::error::{call_error, code};
use crate::scene::missing;

/// An application load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Balancer {
    /// Its `CanaryRelease` tag.
    pub(crate) label: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The name it is reached by.
    pub(crate) dns_name: String,
    /// The zone of that name, for alias records.
    pub(crate) canonical_zone_id: String,
    /// Where it stands.
    pub(crate) vpc_id: String,
    /// Whether it has private addresses only.
    pub(crate) is_internal: bool,
}

impl Balancer {
    /// What CloudWatch calls it in the dimension `LoadBalancer`: `app/NAME/ID`, the end of its ARN.
    pub(crate) fn full_name(&self) -> &str {
        self.arn.split_once(":loadbalancer/").map_or("", |(_, name)| name)
    }
}

/// The balancers that carry the plan's group and one of its labels, by label.
///
/// # Errors
/// `Missing` when two carry the same label and the VPC does not tell them apart.
pub(crate) async fn find(clients: &Clients, plan: &Plan) -> Called<BTreeMap<String, Balancer>> {
    let group = &plan.service.group;
    let kind = "elasticloadbalancing:loadbalancer";
    let tagged = tagged(clients, kind, "CanaryGroup", group).await?;
    let labels: BTreeMap<&str, &str> = tagged
        .iter()
        .filter_map(|resource| Some((resource.resource_arn()?, tag(resource, "CanaryRelease")?)))
        .filter(|(_, label)| *label == plan.labels.blue || *label == plan.labels.green)
        .collect();
    let described = load_balancers(clients, &labels.keys().copied().collect::<Vec<_>>()).await?;
    let mut found: Vec<Balancer> = described
        .iter()
        .filter_map(|it| application(it, labels.get(it.load_balancer_arn()?)?))
        .collect();
    let vpcs: BTreeSet<&str> = found.iter().map(|balancer| balancer.vpc_id.as_str()).collect();
    if vpcs.len() > 1 {
        let own = vpcs_of(clients, &plan.service.environment).await?;
        found.retain(|balancer| own.contains(&balancer.vpc_id));
    }
    by_label(group, &plan.labels, found).map_err(missing)
}

/// All resources of a kind with a tag.
async fn tagged(
    clients: &Clients,
    kind: &str,
    key: &str,
    value: &str,
) -> Called<Vec<ResourceTagMapping>> {
    let resources = clients
        .tagging
        .get_resources()
        .resource_type_filters(kind)
        .tag_filters(TagFilter::builder().key(key).values(value).build())
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await;
    resources
        .map_err(|error| call_error(&format!("looking for {kind} tagged {key} {value}"), error))
}

fn tag<'a>(resource: &'a ResourceTagMapping, key: &str) -> Option<&'a str> {
    resource.tags().iter().find(|tag| tag.key() == key).map(|tag| tag.value())
}

/// Whether there is a balancer of that ARN, whatever its tags.
pub(crate) async fn exists(clients: &Clients, arn: &str) -> Called<bool> {
    Ok(!load_balancers(clients, &[arn]).await?.is_empty())
}

/// Those of the balancers that are there: tags outlive what they were on, and one that is gone
/// refuses the call for all.
async fn load_balancers(clients: &Clients, arns: &[&str]) -> Called<Vec<LoadBalancer>> {
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let names = arns.iter().map(|arn| (*arn).to_owned()).collect();
    let request = clients.elb.describe_load_balancers().set_load_balancer_arns(Some(names));
    let found: Result<Vec<_>, _> = request.into_paginator().items().send().try_collect().await;
    match found {
        Err(error) if code(&error) == "LoadBalancerNotFound" => {
            let mut found = Vec::new();
            for arn in arns.iter().filter(|_| arns.len() > 1) {
                found.extend(Box::pin(load_balancers(clients, &[arn])).await?);
            }
            Ok(found)
        }
        found => {
            let doing = format!("DescribeLoadBalancers of {}", arns.join(", "));
            found.map_err(|error| call_error(&doing, error))
        }
    }
}

fn application(balancer: &LoadBalancer, label: &str) -> Option<Balancer> {
    if balancer.r#type() != Some(&LoadBalancerTypeEnum::Application) {
        return None;
    }
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Some(Balancer {
        label: label.to_owned(),
        arn: text(balancer.load_balancer_arn()),
        dns_name: text(balancer.dns_name()),
        canonical_zone_id: text(balancer.canonical_hosted_zone_id()),
        vpc_id: text(balancer.vpc_id()),
        is_internal: balancer.scheme() == Some(&LoadBalancerSchemeEnum::Internal),
    })
}

/// The ids of the VPCs tagged with the environment.
async fn vpcs_of(clients: &Clients, environment: &str) -> Called<BTreeSet<String>> {
    let vpcs = tagged(clients, "ec2:vpc", "Environment", environment).await?;
    let id = |vpc: &ResourceTagMapping| vpc.resource_arn()?.rsplit('/').next().map(str::to_owned);
    Ok(vpcs.iter().filter_map(id).collect())
}

/// One balancer a label.
fn by_label(
    group: &str,
    labels: &Labels,
    found: Vec<Balancer>,
) -> Result<BTreeMap<String, Balancer>, String> {
    for label in [&labels.blue, &labels.green] {
        let same: Vec<&Balancer> = found.iter().filter(|it| it.label == *label).collect();
        if same.len() > 1 {
            return Err(format!(
                "looked for one application load balancer tagged CanaryGroup {group} and \
                 CanaryRelease {label}; found {} (the VPC tagged Environment tells those of \
                 several VPCs apart)",
                listed(same.into_iter())
            ));
        }
    }
    Ok(found.into_iter().map(|balancer| (balancer.label.clone(), balancer)).collect())
}

/// For an error.
pub(crate) fn listed<'a>(balancers: impl Iterator<Item = &'a Balancer>) -> String {
    let each =
        |it: &Balancer| format!("{} (CanaryRelease {}, {})", it.full_name(), it.label, it.vpc_id);
    let all: Vec<String> = balancers.map(each).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balancer(label: &str, name: &str, vpc_id: &str) -> Balancer {
        Balancer {
            label: label.to_owned(),
            arn: format!(
                "arn:aws:elasticloadbalancing:eu-west-3:123456789012:loadbalancer/app/{name}/50dc6c"
            ),
            dns_name: format!("{name}.elb.amazonaws.com"),
            canonical_zone_id: "Z3".to_owned(),
            vpc_id: vpc_id.to_owned(),
            is_internal: false,
        }
    }

    fn labels() -> Labels {
        Labels { blue: "1".to_owned(), green: "2".to_owned() }
    }

    #[test]
    fn cloudwatch_calls_a_balancer_by_the_end_of_its_arn() {
        assert_eq!(balancer("1", "shop", "vpc-1").full_name(), "app/shop/50dc6c");
    }

    #[test]
    fn two_of_one_label_are_refused_and_both_named() {
        let found = vec![balancer("1", "one", "vpc-1"), balancer("1", "two", "vpc-1")];
        let error = by_label("private", &labels(), found).unwrap_err();
        for part in ["CanaryGroup private", "CanaryRelease 1", "app/one/", "app/two/"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    #[test]
    fn one_of_each_label_is_right() {
        let found = vec![balancer("2", "two", "vpc-1"), balancer("1", "one", "vpc-1")];
        let found = by_label("private", &labels(), found).unwrap();
        assert_eq!(found["1"].full_name(), "app/one/50dc6c");
        assert_eq!(found["2"].full_name(), "app/two/50dc6c");
    }
}
