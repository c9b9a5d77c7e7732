//! The dimensions of a side's series, as CloudWatch and the balancers name them.

use aws_sdk_ecs::types::Service;
use runner::question::{Dimension, Place};

use super::services::target_groups;
use crate::discovery::balancers::Balancer;

/// Where a service stands behind a balancer. Dimensions are sorted by name (Elastic Load Balancing
/// user guide, "CloudWatch metrics for your Application Load Balancer", metric dimensions; Amazon
/// ECS developer guide, "Amazon ECS CloudWatch metrics", dimensions).
pub(super) fn place(service: &Service, cluster: &str, balancer: &Balancer) -> Place {
    let load_balancer = dimension("LoadBalancer", balancer.full_name());
    let group = |arn: &str| {
        vec![load_balancer.clone(), dimension("TargetGroup", target_group_full_name(arn))]
    };
    Place {
        address: balancer.dns_name.clone(),
        target_groups: target_groups(service).into_iter().map(group).collect(),
        load_balancer: vec![load_balancer],
        service: vec![
            dimension("ClusterName", cluster),
            dimension("ServiceName", service.service_name().unwrap_or_default()),
        ],
    }
}

/// `targetgroup/NAME/ID`, the end of its ARN.
fn target_group_full_name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

fn dimension(name: &str, value: &str) -> Dimension {
    Dimension { name: name.to_owned(), value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::LoadBalancer;

    use super::*;

    const BALANCER: &str = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:loadbalancer/app/private-1/50dc6c495c0c9188";
    const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:targetgroup/0a1b2c3d4e-Default8080-tg/73e2d6bc24d8a067";

    #[test]
    fn each_target_group_is_named_with_its_balancer_once_in_the_order_of_the_file() {
        let other = GROUP.replace("Default8080", "Admin9090");
        let attached =
            [GROUP, &other, GROUP].map(|arn| LoadBalancer::builder().target_group_arn(arn).build());
        let service =
            Service::builder().service_name("shop-1").set_load_balancers(Some(attached.into()));
        let balancer = Balancer {
            label: "1".to_owned(),
            arn: BALANCER.to_owned(),
            dns_name: "private-1.elb.amazonaws.com".to_owned(),
            canonical_zone_id: "Z3".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            is_internal: true,
        };
        let place = place(&service.build(), "stage-ecs-cluster", &balancer);
        let told = |dimensions: &[Dimension]| {
            let one = |it: &Dimension| format!("{}={}", it.name, it.value);
            dimensions.iter().map(one).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(place.address, "private-1.elb.amazonaws.com");
        assert_eq!(told(&place.load_balancer), "LoadBalancer=app/private-1/50dc6c495c0c9188");
        assert_eq!(told(&place.service), "ClusterName=stage-ecs-cluster ServiceName=shop-1");
        let groups: Vec<String> = place.target_groups.iter().map(|it| told(it)).collect();
        assert_eq!(
            groups,
            [
                "LoadBalancer=app/private-1/50dc6c495c0c9188 \
                 TargetGroup=targetgroup/0a1b2c3d4e-Default8080-tg/73e2d6bc24d8a067",
                "LoadBalancer=app/private-1/50dc6c495c0c9188 \
                 TargetGroup=targetgroup/0a1b2c3d4e-Admin9090-tg/73e2d6bc24d8a067",
            ]
        );
    }
}
