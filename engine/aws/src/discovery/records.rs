//! Whether the records at a name are of the kind a deployment writes.

use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use rollout::Labels;

use crate::traffic::AtName;

/// Whether records stand there that a deployment with these labels can have written.
///
/// # Errors
/// A sentence about the first record of another kind.
pub(super) fn stand(labels: &Labels, at: &AtName) -> Result<bool, String> {
    match at.records.iter().find(|record| !is_own(labels, record)) {
        None => Ok(!at.is_empty()),
        Some(record) => Err(format!(
            "looked for no records at {}, or weighted CNAME records {} and {}; found {}: remove \
             it, or take another name",
            at.name,
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
pub(super) fn weights(records: &[ResourceRecordSet]) -> Option<String> {
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
        let name = "shop.example.com".to_owned();
        stand(&labels(), &AtName { name, records: records.to_vec() })
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
