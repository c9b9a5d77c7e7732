//! What a schema cannot say about the series of a configuration.

use super::expression::{REACHING, names};
use super::statistic::{FORMS, is_statistic};
use super::{Metric, PLACEHOLDERS, Query};
use crate::Issue;

/// What a configuration calls the fields of a query.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// That of one series: `metric`.
    pub single: &'static str,
    /// That of several: `metrics`.
    pub several: &'static str,
}

/// An issue at a place.
#[must_use]
pub fn issue(pointer: String, message: impl Into<String>) -> Issue {
    Issue { pointer, message: message.into() }
}

impl Query<'_> {
    /// Whether it says what it must, by the entry's pointer.
    #[must_use]
    pub fn issues(&self, at: &str, fields: Fields) -> Vec<Issue> {
        let Fields { single, several } = fields;
        let mut found = Vec::new();
        let math = !self.several.is_empty() || self.expression.is_some();
        match (self.single, math) {
            (None, false) => {
                let message =
                    format!("there is neither a {single} nor {several} with an expression");
                found.push(issue(at.into(), message));
            }
            (Some(_), true) => {
                let message =
                    format!("a {single} stands alone; math takes {several} and an expression");
                found.push(issue(format!("{at}/{single}"), message));
            }
            _ => {}
        }
        let one = self.single.iter().map(|metric| (format!("{at}/{single}"), *metric));
        let named = self.several.iter().map(|(name, it)| (format!("{at}/{several}/{name}"), it));
        found.extend(one.chain(named).flat_map(|(at, metric)| of_metric(metric, &at)));
        found.extend(self.of_expression(at, several));
        found
    }

    fn of_expression(&self, at: &str, several: &str) -> Vec<Issue> {
        let place = format!("{at}/expression");
        let expression = match (self.expression, self.several.is_empty()) {
            (None, true) => return Vec::new(),
            (None, false) => {
                return vec![issue(format!("{at}/{several}"), "there is no expression over them")];
            }
            (Some(_), true) => {
                return vec![issue(place, format!("there are no {several} to name in it"))];
            }
            (Some(expression), false) => expression,
        };
        let known: Vec<&str> = self.several.keys().map(String::as_str).collect();
        let mut found = Vec::new();
        for name in names(expression) {
            if REACHING.contains(&name.to_ascii_uppercase().as_str()) {
                let message =
                    format!("{name} reaches series that are not named: name them in {several}");
                found.push(issue(place.clone(), message));
            } else if name.starts_with(|first: char| first.is_ascii_lowercase())
                && !known.contains(&name)
            {
                let message = format!("`{name}` is none of the {several}: {}", known.join(", "));
                found.push(issue(place.clone(), message));
            }
        }
        for name in known.iter().filter(|name| !names(expression).any(|it| it == **name)) {
            let message = format!("the expression does not name `{name}`");
            found.push(issue(format!("{at}/{several}/{name}"), message));
        }
        found
    }
}

fn of_metric(metric: &Metric, at: &str) -> Vec<Issue> {
    let mut found = Vec::new();
    if !is_statistic(&metric.statistic) {
        let message = format!("{:?} is no statistic: {FORMS}", metric.statistic);
        found.push(issue(format!("{at}/statistic"), message));
    }
    match (&metric.of, &metric.dimensions) {
        (Some(_), Some(_)) => {
            let message = "`of` stands for dimensions: one of the two";
            found.push(issue(format!("{at}/dimensions"), message));
        }
        (None, None) => {
            let message =
                "whose series: `of: canary`, `of: baseline`, or `dimensions` ({} for none)";
            found.push(issue(at.into(), message));
        }
        _ => {}
    }
    for (name, value) in metric.dimensions.iter().flatten() {
        let rest = PLACEHOLDERS.iter().fold(value.clone(), |text, it| text.replace(it, ""));
        if rest.contains(['{', '}']) {
            let known = PLACEHOLDERS.join(" or ");
            let message = format!("{value:?} holds a name in braces that is not {known}");
            found.push(issue(format!("{at}/dimensions/{name}"), message));
        }
    }
    found
}

/// What a length of periods must be: CloudWatch's.
#[must_use]
pub fn of_period(period_s: u32, pointer: String) -> Option<Issue> {
    let known = matches!(period_s, 1 | 5 | 10 | 30) || period_s.is_multiple_of(60);
    let message = format!("{period_s} s is neither 1, 5, 10, 30 nor whole minutes");
    (!known).then(|| issue(pointer, message))
}
