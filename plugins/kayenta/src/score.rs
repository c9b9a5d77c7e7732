//! From classes to a score: the share of metrics that pass in each group, by the groups' weights.

use crate::classification::Class;
use crate::configuration::Metric;
use std::collections::{BTreeMap, BTreeSet};

/// What the metrics come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// 0 to 100. A group of which nothing is known counts in full: what is not known convicts
    /// nobody, and [`Score::unknown`] keeps it from passing.
    pub total: f64,
    /// The groups in order of their names.
    pub groups: Vec<Group>,
    /// The critical metric that failed and made the score 0.
    pub critical: Option<String>,
    /// Why the score may not pass: metrics without data.
    pub unknown: Option<String>,
}

/// A group's part.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its weight, in percent.
    pub weight: f64,
    /// 0 to 100; none where none of its metrics has data.
    pub score: Option<f64>,
}

/// Whether a metric counts against the canary.
#[must_use]
pub fn fails(metric: &Metric, class: Class) -> bool {
    match class {
        Class::High | Class::Low => true,
        Class::Nodata => metric.must_have_data,
        Class::Pass => false,
    }
}

/// Scores classified metrics.
#[must_use]
pub fn score(metrics: &[(&Metric, Class)], weights: &BTreeMap<String, f64>) -> Score {
    let names: BTreeSet<&str> =
        metrics.iter().flat_map(|(metric, _)| &metric.groups).map(String::as_str).collect();
    let groups: Vec<Group> = names
        .iter()
        .map(|name| Group {
            name: (*name).to_owned(),
            weight: weight(name, &names, weights),
            score: of_group(name, metrics),
        })
        .collect();
    let critical = metrics.iter().find(|(metric, class)| metric.critical && fails(metric, *class));
    let weighted = groups.iter().map(|it| it.weight / 100.0 * it.score.unwrap_or(100.0)).sum();
    Score {
        total: if critical.is_some() { 0.0 } else { weighted },
        critical: critical.map(|(metric, _)| metric.name.clone()),
        unknown: unknown(metrics, &groups),
        groups,
    }
}

/// The weight that is said, or an equal part of what the said ones leave of 100.
fn weight(name: &str, names: &BTreeSet<&str>, weights: &BTreeMap<String, f64>) -> f64 {
    if let Some(weight) = weights.get(name) {
        return *weight;
    }
    let unsaid = names.iter().filter(|it| !weights.contains_key(**it)).count();
    (100.0 - weights.values().sum::<f64>()).max(0.0) / unsaid.max(1) as f64
}

fn of_group(name: &str, metrics: &[(&Metric, Class)]) -> Option<f64> {
    let members = metrics.iter().filter(|(metric, _)| metric.groups.iter().any(|it| it == name));
    let (mut counted, mut passed) = (0.0, 0.0);
    for (metric, class) in members {
        if *class == Class::Pass {
            passed += 1.0;
            counted += 1.0;
        } else if fails(metric, *class) {
            counted += 1.0;
        }
    }
    (counted > 0.0).then(|| 100.0 * passed / counted)
}

fn unknown(metrics: &[(&Metric, Class)], groups: &[Group]) -> Option<String> {
    let silent: Vec<&str> = metrics
        .iter()
        .filter(|(metric, class)| *class == Class::Nodata && !metric.must_have_data)
        .map(|(metric, _)| metric.name.as_str())
        .collect();
    let (count, all) = (silent.len(), metrics.len());
    if count > 0 && 2 * count >= all {
        let names = silent.join(", ");
        return Some(format!("{count} of {all} metrics have no data: {names}"));
    }
    let empty = groups.iter().find(|group| group.score.is_none())?;
    Some(format!("no metric of the group {} has data", empty.name))
}

#[cfg(test)]
mod tests {
    use super::score;
    use crate::classification::Class;
    use crate::configuration::Metric;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn metric(name: &str, more: &Value) -> Metric {
        let mut metric = json!({ "name": name, "groups": ["a"] });
        metric.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(metric).unwrap()
    }

    fn scored(metrics: &[(Metric, Class)], weights: &[(&str, f64)]) -> super::Score {
        let metrics: Vec<_> = metrics.iter().map(|(metric, class)| (metric, *class)).collect();
        let weights: BTreeMap<String, f64> =
            weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        score(&metrics, &weights)
    }

    #[test]
    fn groups_count_by_their_weights_and_those_without_share_the_rest() {
        let metrics = [
            (metric("1", &json!({})), Class::Pass),
            (metric("2", &json!({})), Class::High),
            (metric("3", &json!({ "groups": ["b"] })), Class::Pass),
            (metric("4", &json!({ "groups": ["c"] })), Class::Low),
        ];
        let found = scored(&metrics, &[("a", 60.0)]);
        assert_eq!(found.groups.iter().map(|it| it.weight).collect::<Vec<_>>(), [60.0, 20.0, 20.0]);
        assert!((found.total - (0.6 * 50.0 + 0.2 * 100.0)).abs() < 1e-9, "{found:?}");
        let even = scored(&metrics, &[]);
        assert!((even.total - 50.0).abs() < 1e-9, "{even:?}");
    }

    #[test]
    fn a_critical_metric_that_fails_scores_0() {
        let critical = || metric("1", &json!({ "critical": true }));
        let others = || metric("2", &json!({}));
        for (class, total) in [(Class::High, 0.0), (Class::Pass, 100.0), (Class::Nodata, 100.0)] {
            let metrics = [(critical(), class), (others(), Class::Pass), (others(), Class::Pass)];
            assert!((scored(&metrics, &[]).total - total).abs() < 1e-9, "{class:?}");
        }
        let must = metric("1", &json!({ "critical": true, "mustHaveData": true }));
        assert_eq!(scored(&[(must, Class::Nodata)], &[]).critical.as_deref(), Some("1"));
    }

    #[test]
    fn s02_no_data_neither_passes_nor_convicts() {
        let found = scored(
            &[(metric("1", &json!({})), Class::Pass), (metric("2", &json!({})), Class::Nodata)],
            &[],
        );
        assert!((found.total - 100.0).abs() < 1e-9);
        assert_eq!(found.unknown.as_deref(), Some("1 of 2 metrics have no data: 2"));
        let three = |class| (metric("x", &json!({ "groups": ["b"] })), class);
        let pass = || (metric("1", &json!({})), Class::Pass);
        let found = scored(&[pass(), pass(), three(Class::Nodata)], &[]);
        assert_eq!(found.unknown.as_deref(), Some("no metric of the group b has data"));
        let must = metric("2", &json!({ "mustHaveData": true }));
        let found = scored(&[pass(), (must, Class::Nodata)], &[]);
        assert_eq!((found.total, found.unknown), (50.0, None));
    }
}
