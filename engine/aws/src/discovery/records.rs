//! The records at a name, and whether they are of the kind a deployment writes.

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use rollout::Labels;
use runner::Called;

use super::zones::{Zone, canonical};
use crate::error::call_error;

/// All records at a name, of every type.
pub(crate) async fn at(dns: &Client, zone: &Zone, name: &str) -> Called<Vec<ResourceRecordSet>> {
    let wanted = canonical(name);
    let mut records = Vec::new();
    let mut next = (Some(wanted.clone()), None, None);
    loop {
        let (start, kind, identifier) = next;
        let page = dns
            .list_resource_record_sets()
            .hosted_zone_id(&zone.id)
            .set_start_record_name(start)
            .set_start_record_type(kind)
            .set_start_record_identifier(identifier)
            .send()
            .await;
        let page = page.map_err(|error| {
            call_error(&format!("listing the records at {name} in zone {}", zone.name), error)
        })?;
        let is_more = page.is_truncated()
            && page.next_record_name().is_some_and(|name| canonical(name) == wanted);
        let own = |record: &ResourceRecordSet| canonical(record.name()) == wanted;
        records.extend(page.resource_record_sets.into_iter().filter(own));
        if !is_more {
            return Ok(records);
        }
        next = (page.next_record_name, page.next_record_type, page.next_record_identifier);
    }
}

/// Whether records stand there that a deployment with these labels can have written.
///
/// # Errors
/// A sentence about the first record of another kind.
pub(crate) fn stand(
    name: &str,
    labels: &Labels,
    records: &[ResourceRecordSet],
) -> Result<bool, String> {
    match records.iter().find(|record| !is_own(labels, record)) {
        None => Ok(!records.is_empty()),
        Some(record) => Err(format!(
            "looked for no records at {name}, or weighted CNAME records {} and {}; found {}: remove \
             it, or take another name",
            labels.blue,
            labels.green,
            described(record)
        )),
    }
}

fn is_own(labels: &Labels, record: &ResourceRecordSet) -> bool {
    let label = record.set_identifier().unwrap_or_default();
    record.r#type() == &RrType::Cname
        && record.weight().is_some()
        && record.alias_target().is_none()
        && (label == labels.blue || label == labels.green)
}

fn described(record: &ResourceRecordSet) -> String {
    let kind = record.r#type().as_str();
    let value = match record.alias_target() {
        Some(alias) => format!("an alias to {}", alias.dns_name()),
        None => {
            record.resource_records().iter().map(|it| it.value()).collect::<Vec<_>>().join(", ")
        }
    };
    match record.set_identifier() {
        Some(identifier) => format!("the {kind} record {identifier}: {value}"),
        None => format!("the {kind} record: {value}"),
    }
}

/// Weights as `1: 90, 2: 10 (TTL 60 s)`; none if there are none.
pub(crate) fn weights(records: &[ResourceRecordSet]) -> Option<String> {
    let weights: Vec<String> = records
        .iter()
        .filter_map(|it| Some(format!("{}: {}", it.set_identifier()?, it.weight()?)))
        .collect();
    let ttl_s = records.iter().find_map(ResourceRecordSet::ttl)?;
    (!weights.is_empty()).then(|| format!("{} (TTL {ttl_s} s)", weights.join(", ")))
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::builders::ResourceRecordSetBuilder;
    use aws_sdk_route53::types::{AliasTarget, ResourceRecord};

    use super::*;

    fn labels() -> Labels {
        Labels { blue: "1".into(), green: "2".into() }
    }

    fn cname(value: &str) -> ResourceRecordSetBuilder {
        ResourceRecordSet::builder()
            .name("shop.example.com.")
            .r#type(RrType::Cname)
            .ttl(60)
            .resource_records(ResourceRecord::builder().value(value).build().unwrap())
    }

    fn weighted(label: &str, weight: i64) -> ResourceRecordSet {
        cname("one.elb").set_identifier(label).weight(weight).build().unwrap()
    }

    fn check(records: &[ResourceRecordSet]) -> Result<bool, String> {
        stand("shop.example.com", &labels(), records)
    }

    #[test]
    fn nothing_and_our_own_records_are_right() {
        assert_eq!(check(&[]), Ok(false));
        let own = [weighted("1", 90), weighted("2", 10)];
        assert_eq!(check(&own), Ok(true));
        assert_eq!(weights(&own).unwrap(), "1: 90, 2: 10 (TTL 60 s)");
    }

    #[test]
    fn simple_alias_and_foreign_weighted_records_are_refused_and_named() {
        let simple = cname("elsewhere.example.net").build().unwrap();
        assert!(check(&[simple]).unwrap_err().contains("the CNAME record: elsewhere.example.net"));
        let foreign = [weighted("1", 50), weighted("3", 50)];
        assert!(check(&foreign).unwrap_err().contains("the CNAME record 3: one.elb"));
        let target = AliasTarget::builder()
            .dns_name("two.elb.")
            .hosted_zone_id("Z3")
            .evaluate_target_health(false)
            .build()
            .unwrap();
        let alias = ResourceRecordSet::builder().name("shop.example.com.").r#type(RrType::A);
        let alias = alias.alias_target(target).build().unwrap();
        assert!(check(&[alias]).unwrap_err().contains("the A record: an alias to two.elb."));
    }
}
