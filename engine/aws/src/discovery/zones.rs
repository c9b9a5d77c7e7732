//! Hosted zones: the longest that matches a name, in this account or the one a role leads to.

use aws_config::sts::AssumeRoleProvider;
use aws_sdk_route53::Client;
use runner::Called;

use crate::connect::Connection;
use crate::error::call_error;

/// A hosted zone of Route 53.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Zone {
    /// Its id, without `/hostedzone/`.
    pub(crate) id: String,
    /// Its name, in small letters, without a trailing dot.
    pub(crate) name: String,
    /// Whether only its VPCs see it.
    pub(crate) is_private: bool,
}

/// The client of the account that has the zones.
pub(crate) async fn client(connection: &Connection, role_arn: Option<&str>) -> Client {
    let Some(role_arn) = role_arn else { return Client::clone(&connection.clients.route53) };
    let provider = AssumeRoleProvider::builder(role_arn)
        .configure(&connection.config)
        .session_name("ecs-crd")
        .build()
        .await;
    let config = aws_sdk_route53::config::Builder::from(&connection.config);
    Client::from_conf(config.credentials_provider(provider).build())
}

/// All hosted zones of the account.
pub(crate) async fn find(dns: &Client) -> Called<Vec<Zone>> {
    let zones = dns.list_hosted_zones().into_paginator().items().send().try_collect().await;
    let zones = zones.map_err(|error| call_error("listing the hosted zones", error))?;
    let zone = |zone: &aws_sdk_route53::types::HostedZone| Zone {
        id: zone.id().trim_start_matches("/hostedzone/").to_owned(),
        name: canonical(zone.name()),
        is_private: zone.config().is_some_and(|config| config.private_zone()),
    };
    Ok(zones.iter().map(zone).collect())
}

/// The zone of a name: the longest that it lies in; of two with one name the private one, if the
/// balancers are internal, else the public one.
///
/// # Errors
/// There is none, or the name is the zone's own: a sentence each.
pub(crate) fn choose<'a>(
    zones: &'a [Zone],
    name: &str,
    is_internal: bool,
) -> Result<&'a Zone, String> {
    let name = canonical(name);
    let matching = zones.iter().filter(|zone| lies_in(&name, &zone.name));
    let best = matching.max_by_key(|zone| (zone.name.len(), zone.is_private == is_internal));
    match best {
        None => {
            Err(format!("looked for a hosted zone that {name} lies in; found {}", listed(zones)))
        }
        Some(zone) if zone.name == name => Err(format!(
            "looked for a hosted zone that {name} lies in; found zone {} ({}), whose apex it is: \
             an apex cannot have CNAME records, use a name below it",
            zone.name, zone.id
        )),
        Some(zone) => Ok(zone),
    }
}

/// A name in small letters, without its trailing dot; Route 53 writes `*` as `\052`.
pub(crate) fn canonical(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*").to_ascii_lowercase()
}

fn lies_in(name: &str, zone: &str) -> bool {
    name == zone || name.strip_suffix(zone).is_some_and(|labels| labels.ends_with('.'))
}

/// For an error: the first few by name.
fn listed(zones: &[Zone]) -> String {
    const SHOWN: usize = 10;
    if zones.is_empty() {
        return "no hosted zone at all".to_owned();
    }
    let kind = |zone: &Zone| if zone.is_private { " (private)" } else { "" };
    let names = zones.iter().take(SHOWN).map(|zone| format!("{}{}", zone.name, kind(zone)));
    let more = match zones.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(id: &str, name: &str, is_private: bool) -> Zone {
        Zone { id: id.to_owned(), name: name.to_owned(), is_private }
    }

    #[test]
    fn the_longest_zone_that_matches_is_taken_however_deep() {
        let zones = [
            zone("Z1", "example.com", false),
            zone("Z2", "dev.eu.example.com", false),
            zone("Z3", "eu.example.com", false),
            zone("Z4", "example.co.uk", false),
        ];
        let id = |name| choose(&zones, name, false).map(|zone| zone.id.as_str());
        assert_eq!(id("shop.example.com"), Ok("Z1"));
        assert_eq!(id("Shop.DEV.eu.example.com."), Ok("Z2"));
        assert_eq!(id("shop.prod.eu.example.com"), Ok("Z3"));
        assert_eq!(id("shop.example.co.uk"), Ok("Z4"));
    }

    #[test]
    fn a_name_that_only_ends_alike_lies_in_no_zone_and_the_error_names_what_there_is() {
        let zones = [zone("Z1", "example.com", true)];
        let error = choose(&zones, "shop.myexample.com", false).unwrap_err();
        assert!(error.contains("shop.myexample.com"), "{error}");
        assert!(error.contains("found example.com (private)"), "{error}");
    }

    #[test]
    fn the_apex_of_a_zone_is_refused_even_where_a_shorter_zone_matches() {
        let zones = [zone("Z1", "example.com", false), zone("Z2", "eu.example.com", false)];
        assert!(choose(&zones, "eu.example.com", false).unwrap_err().contains("apex"));
    }

    #[test]
    fn of_a_public_and_a_private_zone_the_balancers_decide() {
        let zones = [zone("Zpub", "example.com", false), zone("Zpriv", "example.com", true)];
        let id = |is_internal| choose(&zones, "a.example.com", is_internal).unwrap().id.as_str();
        assert_eq!((id(false), id(true)), ("Zpub", "Zpriv"));
        let only = [zone("Zpriv", "example.com", true)];
        assert_eq!(choose(&only, "a.example.com", false).unwrap().id, "Zpriv");
    }
}
