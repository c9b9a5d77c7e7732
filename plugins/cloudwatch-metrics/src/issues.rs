//! What the schema cannot say about a configuration.

use crate::configuration::{Check, Configuration};
use gate_sdk::Issue;
use gate_sdk::query::{Fields, Of, issue, of_period};
use std::collections::BTreeSet;

/// What a check calls its series.
const FIELDS: Fields = Fields { single: "metric", several: "metrics" };
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
        found.extend(check.query().issues(&at, FIELDS));
        found.extend(of_period(check.period_s, format!("{at}/period_s")));
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

/// How many questions a check is at most.
fn questions(check: &Check) -> usize {
    let sides = if check.compare.is_some() { 2 } else { 1 };
    check.query().questions_a_side() * sides
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
    if check.query().series().any(|(_, metric)| metric.of == Some(Of::Baseline)) {
        let message = "a comparison asks for the baseline's series by itself: say `of: canary`";
        return vec![issue(at, message)];
    }
    if check.query().series().count() > 0
        && !check.query().series().any(|(_, metric)| metric.differs_by_side())
    {
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
