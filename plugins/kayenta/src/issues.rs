//! What the schema cannot say about a configuration.

use crate::configuration::{Configuration, Judge, Metric};
use gate_sdk::Issue;
use gate_sdk::query::{Fields, Of, issue, of_period};
use std::collections::BTreeSet;

/// A round has a hundred questions; five target groups are asked for their requests.
const MOST_SERIES: usize = 95;
/// With fewer values a side no 98 % interval exists.
const LEAST_VALUES: u32 = 5;
/// What a metric calls its series.
const FIELDS: Fields = Fields { single: "query", several: "queries" };

/// All of it, with JSON pointers.
pub(crate) fn issues(json: &str) -> Vec<Issue> {
    let configuration = match Configuration::read(json) {
        Err(error) => return vec![issue(String::new(), error.to_string())],
        Ok(configuration) => configuration,
    };
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for (index, metric) in configuration.metrics.iter().enumerate() {
        let at = format!("/metrics/{index}");
        if !names.insert(&metric.name) {
            let message = format!("another metric is called {:?} already", metric.name);
            found.push(issue(format!("{at}/name"), message));
        }
        found.extend(metric.query().issues(&at, FIELDS));
        found.extend(of_sides(metric, &at));
    }
    let sides = configuration.metrics.iter().map(|it| 2 * it.query().questions_a_side());
    let series: usize = sides.sum();
    if series > MOST_SERIES {
        let message =
            format!("these metrics ask for {series} series at a look, more than {MOST_SERIES}");
        found.push(issue("/metrics".into(), message));
    }
    found.extend(of_weights(&configuration));
    found.extend(of_thresholds(&configuration));
    found.extend(of_times(&configuration));
    found
}

fn of_sides(metric: &Metric, at: &str) -> Option<Issue> {
    let mut series = metric.query().series().map(|(_, series)| series).peekable();
    series.peek()?;
    let all: Vec<_> = series.collect();
    if all.iter().any(|it| it.of == Some(Of::Baseline)) {
        let message = "the baseline's series is asked for by itself: say `of: canary`";
        return Some(issue(at.to_owned(), message));
    }
    let message = "canary and baseline have the same series: `of: canary`, or {version} or \
                   {label} in a dimension";
    (!all.iter().any(|it| it.differs_by_side())).then(|| issue(at.to_owned(), message))
}

fn of_weights(configuration: &Configuration) -> Vec<Issue> {
    let groups: BTreeSet<&String> =
        configuration.metrics.iter().flat_map(|metric| &metric.groups).collect();
    let weights = &configuration.group_weights;
    let mut found: Vec<Issue> = weights
        .keys()
        .filter(|name| !groups.contains(name))
        .map(|name| issue(format!("/groupWeights/{name}"), "no metric is in this group"))
        .collect();
    let sum: f64 = weights.values().sum();
    let unsaid = groups.iter().any(|name| !weights.contains_key(*name));
    let message = match unsaid {
        true if sum > 100.0 => {
            format!("the weights sum to {sum}, which leaves nothing of 100 for the others")
        }
        false if (sum - 100.0).abs() > 0.01 => format!("the weights sum to {sum}, not to 100"),
        _ => return found,
    };
    found.push(issue("/groupWeights".into(), message));
    found
}

fn of_thresholds(configuration: &Configuration) -> Option<Issue> {
    let thresholds = configuration.score_thresholds;
    let message = format!("{} is above pass ({})", thresholds.marginal, thresholds.pass);
    (thresholds.marginal > thresholds.pass)
        .then(|| issue("/scoreThresholds/marginal".into(), message))
}

fn of_times(configuration: &Configuration) -> Vec<Issue> {
    let Configuration { step_secs, lifetime_duration_mins, analysis_interval_mins, .. } =
        *configuration;
    let mut found: Vec<Issue> = of_period(step_secs, "/stepSecs".into()).into_iter().collect();
    let minutes = [
        ("lifetimeDurationMins", lifetime_duration_mins),
        ("analysisIntervalMins", analysis_interval_mins),
        ("lookbackMins", configuration.lookback_mins),
    ];
    for (name, minutes) in minutes {
        if !(minutes * 60).is_multiple_of(step_secs.max(1)) {
            let message = format!("{minutes} min are no whole periods of {step_secs} s");
            found.push(issue(format!("/{name}"), message));
        }
    }
    let (first, name) = match configuration.judge {
        Judge::EachInterval => (analysis_interval_mins, "analysisIntervalMins"),
        Judge::AtEnd => (lifetime_duration_mins, "lifetimeDurationMins"),
    };
    if configuration.judge == Judge::EachInterval
        && !lifetime_duration_mins.is_multiple_of(analysis_interval_mins.max(1))
    {
        let message = format!(
            "{lifetime_duration_mins} min are no whole intervals of {analysis_interval_mins} min"
        );
        found.push(issue("/lifetimeDurationMins".into(), message));
    }
    let lookback = ("lookbackMins", configuration.lookback_mins);
    for (name, minutes) in [(name, first), lookback] {
        let values = minutes * 60 / step_secs.max(1);
        if minutes > 0 && values < LEAST_VALUES {
            let message = format!(
                "a judgement of {values} values a side: there is no 98 % interval with fewer than \
                 {LEAST_VALUES}, and chance would convict"
            );
            found.push(issue(format!("/{name}"), message));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::issues;
    use crate::configuration::{Configuration, SCHEMA};
    use serde_json::{Value, json};

    const METRIC: &str = "/properties/metrics/items/properties";

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).unwrap()
    }

    /// What the schema says of the fields at `pointer`, as far as it gives defaults.
    fn defaults(pointer: &str) -> Value {
        let properties = schema().pointer(pointer).unwrap().clone();
        let fields = properties.as_object().unwrap().iter();
        fields.filter_map(|(k, v)| v.get("default").map(|d| (k.clone(), d.clone()))).collect()
    }

    fn query() -> Value {
        json!({ "namespace": "AWS/ECS", "name": "CPUUtilization", "of": "canary" })
    }

    /// A metric with more fields and others instead; null takes one away.
    fn metric(more: &Value) -> Value {
        let mut metric = json!({ "name": "load", "query": query() });
        for (name, value) in more.as_object().unwrap() {
            match value {
                Value::Null => drop(metric.as_object_mut().unwrap().remove(name)),
                value => metric[name] = value.clone(),
            }
        }
        metric
    }

    fn with(metric: &Value, more: &Value) -> Value {
        let mut configuration = json!({ "metrics": [metric] });
        configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        configuration
    }

    #[test]
    fn the_defaults_of_the_schema_are_those_of_the_gate() {
        let read = |value: &Value| Configuration::read(&value.to_string()).unwrap();
        let mut said = metric(&defaults(METRIC));
        for nested in ["effectSize", "outliers"] {
            said[nested] = defaults(&format!("{METRIC}/{nested}/properties"));
        }
        let of_query = defaults("/$defs/query/properties");
        said["query"].as_object_mut().unwrap().extend(of_query.as_object().unwrap().clone());
        let mut whole = with(&said, &defaults("/properties"));
        whole["scoreThresholds"] = defaults("/properties/scoreThresholds/properties");
        assert_eq!(read(&whole), read(&with(&metric(&json!({})), &json!({}))));
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
        let plain = metric(&json!({}));
        each("/properties", &|name, example| match name {
            "metrics" => json!({ "metrics": example }),
            _ => with(&plain, &json!({ name: example })),
        });
        each(METRIC, &|name, example| with(&metric(&json!({ name: example })), &json!({})));
        each("/$defs/query/properties", &|name, example| {
            let mut query = query();
            query[name] = example.clone();
            with(&metric(&json!({ "query": query })), &json!({}))
        });
        assert!(checked > 20, "{checked}");
        let unknown = with(&metric(&json!({ "treshold": 1 })), &json!({}));
        assert!(!validator.is_valid(&unknown));
        assert_eq!(issues(&unknown.to_string()).len(), 1);
        let whole = &schema["properties"]["metrics"]["examples"][0];
        assert_eq!(issues(&json!({ "metrics": whole }).to_string()), []);
    }

    #[test]
    fn what_the_schema_cannot_say_is_said_at_its_place() {
        let of_metric = |more: Value| with(&metric(&more), &json!({}));
        let of_all = |more: Value| with(&metric(&json!({})), &more);
        let baseline = json!({ "namespace": "AWS/ECS", "name": "Load", "of": "baseline" });
        let queue = json!({ "namespace": "AWS/SQS", "name": "Age", "dimensions": {} });
        for (configuration, pointer, message) in [
            (of_metric(json!({ "query": null })), "/metrics/0", "neither a query nor queries"),
            (of_metric(json!({ "query": baseline })), "/metrics/0", "say `of: canary`"),
            (of_metric(json!({ "query": queue })), "/metrics/0", "the same series"),
            (
                of_metric(json!({ "query": null, "queries": { "a": query() }, "expression": "b" })),
                "/metrics/0/expression",
                "`b` is none of the queries: a",
            ),
            (
                of_all(json!({ "groupWeights": { "al": 50 } })),
                "/groupWeights/al",
                "no metric is in this group",
            ),
            (of_all(json!({ "groupWeights": { "all": 50 } })), "/groupWeights", "not to 100"),
            (
                of_all(json!({ "scoreThresholds": { "pass": 50 } })),
                "/scoreThresholds/marginal",
                "75 is above pass (50)",
            ),
            (of_all(json!({ "stepSecs": 90 })), "/stepSecs", "whole minutes"),
            (of_all(json!({ "stepSecs": 180 })), "/analysisIntervalMins", "no whole periods"),
            (
                of_all(json!({ "lifetimeDurationMins": 12 })),
                "/lifetimeDurationMins",
                "no whole intervals of 5 min",
            ),
            (
                of_all(json!({ "analysisIntervalMins": 2 })),
                "/analysisIntervalMins",
                "2 values a side",
            ),
            (
                of_all(json!({ "judge": "at-end", "lifetimeDurationMins": 3 })),
                "/lifetimeDurationMins",
                "3 values a side",
            ),
            (of_all(json!({ "lookbackMins": 4 })), "/lookbackMins", "4 values a side"),
        ] {
            let found = issues(&configuration.to_string());
            let here =
                found.iter().find(|it| it.pointer == pointer && it.message.contains(message));
            assert!(here.is_some(), "{configuration}: {found:?}");
        }
    }

    #[test]
    fn two_metrics_of_one_name_and_too_many_series_are_issues() {
        let twice = json!({ "metrics": [metric(&json!({})), metric(&json!({}))] });
        assert_eq!(issues(&twice.to_string())[0].pointer, "/metrics/1/name");
        let queries: Value = (0..10).map(|i| (format!("m{i}"), query())).collect();
        let sum: Vec<String> = (0..10).map(|i| format!("m{i}")).collect();
        let many = (0..5).map(|i| {
            let (name, expression) = (format!("n{i}"), sum.join(" + "));
            metric(&json!({
                "name": name, "query": null, "queries": queries, "expression": expression,
            }))
        });
        let found = issues(&json!({ "metrics": many.collect::<Vec<_>>() }).to_string());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("110 series"), "{}", found[0].message);
    }
}
