//! Which share of a name's answers lead to blue, whatever form the records have.

use aws_sdk_route53::types::ResourceRecordSet;

use super::at_name::AtName;
use super::pair::Pair;

/// A share as a fraction; the whole is above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) part: i64,
    pub(super) whole: i64,
}

impl Share {
    /// Whether it is more than so many percent.
    pub(super) fn is_above(self, percent: u8) -> bool {
        self.part.saturating_mul(100) > self.whole.saturating_mul(i64::from(percent))
    }
}

/// Blue's share; none if nothing is answered at all. A simple record or an alias gets every
/// answer; weighted ones get theirs, and an equal part each if all are zero (Route 53 developer
/// guide, "Values specific for weighted records", Weight).
pub(super) fn of_blue(at: &AtName, pair: &Pair) -> Option<Share> {
    let is_weighted = |record: &ResourceRecordSet| record.weight.is_some();
    let counted: Vec<&ResourceRecordSet> = match at.records.iter().any(is_weighted) {
        true => at.records.iter().filter(|record| is_weighted(record)).collect(),
        false => at.records.iter().collect(),
    };
    let all_zero = counted.iter().all(|record| record.weight.unwrap_or(0) == 0);
    let weight = |record: &ResourceRecordSet| match all_zero {
        true => 1,
        false => record.weight.unwrap_or(0),
    };
    let whole: i64 = counted.iter().map(|record| weight(record)).sum();
    let to_blue = counted.iter().filter(|record| pair.blue.leads_here(record));
    let part = to_blue.map(|record| weight(record)).sum();
    (whole > 0).then_some(Share { part, whole })
}
