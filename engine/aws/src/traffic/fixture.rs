//! Records for tests.

use aws_sdk_route53::types::builders::ResourceRecordSetBuilder;
use aws_sdk_route53::types::{AliasTarget, ResourceRecord, ResourceRecordSet, RrType};
use rollout::{Split, Weight};

use super::at_name::AtName;
use super::pair::{Half, Pair};

pub(super) const BLUE: &str = "private-1.elb.amazonaws.com";
pub(super) const GREEN: &str = "private-2.elb.amazonaws.com";

pub(super) fn pair() -> Pair {
    let half = |label: &str, address: &str| Half {
        label: label.to_owned(),
        address: Some(address.to_owned()),
    };
    Pair { blue: half("1", BLUE), green: half("2", GREEN), ttl_s: 60 }
}

pub(super) fn green_at(weight: u32) -> Split {
    Split::green_at(Weight::new(weight).expect("a weight"))
}

/// A simple record.
pub(super) fn simple(kind: RrType, value: &str) -> ResourceRecordSetBuilder {
    let value = ResourceRecord::builder().value(value).build().expect("a value");
    let record = ResourceRecordSet::builder().name("shop.example.com.").r#type(kind);
    record.ttl(60).resource_records(value)
}

/// A weighted CNAME.
pub(super) fn weighted(label: &str, value: &str, weight: i64) -> ResourceRecordSetBuilder {
    simple(RrType::Cname, value).set_identifier(label).weight(weight)
}

pub(super) fn alias(value: &str) -> ResourceRecordSetBuilder {
    let target = AliasTarget::builder().dns_name(value).hosted_zone_id("Z3");
    let target = target.evaluate_target_health(false).build().expect("a target");
    ResourceRecordSet::builder().name("shop.example.com.").r#type(RrType::A).alias_target(target)
}

/// These records at a name.
pub(super) fn at(records: impl IntoIterator<Item = ResourceRecordSetBuilder>) -> AtName {
    let records = records.into_iter().map(|record| record.build().expect("a record"));
    AtName { name: "shop.example.com".to_owned(), records: records.collect() }
}

/// Both records, as either tool makes them.
pub(super) fn standing(blue: i64, green: i64) -> AtName {
    at([weighted("1", BLUE, blue), weighted("2", GREEN, green)])
}
