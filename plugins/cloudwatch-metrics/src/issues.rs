//! What the schema cannot say about a configuration.

use crate::configuration::{Check, Configuration, Metric, Of, PLACEHOLDERS};
use crate::expression::{REACHING, names};
use crate::statistic::{FORMS, is_statistic};
use gate_sdk::Issue;
use std::collections::BTreeSet;

/// A round has a hundred questions; five target groups are asked for their requests.
const MOST_SERIES: usize = 95;

/// All of it, with JSON pointers.
pub(crate) fn issues(json: &str) -> Vec<Issue> {
    let configuration = match Configuration::read(json) {
        Err(error) => return vec![issue(String::new(), error.to_string())],
        Ok(configuration) => configuration,
    };
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for (index, check) in configuration.checks.iter().enumerate() {
        let at = format!("/checks/{index}");
        if !names.insert(&check.name) {
            let message = format!("another check is called {:?} already", check.name);
            found.push(issue(format!("{at}/name"), message));
        }
        found.extend(of_series(check, &at));
        found.extend(of_expression(check, &at));
        found.extend(of_limits(check, &at));
        found.extend(of_comparison(check, &at));
    }
    let series: usize = configuration.checks.iter().map(questions).sum();
    if series > MOST_SERIES {
        let message =
            format!("these checks ask for {series} series at a look, more than {MOST_SERIES}");
        found.push(issue("/checks".into(), message));
    }
    found
}

fn issue(pointer: String, message: impl Into<String>) -> Issue {
    Issue { pointer, message: message.into() }
}

/// How many questions a check is at most.
fn questions(check: &Check) -> usize {
    let sides = if check.compare.is_some() { 2 } else { 1 };
    (check.series().count() + usize::from(check.expression.is_some())) * sides
}

fn of_series(check: &Check, at: &str) -> Vec<Issue> {
    let mut found = Vec::new();
    let math = !check.metrics.is_empty() || check.expression.is_some();
    match (&check.metric, math) {
        (None, false) => {
            found
                .push(issue(at.into(), "there is neither a metric nor metrics with an expression"));
        }
        (Some(_), true) => {
            let message = "a metric stands alone; math takes metrics and an expression";
            found.push(issue(format!("{at}/metric"), message));
        }
        _ => {}
    }
    let single = check.metric.iter().map(|metric| (format!("{at}/metric"), metric));
    let named = check.metrics.iter().map(|(name, it)| (format!("{at}/metrics/{name}"), it));
    found.extend(single.chain(named).flat_map(|(at, metric)| of_metric(metric, &at)));
    let period_s = check.period_s;
    if !matches!(period_s, 1 | 5 | 10 | 30) && !period_s.is_multiple_of(60) {
        let message = format!("{period_s} s is neither 1, 5, 10, 30 nor whole minutes");
        found.push(issue(format!("{at}/period_s"), message));
    }
    found
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

fn of_expression(check: &Check, at: &str) -> Vec<Issue> {
    let expression = match (&check.expression, check.metrics.is_empty()) {
        (None, true) => return Vec::new(),
        (None, false) => {
            return vec![issue(format!("{at}/metrics"), "there is no expression over them")];
        }
        (Some(_), true) => {
            return vec![issue(format!("{at}/expression"), "there are no metrics to name in it")];
        }
        (Some(expression), false) => expression,
    };
    let known: Vec<&str> = check.metrics.keys().map(String::as_str).collect();
    let mut found = Vec::new();
    for name in names(expression) {
        if REACHING.contains(&name.to_ascii_uppercase().as_str()) {
            let message = format!("{name} reaches series that are not named: name them in metrics");
            found.push(issue(format!("{at}/expression"), message));
        } else if name.starts_with(|first: char| first.is_ascii_lowercase())
            && !known.contains(&name)
        {
            let message = format!("`{name}` is none of the metrics: {}", known.join(", "));
            found.push(issue(format!("{at}/expression"), message));
        }
    }
    for name in &known {
        if !names(expression).any(|it| it == *name) {
            let message = format!("the expression does not name `{name}`");
            found.push(issue(format!("{at}/metrics/{name}"), message));
        }
    }
    found
}

fn of_limits(check: &Check, at: &str) -> Vec<Issue> {
    let mut found = Vec::new();
    if let (Some(floor), Some(ceiling)) = (check.floor, check.ceiling)
        && floor >= ceiling
    {
        let message = format!("{floor} is not below the ceiling ({ceiling})");
        found.push(issue(format!("{at}/floor"), message));
    }
    if let Some(of) = check.of_periods.filter(|of| check.breaches > *of) {
        let message = format!("{} breaches cannot be among {of} periods", check.breaches);
        found.push(issue(format!("{at}/breaches"), message));
    }
    if check.floor.is_none() && check.ceiling.is_none() && check.compare.is_none() {
        let message = "it decides nothing: give it a ceiling, a floor or compare";
        found.push(issue(at.into(), message));
    }
    found
}

fn of_comparison(check: &Check, at: &str) -> Vec<Issue> {
    let (Some(_), at) = (&check.compare, format!("{at}/compare")) else { return Vec::new() };
    if check.series().any(|(_, metric)| metric.of == Some(Of::Baseline)) {
        let message = "a comparison asks for the baseline's series by itself: say `of: canary`";
        return vec![issue(at, message)];
    }
    if check.series().count() > 0 && !check.series().any(|(_, metric)| metric.differs_by_side()) {
        let message = "canary and baseline have the same series: `of: canary`, or {version} or \
                       {label} in a dimension";
        return vec![issue(at, message)];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::issues;
    use crate::configuration::{Compare, Configuration, SCHEMA};
    use serde_json::{Value, json};

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).unwrap()
    }

    /// What the schema says of the fields at `pointer`, as far as it gives defaults.
    fn defaults(pointer: &str) -> Value {
        let properties = schema().pointer(pointer).unwrap().clone();
        let fields = properties.as_object().unwrap().iter();
        fields.filter_map(|(k, v)| v.get("default").map(|d| (k.clone(), d.clone()))).collect()
    }

    fn metric() -> Value {
        json!({ "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "canary" })
    }

    /// A check on one series, with more fields and others instead.
    fn check(more: &Value) -> Value {
        let mut check = json!({ "name": "load", "metric": metric(), "ceiling": 80 });
        for (name, value) in more.as_object().unwrap() {
            match value {
                Value::Null => drop(check.as_object_mut().unwrap().remove(name)),
                value => check[name] = value.clone(),
            }
        }
        check
    }

    const CHECK: &str = "/properties/checks/items/properties";

    #[test]
    fn the_defaults_of_the_schema_are_those_of_the_gate() {
        let read = |value: &Value| Configuration::read(&value.to_string()).unwrap();
        let mut said = defaults(CHECK);
        said["name"] = json!("load");
        said["ceiling"] = json!(80);
        said["metric"] = metric();
        let of_metric = defaults("/$defs/metric/properties");
        said["metric"].as_object_mut().unwrap().extend(of_metric.as_object().unwrap().clone());
        let mut whole = defaults("/properties");
        whole["checks"] = json!([said]);
        assert_eq!(read(&whole), read(&json!({ "checks": [check(&json!({}))] })));
        let compare = defaults(&format!("{CHECK}/compare/properties"));
        assert_eq!(serde_json::from_value::<Compare>(compare).unwrap(), Compare::default());
    }

    #[test]
    fn every_example_is_valid_and_an_unknown_field_is_not() {
        let schema = schema();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut checked = 0;
        let mut each = |at: &str, whole: &dyn Fn(&str, &Value) -> Value| {
            for (name, property) in schema.pointer(at).unwrap().as_object().unwrap() {
                for example in property["examples"].as_array().into_iter().flatten() {
                    let configuration = whole(name, example);
                    assert!(validator.is_valid(&configuration), "{configuration}");
                    checked += 1;
                }
            }
        };
        each("/properties", &|name, example| match name {
            "checks" => json!({ "checks": example }),
            _ => json!({ "checks": [check(&json!({}))], name: example }),
        });
        each(CHECK, &|name, example| json!({ "checks": [check(&json!({ name: example }))] }));
        each("/$defs/metric/properties", &|name, example| {
            let mut metric = metric();
            metric[name] = example.clone();
            json!({ "checks": [check(&json!({ "metric": metric }))] })
        });
        assert!(checked > 20, "{checked}");
        let unknown = json!({ "checks": [check(&json!({ "cieling": 1 }))] });
        assert!(!validator.is_valid(&unknown));
        assert_eq!(issues(&unknown.to_string()).len(), 1);
        let whole = &schema["properties"]["checks"]["examples"][0];
        assert_eq!(issues(&json!({ "checks": whole }).to_string()), []);
    }

    #[test]
    fn what_the_schema_cannot_say_is_said_at_its_place() {
        let queue = json!({ "namespace": "AWS/SQS", "name": "Age", "dimensions": {} });
        let of_baseline = json!({ "namespace": "AWS/ECS", "name": "Load", "of": "baseline" });
        let with = |name: &str, value: &str| {
            let mut metric = metric();
            metric[name] = json!(value);
            json!({ "metric": metric })
        };
        let math = |expression: &str| json!({ "metric": null, "metrics": { "a": metric() }, "expression": expression });
        for (more, pointer, message) in [
            (json!({ "metric": null }), "", "neither a metric nor metrics"),
            (json!({ "metrics": { "a": metric() }, "expression": "a" }), "/metric", "stands alone"),
            (json!({ "metric": null, "metrics": { "a": metric() } }), "/metrics", "no expression"),
            (json!({ "metric": null, "expression": "a" }), "/expression", "no metrics"),
            (with("statistic", "avg"), "/metric/statistic", "\"avg\" is no statistic"),
            (
                json!({ "metric": { "namespace": "A", "name": "B" } }),
                "/metric",
                "`of: canary`, `of: baseline`, or `dimensions`",
            ),
            (
                json!({ "metric": { "namespace": "A", "name": "B", "of": "canary", "dimensions": {} } }),
                "/metric/dimensions",
                "one of the two",
            ),
            (
                json!({ "metric": { "namespace": "A", "name": "B", "dimensions": { "V": "{ver}" } } }),
                "/metric/dimensions/V",
                "{version} or {label}",
            ),
            (math("a + b"), "/expression", "`b` is none of the metrics: a"),
            (math("SUM(SEARCH('x')) + a"), "/expression", "SEARCH reaches series"),
            (math("1 + 1"), "/metrics/a", "does not name `a`"),
            (json!({ "floor": 90 }), "/floor", "90 is not below the ceiling (80)"),
            (
                json!({ "breaches": 3, "of_periods": 2 }),
                "/breaches",
                "3 breaches cannot be among 2",
            ),
            (json!({ "ceiling": null }), "", "decides nothing"),
            (json!({ "period_s": 90 }), "/period_s", "whole minutes"),
            (json!({ "metric": queue, "compare": {} }), "/compare", "the same series"),
            (json!({ "metric": of_baseline, "compare": {} }), "/compare", "say `of: canary`"),
        ] {
            let found = issues(&json!({ "checks": [check(&more)] }).to_string());
            let at = format!("/checks/0{pointer}");
            let here = found.iter().find(|it| it.pointer == at && it.message.contains(message));
            assert!(here.is_some(), "{more}: {found:?}");
        }
    }

    #[test]
    fn two_checks_of_one_name_and_too_many_series_are_issues() {
        let found =
            issues(&json!({ "checks": [check(&json!({})), check(&json!({}))] }).to_string());
        assert_eq!(found[0].pointer, "/checks/1/name");
        let metrics: Value = (0..10).map(|i| (format!("m{i}"), metric())).collect();
        let sum: Vec<String> = (0..10).map(|i| format!("m{i}")).collect();
        let many = (0..5).map(|i| {
            let (metrics, expression) = (metrics.clone(), sum.join(" + "));
            check(&json!({
                "name": format!("n{i}"), "metric": null, "metrics": metrics,
                "expression": expression, "compare": {},
            }))
        });
        let found = issues(&json!({ "checks": many.collect::<Vec<_>>() }).to_string());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("110 series"), "{}", found[0].message);
    }
}
