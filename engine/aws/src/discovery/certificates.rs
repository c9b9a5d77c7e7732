//! Certificates in ACM, by domain.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_acm::types::{CertificateStatus, CertificateSummary, Filters, KeyAlgorithm};
use runner::Called;

use crate::clients::Clients;
use crate::error::call_error;

/// The issued certificate for each of the domains that has one: the domain → its ARN.
pub(crate) async fn find(
    clients: &Clients,
    wanted: &BTreeSet<String>,
    now_s: i64,
) -> Called<BTreeMap<String, String>> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    // Without this only RSA keys of up to 2048 bits are listed.
    let all_keys = Filters::builder().set_key_types(Some(key_types())).build();
    let certificates = clients
        .acm
        .list_certificates()
        .certificate_statuses(CertificateStatus::Issued)
        .includes(all_keys)
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await;
    let certificates =
        certificates.map_err(|error| call_error("listing the certificates in ACM", error))?;
    let choose = |domain: &String| {
        let arn = choose(&certificates, domain, now_s)?.certificate_arn()?;
        Some((domain.clone(), arn.to_owned()))
    };
    Ok(wanted.iter().filter_map(choose).collect())
}

fn key_types() -> Vec<KeyAlgorithm> {
    KeyAlgorithm::values().iter().map(|name| KeyAlgorithm::from(*name)).collect()
}

/// The one whose own domain it is, else one that names it besides, else one with a wildcard for it;
/// of several that which lasts longest.
fn choose<'a>(
    certificates: &'a [CertificateSummary],
    domain: &str,
    now_s: i64,
) -> Option<&'a CertificateSummary> {
    let lasts_until = |it: &CertificateSummary| it.not_after().map_or(i64::MAX, |at| at.secs());
    let usable = certificates.iter().filter(|it| {
        it.status().is_none_or(|status| *status == CertificateStatus::Issued)
            && lasts_until(it) > now_s
    });
    usable
        .filter_map(|it| Some((fit(it, domain)?, lasts_until(it), it)))
        .max_by_key(|(fit, until, _)| (*fit, *until))
        .map(|(_, _, it)| it)
}

/// How well a certificate fits a domain; none if it does not.
fn fit(certificate: &CertificateSummary, domain: &str) -> Option<u8> {
    let own = certificate.domain_name().unwrap_or_default();
    let others = certificate.subject_alternative_name_summaries();
    let all = || std::iter::once(own).chain(others.iter().map(String::as_str));
    if own.eq_ignore_ascii_case(domain) {
        return Some(2);
    }
    if all().any(|name| name.eq_ignore_ascii_case(domain)) {
        return Some(1);
    }
    all().any(|name| covers(name, domain)).then_some(0)
}

/// A wildcard stands for one label.
fn covers(wildcard: &str, domain: &str) -> bool {
    let parent = wildcard.strip_prefix("*.");
    let of_domain = domain.split_once('.').map(|(_, parent)| parent);
    parent.is_some()
        && parent.map(str::to_ascii_lowercase) == of_domain.map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use aws_sdk_acm::primitives::DateTime;

    use super::*;

    fn certificate(arn: &str, domain: &str, others: &[&str], until: i64) -> CertificateSummary {
        CertificateSummary::builder()
            .certificate_arn(arn)
            .domain_name(domain)
            .set_subject_alternative_name_summaries(Some(
                others.iter().map(|&name| name.to_owned()).collect(),
            ))
            .status(CertificateStatus::Issued)
            .not_after(DateTime::from_secs(until))
            .build()
    }

    #[test]
    fn the_closest_fit_that_lasts_longest_is_taken() {
        let all = [
            certificate("wild", "*.example.com", &[], 900),
            certificate("old", "shop.example.com", &[], 300),
            certificate("new", "shop.example.com", &[], 400),
            certificate("besides", "example.org", &["api.example.org"], 900),
        ];
        let arn = |domain| choose(&all, domain, 100).and_then(|it| it.certificate_arn());
        assert_eq!(arn("*.example.com"), Some("wild"));
        assert_eq!(arn("shop.example.com"), Some("new"));
        assert_eq!(arn("other.example.com"), Some("wild"));
        assert_eq!(arn("API.example.org"), Some("besides"));
        assert_eq!(arn("a.b.example.com"), None, "a wildcard stands for one label");
        assert_eq!(arn("example.com"), None);
    }

    #[test]
    fn one_that_has_expired_is_none() {
        let all = [certificate("old", "shop.example.com", &[], 300)];
        assert_eq!(choose(&all, "shop.example.com", 300), None);
    }
}
