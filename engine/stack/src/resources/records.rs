//! The weighted records of a name, as they begin: everything to blue.

use serde_json::{Value, json};

use crate::draft::Draft;
use crate::found::{Zone, canonical};
use crate::json::{Properties, reference};
use crate::release::Release;

/// A record set group for every name of the service. Records in a zone of another account are
/// beyond a stack: they are made directly, as those of names that are new in a later file are.
pub(crate) fn records(release: &Release<'_>, draft: &mut Draft) {
    for (index, name) in release.file.service.fqdn.as_slice().iter().enumerate() {
        let name = canonical(name);
        let at = format!("/service/fqdn/{index}");
        match zone_of(&name, &release.found.zones) {
            None => draft.refuse(at, format!("no hosted zone of this account holds `{name}`")),
            Some(zone) if zone.canonical() == name => {
                let what = format!("`{name}` is the apex of its zone, where no CNAME can stand");
                draft.refuse(at, what);
            }
            Some(_) if release.file.canary.dns_role_arn.is_some() => {}
            Some(zone) => {
                let id = format!("CanaryReleaseRecordSetGroup{}", index + 1);
                draft.resource(&id, group(release, &name, zone));
            }
        }
    }
}

/// The zone a name lies in: the longest that matches it. Names in any case, dots at their ends do
/// not matter.
#[must_use]
pub fn zone_of<'a>(name: &str, zones: &'a [Zone]) -> Option<&'a Zone> {
    let name = canonical(name);
    let holds = |zone: &&Zone| {
        let zone = zone.canonical();
        name == zone || name.strip_suffix(&zone).is_some_and(|rest| rest.ends_with('.'))
    };
    zones.iter().filter(holds).max_by_key(|zone| zone.canonical().len())
}

/// Both records in one group, so in one change batch (S03).
fn group(release: &Release<'_>, name: &str, zone: &Zone) -> Value {
    let (blue, green) = (&release.found.blue.label, &release.found.green.label);
    Properties::new()
        .with("HostedZoneId", &zone.id)
        .with(
            "RecordSets",
            [
                record(name, blue, "LoadBalancerBlue", 100),
                record(name, green, "LoadBalancerGreen", 0),
            ],
        )
        .into_resource("AWS::Route53::RecordSetGroup")
}

fn record(name: &str, label: &str, balancer: &str, weight: u32) -> Value {
    json!({
        "Name": name,
        "Type": "CNAME",
        "TTL": reference("Route53RecordetSetTTL"),
        "SetIdentifier": label,
        "Weight": weight,
        "ResourceRecords": [reference(balancer)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_zone_that_matches_holds_a_name() {
        let zones = ["example.co.uk.", "co.uk", "stage.example.co.uk.", "ample.co.uk"]
            .map(|name| Zone { id: name.to_owned(), name: name.to_owned() });
        let zone = |name| zone_of(name, &zones).map(|zone| zone.name.as_str());
        assert_eq!(zone("webapi.stage.example.co.uk"), Some("stage.example.co.uk."));
        assert_eq!(zone("webapi.example.co.uk"), Some("example.co.uk."));
        assert_eq!(zone("stage.example.co.uk"), Some("stage.example.co.uk."));
        assert_eq!(zone("webapi.example.com"), None);
    }
}
