//! The changes that this process has sent, so that one that is under way is not taken for one that
//! is in effect.
//!
//! After a crash this is empty. A name that reads as wanted although another split was expected
//! was then written by a lost call: it is written again, exactly as it is, for the sake of a change
//! whose INSYNC can be waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rollout::Split;

/// What was sent for each name last.
#[derive(Debug, Default)]
pub(crate) struct Sent(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    last: BTreeMap<String, (Split, Outcome)>,
    in_effect: BTreeSet<String>,
}

#[derive(Debug)]
enum Outcome {
    /// No answer yet, or none that arrived.
    Unknown,
    /// The id of the change.
    Taken(String),
}

/// How a name that reads as wanted came to do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// This process wrote it; the change, while it is not known to be in effect.
    Ours(Option<String>),
    /// This process tried to, and the answer was lost.
    Lost,
    /// Not this process.
    Elsewhere,
}

impl Sent {
    /// A write is about to be sent.
    pub(super) fn sending<'a>(&self, names: impl Iterator<Item = &'a str>, split: Split) {
        let mut book = self.book();
        for name in names {
            book.last.insert(name.to_owned(), (split, Outcome::Unknown));
        }
    }

    /// Route 53 took it.
    pub(super) fn taken<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
        split: Split,
        change: &str,
    ) {
        let mut book = self.book();
        for name in names {
            book.last.insert(name.to_owned(), (split, Outcome::Taken(change.to_owned())));
        }
    }

    /// A change is in effect.
    pub(super) fn took_effect(&self, change: &str) {
        self.book().in_effect.insert(change.to_owned());
    }

    /// Whether a change is known to be in effect.
    pub(super) fn is_in_effect(&self, change: &str) -> bool {
        self.book().in_effect.contains(change)
    }

    /// Where the split that a name reads as comes from.
    pub(super) fn origin(&self, name: &str, split: Split) -> Origin {
        let book = self.book();
        match book.last.get(name) {
            Some((sent, Outcome::Taken(change))) if *sent == split => {
                Origin::Ours((!book.in_effect.contains(change)).then(|| change.clone()))
            }
            Some((sent, Outcome::Unknown)) if *sent == split => Origin::Lost,
            _ => Origin::Elsewhere,
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Each method leaves a whole book behind, so a panic elsewhere cannot have torn it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use rollout::Weight;

    use super::*;

    #[test]
    fn a_change_is_named_until_it_is_in_effect() {
        let (sent, tenth) = (Sent::default(), Split::green_at(Weight::new(10).unwrap()));
        assert_eq!(sent.origin("a", tenth), Origin::Elsewhere);
        sent.sending(["a"].into_iter(), tenth);
        assert_eq!(sent.origin("a", tenth), Origin::Lost, "the answer may be lost");
        sent.taken(["a"].into_iter(), tenth, "C1");
        assert_eq!(sent.origin("a", tenth), Origin::Ours(Some("C1".to_owned())));
        assert_eq!(sent.origin("a", Split::ALL_BLUE), Origin::Elsewhere);
        sent.took_effect("C1");
        assert_eq!(sent.origin("a", tenth), Origin::Ours(None));
    }
}
