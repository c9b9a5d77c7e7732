//! Where a name does not read as it should: what it was, from what, to what.

use rollout::{Drift, Split};

use super::at_name::AtName;
use super::pair::Pair;
use super::share;

/// The names that do not read as `split`.
pub(super) fn drifts(found: &[AtName], pair: &Pair, split: Split) -> Vec<Drift> {
    found.iter().filter_map(|at| drift(at, pair, split)).collect()
}

/// How a name differs from `split`; none if it does not.
pub(super) fn drift(at: &AtName, pair: &Pair, split: Split) -> Option<Drift> {
    let share = share::of_blue(at, pair);
    (!at.says(pair, split)).then(|| Drift {
        name: at.name.clone(),
        expected: split.to_string(),
        found: at.told(pair),
        towards_blue: share.is_some_and(|share| share.is_above(split.blue().percent())),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::RrType;

    use super::super::fixture::{
        BLUE, GREEN, alias, at, green_at, pair, simple, standing, weighted,
    };
    use super::*;

    #[test]
    fn a_drift_says_what_it_was_from_what_to_what() {
        let found = [standing(70, 30), standing(90, 10)];
        let drifts = drifts(&found, &pair(), green_at(10));
        let wanted = Drift {
            name: "shop.example.com".to_owned(),
            expected: "blue 90 / green 10".to_owned(),
            found: "blue 70 / green 30".to_owned(),
            towards_blue: false,
        };
        assert_eq!(drifts, [wanted]);
    }

    #[test]
    fn s04_what_sends_more_to_blue_is_towards_blue_whatever_its_form() {
        for (found, wanted) in [
            (standing(51, 49), true),
            (standing(49, 51), false),
            (standing(3, 1), true),
            (standing(0, 0), false),
            (at([weighted("1", BLUE, 1)]), true),
            (at([weighted("2", GREEN, 1)]), false),
            (at([simple(RrType::Cname, BLUE)]), true),
            (at([simple(RrType::Cname, "maintenance.example.net")]), false),
            (at([alias(&format!("dualstack.{BLUE}."))]), true),
            (at([]), false),
            (
                at([weighted("1", BLUE, 60), weighted("2", GREEN, 20), weighted("3", "x.net", 20)]),
                true,
            ),
        ] {
            let drift = drift(&found, &pair(), green_at(50)).expect("it differs");
            assert_eq!(drift.towards_blue, wanted, "{}", drift.found);
        }
    }
}
