//! What stands at a name.

use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use rollout::{Side, Split};

use super::pair::{Half, Pair, value};

/// All records at a name, as they were read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AtName {
    /// The name, as the plan spells it.
    pub(crate) name: String,
    /// Of every type.
    pub(crate) records: Vec<ResourceRecordSet>,
}

impl AtName {
    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The record of a half.
    pub(crate) fn of(&self, half: &Half) -> Option<&ResourceRecordSet> {
        self.records.iter().find(|record| half.owns(record))
    }

    /// Blue's and green's record, if they and nothing else stand here.
    pub(crate) fn pair(&self, pair: &Pair) -> Option<[&ResourceRecordSet; 2]> {
        match (self.of(&pair.blue), self.of(&pair.green)) {
            (Some(blue), Some(green)) if self.records.len() == 2 => Some([blue, green]),
            _ => None,
        }
    }

    /// Whether the name reads as a split: the pair alone, each leading to its balancer, with its
    /// weight, and one TTL (S03).
    pub(crate) fn says(&self, pair: &Pair, split: Split) -> bool {
        let Some(records) = self.pair(pair) else { return false };
        let fits = |(record, (half, weight)): (&ResourceRecordSet, (&Half, i64))| {
            record.weight == Some(weight) && half.leads_here(record)
        };
        records[0].ttl == records[1].ttl && records.into_iter().zip(pair.weighted(split)).all(fits)
    }

    /// What stands here, for people, such as `blue 90 / green 10`.
    pub(crate) fn told(&self, pair: &Pair) -> String {
        if self.is_empty() {
            return "no record".to_owned();
        }
        let Some([blue, green]) = self.pair(pair) else {
            let all: Vec<String> =
                self.records.iter().map(|record| one_told(record, pair)).collect();
            return all.join(", ");
        };
        let mut text = format!("{} / {}", one_told(blue, pair), one_told(green, pair));
        let ttl_s = i64::from(pair.ttl_s);
        match (blue.ttl.unwrap_or(0), green.ttl.unwrap_or(0)) {
            (one, other) if one != other => text.push_str(&format!(", TTL {one} and {other} s")),
            (one, _) if one != ttl_s => text.push_str(&format!(", TTL {one} s")),
            _ => {}
        }
        text
    }

    /// Why these records cannot be written over, if they cannot: Route 53 lets a CNAME stand beside
    /// nothing else, and what stands there is not of the service (Route 53 developer guide,
    /// "Supported DNS record types", CNAME).
    pub(crate) fn immovable(&self) -> Option<String> {
        let types = [RrType::Cname, RrType::A, RrType::Aaaa];
        let stays = self.records.iter().find(|record| {
            !types.contains(&record.r#type) || record.traffic_policy_instance_id.is_some()
        })?;
        let what = match &stays.traffic_policy_instance_id {
            Some(policy) => format!("a record of traffic policy instance {policy}"),
            None => format!("a record of type {}", stays.r#type.as_str()),
        };
        Some(format!("{} holds {what}, which is left alone: remove it by hand", self.name))
    }
}

/// `blue 90`, with where it leads if not to its balancer; else the record by type and target.
fn one_told(record: &ResourceRecordSet, pair: &Pair) -> String {
    let target = value(record).unwrap_or("nothing");
    let halves = [(Side::Blue, &pair.blue), (Side::Green, &pair.green)];
    if let Some((side, half)) = halves.into_iter().find(|(_, half)| half.owns(record)) {
        let side = if side == Side::Blue { "blue" } else { "green" };
        let weight = record.weight.unwrap_or(0);
        return match half.leads_here(record) {
            true => format!("{side} {weight}"),
            false => format!("{side} {weight} to {target}"),
        };
    }
    let alias = if record.alias_target.is_some() { "alias " } else { "" };
    let kind = record.r#type.as_str();
    match (&record.set_identifier, record.weight) {
        (Some(id), Some(weight)) => format!("{alias}{kind} {id} weight {weight} to {target}"),
        (Some(id), None) => format!("{alias}{kind} {id} to {target}"),
        (None, _) => format!("{alias}{kind} to {target}"),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::RrType;

    use super::super::fixture::{
        BLUE, GREEN, alias, at, green_at, pair, simple, standing, weighted,
    };
    use super::*;

    #[test]
    fn s03_a_split_is_both_records_alone_with_their_weights_targets_and_one_ttl() {
        let tenth = green_at(10);
        assert!(standing(90, 10).says(&pair(), tenth));
        for (what, other) in [
            ("other weights", standing(80, 20)),
            ("not a split", standing(90, 0)),
            ("one record", at([weighted("1", BLUE, 90)])),
            (
                "a third",
                at([
                    weighted("1", BLUE, 90),
                    weighted("2", GREEN, 10),
                    weighted("3", "third.example.net", 0),
                ]),
            ),
            (
                "another target",
                at([weighted("1", BLUE, 90), weighted("2", "elsewhere.example.net", 10)]),
            ),
            ("two TTLs", at([weighted("1", BLUE, 90), weighted("2", GREEN, 10).ttl(300)])),
            ("nothing", at([])),
        ] {
            assert!(!other.says(&pair(), tenth), "{what}: {}", other.told(&pair()));
        }
    }

    #[test]
    fn records_of_the_predecessor_read_as_ours_however_they_are_spelled() {
        let spelled = at([
            weighted("1", &format!("{}.", BLUE.to_uppercase()), 100).name("Shop.example.com"),
            weighted("2", &format!("dualstack.{GREEN}."), 0),
        ]);
        assert!(spelled.says(&pair(), Split::ALL_BLUE));
    }

    #[test]
    fn what_stands_there_is_told_in_a_few_words() {
        for (found, wanted) in [
            (at([]), "no record"),
            (standing(70, 30), "blue 70 / green 30"),
            (
                at([weighted("2", GREEN, 1).ttl(5), weighted("1", BLUE, 9).ttl(5)]),
                "blue 9 / green 1, TTL 5 s",
            ),
            (
                at([weighted("1", BLUE, 9), weighted("2", GREEN, 1).ttl(300)]),
                "blue 9 / green 1, TTL 60 and 300 s",
            ),
            (
                at([weighted("1", BLUE, 50), weighted("2", "other.net", 50)]),
                "blue 50 / green 50 to other.net",
            ),
            (
                at([weighted("1", BLUE, 90), weighted("3", "other.net", 10)]),
                "blue 90, CNAME 3 weight 10 to other.net",
            ),
            (at([simple(RrType::Cname, "other.net")]), "CNAME to other.net"),
            (at([alias("dualstack.lb.net.")]), "alias A to dualstack.lb.net."),
        ] {
            assert_eq!(found.told(&pair()), wanted);
        }
    }

    #[test]
    fn what_route_53_keeps_apart_from_a_cname_is_left_alone() {
        let text = at([simple(RrType::Txt, "\"v=spf1\"")]).immovable();
        assert!(text.is_some_and(|why| why.contains("type TXT")));
        let policy = at([weighted("1", BLUE, 90).traffic_policy_instance_id("p-1")]).immovable();
        assert!(policy.is_some_and(|why| why.contains("p-1")));
        assert_eq!(standing(90, 10).immovable(), None);
        assert_eq!(at([alias("lb.net")]).immovable(), None);
    }
}
