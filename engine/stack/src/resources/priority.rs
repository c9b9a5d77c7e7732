//! Priorities of rules: as given, or after the highest there is. The very last is left to what is
//! meant for the rest: nothing could come after it.

use std::collections::BTreeSet;

/// Elastic Load Balancing's highest.
pub(crate) const LAST: u32 = 50_000;
/// The predecessor leaves the first two free.
const FREE: u32 = 2;

/// Why a rule has no priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPriority {
    /// Somebody else's rule has the one that was asked for.
    Taken(u32),
    /// There is none left after the highest.
    NoneLeft,
}

impl NoPriority {
    pub(crate) fn sentence(self, port: u16) -> String {
        match self {
            NoPriority::Taken(priority) => format!(
                "another rule of the listener on port {port} has the priority {priority} already"
            ),
            NoPriority::NoneLeft => format!(
                "after the rules of the listener on port {port} no priority is left below {LAST}: give one"
            ),
        }
    }
}

/// The priority of each rule, in their order, given those of the rules that stand already. What
/// stands between rules that have theirs is left free for them.
pub(crate) fn priorities(
    standing: &BTreeSet<u32>,
    asked: &[Option<u32>],
) -> Vec<Result<u32, NoPriority>> {
    let highest = standing.range(..LAST).last().map_or(FREE, |highest| FREE.max(*highest));
    let mut free = (highest + 1..LAST).filter(|it| !asked.contains(&Some(*it)));
    let mut one = |asked: &Option<u32>| match asked {
        Some(priority) if standing.contains(priority) => Err(NoPriority::Taken(*priority)),
        Some(priority) => Ok(*priority),
        None => free.next().ok_or(NoPriority::NoneLeft),
    };
    asked.iter().map(&mut one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(standing: &[u32], asked: &[Option<u32>]) -> Vec<Result<u32, NoPriority>> {
        priorities(&standing.iter().copied().collect(), asked)
    }

    #[test]
    fn priorities_follow_the_highest_there_is() {
        assert_eq!(over(&[10, 4], &[None, Some(50), None]), [Ok(11), Ok(50), Ok(12)]);
        assert_eq!(over(&[], &[None]), [Ok(3)]);
    }

    #[test]
    fn a_priority_that_a_later_rule_asks_for_is_left_to_it() {
        assert_eq!(over(&[10], &[None, Some(11), None]), [Ok(12), Ok(11), Ok(13)]);
    }

    #[test]
    fn a_priority_of_somebody_elses_rule_is_refused() {
        assert_eq!(over(&[10], &[Some(10)]), [Err(NoPriority::Taken(10))]);
        assert_eq!(over(&[LAST - 1], &[None]), [Err(NoPriority::NoneLeft)]);
    }

    #[test]
    fn a_rule_for_the_rest_stands_after_all_that_come_later() {
        assert_eq!(over(&[7, LAST], &[None, None]), [Ok(8), Ok(9)]);
        assert_eq!(over(&[LAST], &[None]), [Ok(3)]);
        assert_eq!(over(&[LAST], &[Some(LAST)]), [Err(NoPriority::Taken(LAST))]);
    }
}
