//! Writing a split by compare-and-swap, one zone after another.

use rollout::Split;
use runner::{CallError, CallErrorKind, Called, Written};

use super::at_name::AtName;
use super::batch::{self, MOST_NAMES};
use super::drift::{drift, drifts};
use super::pair::Pair;
use super::read::{Name, at_names};
use super::send::{Reply, send};
use super::sent::{Origin, Sent};

/// How often the records of a zone are read again after a refused batch.
const TRIES: u32 = 3;

/// A write of weights.
pub(super) struct Swap<'a> {
    pub(super) dns: &'a aws_sdk_route53::Client,
    pub(super) pair: &'a Pair,
    pub(super) sent: &'a Sent,
    pub(super) comment: &'a str,
    pub(super) from: Split,
    pub(super) to: Split,
    pub(super) over_drift: bool,
}

impl Swap<'_> {
    /// Writes all names. Drift anywhere keeps the write from every zone, unless it comes between
    /// the reading and the writing of a later one.
    ///
    /// # Errors
    /// Route 53 did not answer or did not take a batch; zones before that one are written.
    pub(super) async fn write(&self, names: &[Name]) -> Called<Written> {
        let found = at_names(self.dns, names).await?;
        if let Some(drifted) = self.drifted(&found) {
            return Ok(drifted);
        }
        let (mut changes, mut written) = (Vec::new(), Vec::new());
        for of_zone in names.chunk_by(|one, other| one.zone == other.zone) {
            for some in of_zone.chunks(MOST_NAMES) {
                let is_in = |at: &&AtName| some.iter().any(|name| name.name == at.name);
                let found = found.iter().filter(is_in).cloned().collect();
                let outcome = self.write_batch(some, found).await;
                match outcome.map_err(|error| half_way(error, self.to, &written))? {
                    Written::Done { changes: more } => changes.extend(more),
                    drifted @ Written::Drifted { .. } => return Ok(drifted),
                }
            }
            written.extend(of_zone.first().map(|name| name.zone.name.as_str()));
        }
        changes.sort();
        changes.dedup();
        Ok(Written::Done { changes })
    }

    /// Writes names of one zone in one batch, and reads them again when it is refused: they may
    /// say what is wanted already, from a call whose answer was lost (S04).
    async fn write_batch(&self, names: &[Name], mut found: Vec<AtName>) -> Called<Written> {
        let Some(zone) = names.first().map(|name| &name.zone) else {
            return Ok(Written::Done { changes: Vec::new() });
        };
        for _ in 0..TRIES {
            let (stale, mut changes) = self.sorted_out(&found);
            if stale.is_empty() {
                return Ok(Written::Done { changes });
            }
            let mut batch = Vec::new();
            for at in &stale {
                batch.extend(batch::swap(at, self.pair, self.to)?);
            }
            self.sent.sending(stale.iter().map(|at| at.name.as_str()), self.to);
            if let Reply::Taken(change) = send(self.dns, zone, self.comment, batch).await? {
                self.sent.taken(stale.iter().map(|at| at.name.as_str()), self.to, &change);
                changes.push(change);
                return Ok(Written::Done { changes });
            }
            found = at_names(self.dns, names).await?;
            if let Some(drifted) = self.drifted(&found) {
                return Ok(drifted);
            }
        }
        let why = format!("{}: zone {} is being changed by somebody else", self.comment, zone.name);
        Err(CallError::new(CallErrorKind::Retryable, why))
    }

    /// Who must be written, and the changes under way for those who need not.
    fn sorted_out<'a>(&self, found: &'a [AtName]) -> (Vec<&'a AtName>, Vec<String>) {
        let (mut stale, mut changes) = (Vec::new(), Vec::new());
        for at in found {
            match self.sent.origin(&at.name, self.to) {
                _ if !at.says(self.pair, self.to) => stale.push(at),
                Origin::Ours(change) => changes.extend(change),
                Origin::Elsewhere if self.from == self.to => {}
                Origin::Lost | Origin::Elsewhere => stale.push(at),
            }
        }
        (stale, changes)
    }

    /// What is neither as it was to be nor as it shall be.
    fn drifted(&self, found: &[AtName]) -> Option<Written> {
        if self.over_drift {
            return None;
        }
        let foreign = found.iter().filter(|at| drift(at, self.pair, self.to).is_some());
        let foreign: Vec<AtName> = foreign.cloned().collect();
        let drifts = drifts(&foreign, self.pair, self.from);
        (!drifts.is_empty()).then_some(Written::Drifted { drifts })
    }
}

/// An error after other zones were written says so: the journal must tell which zone stands where
/// (S03).
fn half_way(error: CallError, to: Split, written: &[&str]) -> CallError {
    if written.is_empty() {
        return error;
    }
    let message = format!("{error}; {} says {to} already", written.join(", "));
    CallError::new(error.kind, message)
}
