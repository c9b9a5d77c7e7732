//! The two records a name should have: a label, a balancer and a weight each, one TTL.

use aws_sdk_route53::types::{ResourceRecord, ResourceRecordSet, RrType};
use rollout::{Side, Split};
use runner::{CallError, CallErrorKind, Called};

use crate::discovery::zones::canonical;
use crate::scene::Scene;

/// What the records of a deployment's names are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The old release's.
    pub(crate) blue: Half,
    /// The new release's.
    pub(crate) green: Half,
    /// The TTL of both, in seconds.
    pub(crate) ttl_s: u32,
}

/// One side's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Half {
    /// The `CanaryRelease` label of the side's balancer: the record's set identifier.
    pub(crate) label: String,
    /// The DNS name of the balancer; none if it is gone: then the record keeps its value.
    pub(crate) address: Option<String>,
}

impl Pair {
    /// Of a deployment.
    pub(crate) fn of(scene: &Scene, ttl_s: u32) -> Self {
        let half = |side| Half {
            label: scene.label(side).to_owned(),
            address: scene.balancer(side).ok().map(|balancer| balancer.dns_name.clone()),
        };
        Pair { blue: half(Side::Blue), green: half(Side::Green), ttl_s }
    }

    /// Each half with its weight in a split.
    pub(crate) fn weighted(&self, split: Split) -> [(&Half, i64); 2] {
        let weight = |weight: rollout::Weight| i64::from(weight.percent());
        [(&self.blue, weight(split.blue())), (&self.green, weight(split.green()))]
    }
}

impl Half {
    /// Whether a record is this half's: weighted, a CNAME, and of its label. What a traffic policy
    /// made is not: Route 53 lets nobody else change it.
    pub(crate) fn owns(&self, record: &ResourceRecordSet) -> bool {
        record.r#type == RrType::Cname
            && record.weight.is_some()
            && record.set_identifier.as_deref() == Some(&self.label)
            && record.alias_target.is_none()
            && record.traffic_policy_instance_id.is_none()
    }

    /// Whether a record leads to this half's balancer; where that is gone, its own record does.
    pub(crate) fn leads_here(&self, record: &ResourceRecordSet) -> bool {
        match (&self.address, value(record)) {
            (Some(address), Some(value)) => is_same_host(address, value),
            (None, Some(_)) => self.owns(record),
            (_, None) => false,
        }
    }

    /// The record with another weight and TTL: all else is as it was read, the value too where it
    /// leads to the balancer.
    pub(crate) fn renewed(
        &self,
        record: &ResourceRecordSet,
        weight: i64,
        ttl_s: u32,
    ) -> ResourceRecordSet {
        let mut renewed = record.clone();
        renewed.weight = Some(weight);
        renewed.ttl = Some(i64::from(ttl_s));
        if let Some(address) = self.address.as_ref().filter(|_| !self.leads_here(record)) {
            let value = ResourceRecord::builder().value(address).build().ok();
            renewed.resource_records = value.map(|value| vec![value]);
        }
        renewed
    }

    /// A record where there is none.
    ///
    /// # Errors
    /// `Missing` when the balancer is gone.
    pub(crate) fn made(&self, name: &str, weight: i64, ttl_s: u32) -> Called<ResourceRecordSet> {
        let address = self.address.as_ref().ok_or_else(|| {
            let why = format!("{name}: the balancer of release {} is gone", self.label);
            CallError::new(CallErrorKind::Missing, why)
        })?;
        let value = ResourceRecord::builder().value(address).build();
        let record = value.and_then(|value| {
            ResourceRecordSet::builder()
                .name(format!("{}.", canonical(name)))
                .r#type(RrType::Cname)
                .set_identifier(&self.label)
                .weight(weight)
                .ttl(i64::from(ttl_s))
                .resource_records(value)
                .build()
        });
        record.map_err(|error| CallError::new(CallErrorKind::Refused, error.to_string()))
    }
}

/// What a record leads to: the value of a CNAME, or the target of an alias.
pub(crate) fn value(record: &ResourceRecordSet) -> Option<&str> {
    match &record.alias_target {
        Some(alias) => Some(alias.dns_name()),
        None => record.resource_records().first().map(ResourceRecord::value),
    }
}

/// Case and a trailing dot do not matter; `dualstack.` is the same balancer (Elastic Load Balancing
/// user guide, "Application Load Balancers: IP address type").
fn is_same_host(one: &str, other: &str) -> bool {
    let bare = |host: &str| {
        let host = canonical(host);
        host.strip_prefix("dualstack.").map_or(host.clone(), str::to_owned)
    };
    bare(one) == bare(other)
}
