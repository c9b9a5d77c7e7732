//! Change batches: DELETE exactly what was read, CREATE the new, a name's records never apart.

use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSet};
use rollout::Split;
use runner::{CallError, CallErrorKind, Called};

use super::at_name::AtName;
use super::pair::Pair;

/// A change takes 1,000 elements and 32,000 letters of values at most (Route 53 developer guide,
/// "Quotas", maximums on `ChangeResourceRecordSets`); a name takes four, unless somebody added
/// records, each with a balancer's name of some 90 letters.
pub(super) const MOST_NAMES: usize = 80;

/// The changes that make a name read as `split`: whatever stands there is deleted exactly as it
/// was read, so that the batch is refused when it has changed since (S04), and both records are
/// created, with their health check and the rest carried over (API reference,
/// "ChangeResourceRecordSets": a batch is all or nothing, and DELETE needs every value).
///
/// # Errors
/// A record is none that may be written over, or a balancer is gone.
pub(super) fn swap(at: &AtName, pair: &Pair, split: Split) -> Called<Vec<Change>> {
    if let Some(why) = at.immovable() {
        return Err(CallError::new(CallErrorKind::Refused, why));
    }
    let mut changes = Vec::new();
    for record in &at.records {
        changes.push(change(ChangeAction::Delete, record.clone())?);
    }
    for (half, weight) in pair.weighted(split) {
        let record = match at.of(half) {
            Some(record) => half.renewed(record, weight, pair.ttl_s),
            None => half.made(&at.name, weight, pair.ttl_s)?,
        };
        changes.push(change(ChangeAction::Create, record)?);
    }
    Ok(changes)
}

/// The changes that delete the pair's records at a name, by exact value; what is somebody else's
/// stays.
///
/// # Errors
/// None that a record read from Route 53 can cause.
pub(super) fn removal(at: &AtName, pair: &Pair) -> Called<Vec<Change>> {
    let own = [&pair.blue, &pair.green].into_iter().filter_map(|half| at.of(half));
    own.map(|record| change(ChangeAction::Delete, record.clone())).collect()
}

/// A batch, with a comment for who reads the trail.
///
/// # Errors
/// When there are no changes.
pub(super) fn batch(comment: &str, changes: Vec<Change>) -> Called<ChangeBatch> {
    let comment: String = comment.chars().take(256).collect();
    ChangeBatch::builder().comment(comment).set_changes(Some(changes)).build().map_err(unmade)
}

fn change(action: ChangeAction, record: ResourceRecordSet) -> Called<Change> {
    Change::builder().action(action).resource_record_set(record).build().map_err(unmade)
}

fn unmade(error: impl std::fmt::Display) -> CallError {
    CallError::new(CallErrorKind::Refused, error.to_string())
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::RrType;

    use super::super::fixture::{BLUE, GREEN, alias, at, green_at, pair, standing, weighted};
    use super::*;

    fn of(changes: &[Change], action: &ChangeAction) -> Vec<ResourceRecordSet> {
        let wanted = changes.iter().filter(|change| change.action() == action);
        wanted.filter_map(|change| change.resource_record_set().cloned()).collect()
    }

    /// The state after a batch.
    fn created(changes: &[Change]) -> AtName {
        let records = of(changes, &ChangeAction::Create);
        AtName { name: "shop.example.com".to_owned(), records }
    }

    #[test]
    fn s04_exactly_what_was_read_is_deleted_and_all_but_weight_and_ttl_is_carried_over() {
        let blue = weighted("1", &format!("{BLUE}."), 100).ttl(300).health_check_id("h-1");
        let read = at([blue, weighted("2", GREEN, 0).ttl(300)]);
        let changes = swap(&read, &pair(), green_at(10)).unwrap();
        assert_eq!(of(&changes, &ChangeAction::Delete), read.records);
        let made = created(&changes);
        assert!(made.says(&pair(), green_at(10)), "{}", made.told(&pair()));
        let mut blue = read.records[0].clone();
        (blue.weight, blue.ttl) = (Some(90), Some(60));
        assert_eq!(made.records[0], blue);
    }

    #[test]
    fn s03_every_write_has_both_records_in_one_batch() {
        for weight in [0, 1, 50, 100] {
            let changes = swap(&standing(100, 0), &pair(), green_at(weight)).unwrap();
            let weights = created(&changes).records;
            let sum: i64 = weights.iter().filter_map(|record| record.weight).sum();
            assert_eq!((weights.len(), sum), (2, 100));
        }
    }

    #[test]
    fn s04_a_roll_back_replaces_whatever_form_stands_there() {
        for read in [
            at([]),
            at([alias("elsewhere.elb.")]),
            at([weighted("2", GREEN, 7)]),
            at([weighted("1", "elsewhere.net", 7), weighted("3", "third.net", 1)]),
        ] {
            let changes = swap(&read, &pair(), Split::ALL_BLUE).unwrap();
            assert_eq!(of(&changes, &ChangeAction::Delete), read.records);
            assert!(created(&changes).says(&pair(), Split::ALL_BLUE));
        }
    }

    #[test]
    fn a_record_of_another_kind_is_not_deleted() {
        let mail = at([weighted("1", BLUE, 1).r#type(RrType::Mx)]);
        let error = swap(&mail, &pair(), Split::ALL_BLUE).unwrap_err();
        assert!(error.message.contains("type MX"), "{error}");
    }

    #[test]
    fn without_a_balancer_a_record_keeps_its_value_and_a_new_one_cannot_be_made() {
        let mut pair = pair();
        pair.green.address = None;
        let changes = swap(&standing(90, 10), &pair, Split::ALL_BLUE).unwrap();
        assert_eq!(
            created(&changes).records[1].resource_records,
            standing(0, 0).records[1].resource_records
        );
        let error = swap(&at([]), &pair, Split::ALL_BLUE).unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Missing);
    }

    #[test]
    fn a_removal_takes_both_records_by_exact_value_and_leaves_a_strangers() {
        let read =
            at([weighted("1", BLUE, 90), weighted("3", "third.net", 1), weighted("2", GREEN, 10)]);
        let deleted = of(&removal(&read, &pair()).unwrap(), &ChangeAction::Delete);
        assert_eq!(deleted, [read.records[0].clone(), read.records[2].clone()]);
    }
}
