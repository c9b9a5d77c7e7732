//! Reading what stands at names: by listing, since Route 53 has no other way.

use std::collections::BTreeMap;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::ResourceRecordSet;
use runner::Called;

use super::at_name::AtName;
use crate::discovery::zones::{Zone, canonical};
use crate::error::call_error;
use crate::scene::Scene;

/// Records a page: a name has two, and its neighbours are often the plan's other names.
const PAGE: i32 = 100;

/// A name and the zone it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// As the plan spells it.
    pub(crate) name: String,
    /// Its zone.
    pub(crate) zone: Zone,
}

impl Name {
    /// Each name with its zone, zone by zone.
    ///
    /// # Errors
    /// `Missing` for a name that lies in no zone.
    pub(crate) fn all(scene: &Scene, names: &[String]) -> Called<Vec<Name>> {
        let with_zone = |name: &String| {
            let zone = scene.zone(name)?.clone();
            Ok(Name { name: name.clone(), zone })
        };
        let mut all = names.iter().map(with_zone).collect::<Called<Vec<Name>>>()?;
        all.sort_by(|one, other| one.zone.id.cmp(&other.zone.id));
        Ok(all)
    }
}

/// A stretch of a zone's listing.
struct Stretch {
    records: Vec<ResourceRecordSet>,
    /// Whether the zone goes on after it.
    goes_on: bool,
}

/// What stands at each of these names, in their order.
///
/// A listing begins at a name, or behind the place where it would stand, and holds the records of
/// a name one after another (API reference, "ListResourceRecordSets"). So one call answers for all
/// names that lie whole in its page.
///
/// # Errors
/// When Route 53 does not answer.
pub(crate) async fn at_names(dns: &Client, names: &[Name]) -> Called<Vec<AtName>> {
    let mut found: BTreeMap<(&str, &str), AtName> = BTreeMap::new();
    for start in names {
        if found.contains_key(&(start.zone.id.as_str(), start.name.as_str())) {
            continue;
        }
        let stretch = stretch(dns, start).await?;
        for other in names.iter().filter(|other| other.zone.id == start.zone.id) {
            if let Some(at) = whole(&stretch, start, other) {
                found.insert((&other.zone.id, &other.name), at);
            }
        }
    }
    let mut in_order = Vec::with_capacity(names.len());
    for name in names {
        in_order.extend(found.remove(&(name.zone.id.as_str(), name.name.as_str())));
    }
    Ok(in_order)
}

/// What stands at `other`, if a stretch that begins at `start` holds all of it: that is sure for
/// `start`, and for a name that is there and not cut by the stretch's end.
fn whole(stretch: &Stretch, start: &Name, other: &Name) -> Option<AtName> {
    let is_at = |record: &&ResourceRecordSet| canonical(record.name()) == canonical(&other.name);
    let records: Vec<ResourceRecordSet> = stretch.records.iter().filter(is_at).cloned().collect();
    let is_cut = stretch.goes_on && stretch.records.last().as_ref().is_some_and(is_at);
    let is_whole = start.name == other.name || (!records.is_empty() && !is_cut);
    is_whole.then(|| AtName { name: other.name.clone(), records })
}

/// The listing from a name on, to the page that ends behind it.
async fn stretch(dns: &Client, start: &Name) -> Called<Stretch> {
    let mut stretch = Stretch { records: Vec::new(), goes_on: true };
    let mut request = dns
        .list_resource_record_sets()
        .hosted_zone_id(&start.zone.id)
        .start_record_name(&start.name)
        .max_items(PAGE);
    while stretch.goes_on {
        let page = request.clone().send().await.map_err(|error| {
            let doing = format!("reading {} in zone {}", start.name, start.zone.name);
            call_error(&doing, error)
        })?;
        stretch.records.extend_from_slice(page.resource_record_sets());
        stretch.goes_on = page.is_truncated();
        let next = page.next_record_name();
        if next.is_none_or(|next| canonical(next) != canonical(&start.name)) {
            break;
        }
        request = request
            .set_start_record_type(page.next_record_type().cloned())
            .set_start_record_identifier(page.next_record_identifier().map(str::to_owned));
    }
    Ok(stretch)
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::RrType;

    use super::*;

    fn name(name: &str) -> Name {
        let zone = Zone { id: "Z1".into(), name: "example.com".into(), is_private: false };
        Name { name: name.to_owned(), zone }
    }

    fn stretch(names: &[&str], goes_on: bool) -> Stretch {
        let record = |name: &&str| {
            let record = ResourceRecordSet::builder().name(*name).r#type(RrType::Cname);
            record.build().expect("it has all it needs")
        };
        Stretch { records: names.iter().map(record).collect(), goes_on }
    }

    fn count(stretch: &Stretch, start: &str, other: &str) -> Option<usize> {
        whole(stretch, &name(start), &name(other)).map(|at| at.records.len())
    }

    #[test]
    fn a_listing_answers_for_its_first_name_even_when_nothing_stands_there() {
        let page = stretch(&["b.example.com.", "b.example.com."], true);
        assert_eq!(count(&page, "a.example.com", "a.example.com"), Some(0));
        assert_eq!(count(&stretch(&[], false), "a.example.com", "a.example.com"), Some(0));
    }

    #[test]
    fn another_name_is_known_only_when_it_is_there_and_not_cut() {
        let names = ["a.example.com.", "b.example.com.", "b.example.com"];
        assert_eq!(count(&stretch(&names, true), "a.example.com", "b.example.com"), None);
        assert_eq!(count(&stretch(&names, false), "a.example.com", "B.example.com"), Some(2));
        assert_eq!(count(&stretch(&names, false), "a.example.com", "c.example.com"), None);
    }

    #[test]
    fn a_star_is_read_as_route_53_escapes_it() {
        let page = stretch(&["\\052.example.com."], false);
        assert_eq!(count(&page, "*.example.com", "*.example.com"), Some(1));
    }
}
