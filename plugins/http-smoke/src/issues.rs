//! What the schema cannot say about a configuration.

use crate::configuration::{Configuration, Expect, Request};
use crate::pattern::pattern;
use gate_sdk::Issue;
use std::collections::BTreeSet;

/// What the host fills into a URL.
const PLACEHOLDERS: [&str; 3] = ["{green}", "{blue}", "{fqdn}"];
/// A request's headers and body: the host's bounds.
const MOST_HEADER_BYTES: usize = 8 << 10;

/// All of it, with JSON pointers.
pub(crate) fn issues(json: &str) -> Vec<Issue> {
    let configuration = match Configuration::read(json) {
        Err(error) => return vec![issue(String::new(), error.to_string())],
        Ok(configuration) => configuration,
    };
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for (index, request) in configuration.requests.iter().enumerate() {
        let at = format!("/requests/{index}");
        if !names.insert(&request.name) {
            let message = format!("another request is called {:?} already", request.name);
            found.push(issue(format!("{at}/name"), message));
        }
        found.extend(of_url(request).map(|message| issue(format!("{at}/url"), message)));
        found.extend(of_headers(request, &at));
        found.extend(of_expectations(request, &format!("{at}/expect")));
    }
    found
}

fn issue(pointer: String, message: String) -> Issue {
    Issue { pointer, message }
}

fn of_url(request: &Request) -> Option<String> {
    let rest = PLACEHOLDERS.iter().fold(request.url.clone(), |url, name| url.replace(name, ""));
    if rest.contains(['{', '}']) {
        let known = PLACEHOLDERS.join(", ");
        return Some(format!("{:?} holds a name in braces that is none of {known}", request.url));
    }
    let blank = |c: char| c.is_control() || c.is_whitespace();
    request
        .url
        .contains(blank)
        .then(|| format!("{:?} holds a blank or a control character", request.url))
}

fn of_headers(request: &Request, at: &str) -> Vec<Issue> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let is_value = |value: &str| {
        value.len() <= MOST_HEADER_BYTES && value.chars().all(|c| c == '\t' || !c.is_control())
    };
    let wrong = request.headers.iter().filter(|(name, value)| {
        name.is_empty() || name.len() > 256 || !name.bytes().all(token) || !is_value(value)
    });
    wrong
        .map(|(name, _)| issue(format!("{at}/headers"), format!("{name:?} is no header to send")))
        .collect()
}

fn of_expectations(request: &Request, at: &str) -> Vec<Issue> {
    let Expect { headers, json, body_matches, max_ms, .. } = &request.expect;
    let mut found = Vec::new();
    for (index, rule) in headers.iter().enumerate() {
        let at = format!("{at}/headers/{index}");
        found.extend(of_pattern(rule.matches.as_deref(), format!("{at}/matches")));
        if !rule.present && (rule.equals.is_some() || rule.matches.is_some()) {
            let message = format!("{} must not be there, so it has no value to hold", rule.name);
            found.push(issue(format!("{at}/present"), message));
        }
    }
    for (index, rule) in json.iter().enumerate() {
        let at = format!("{at}/json/{index}");
        found.extend(of_pattern(rule.matches.as_deref(), format!("{at}/matches")));
        if !is_pointer(&rule.pointer) {
            let message =
                format!("{:?} is no JSON pointer: /a/0/b, ~ as ~0, / as ~1", rule.pointer);
            found.push(issue(format!("{at}/pointer"), message));
        }
        if !rule.exists && (rule.equals.is_some() || rule.matches.is_some()) {
            let message =
                format!("{:?} must not be there, so it has no value to hold", rule.pointer);
            found.push(issue(format!("{at}/exists"), message));
        }
    }
    found.extend(of_pattern(body_matches.as_deref(), format!("{at}/body_matches")));
    if let Some(ms) = max_ms.filter(|ms| *ms > f64::from(request.timeout_ms)) {
        let timeout_ms = request.timeout_ms;
        let message = format!("{ms} ms is above timeout_ms ({timeout_ms}), which ends the request");
        found.push(issue(format!("{at}/max_ms"), message));
    }
    found
}

fn of_pattern(text: Option<&str>, pointer: String) -> Option<Issue> {
    text.and_then(|text| pattern(text).err()).map(|message| issue(pointer, message))
}

/// RFC 6901: empty, or steps that each begin with `/`, in which `~` is followed by 0 or 1.
fn is_pointer(text: &str) -> bool {
    (text.is_empty() || text.starts_with('/'))
        && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

#[cfg(test)]
mod tests {
    use super::issues;
    use crate::configuration::{Configuration, Expect, OnFail, SCHEMA};
    use serde_json::{Value, json};

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).unwrap()
    }

    /// What the schema says of the fields below `pointer`, as far as it gives defaults.
    fn defaults(pointer: &str) -> Value {
        let properties = schema().pointer(pointer).unwrap()["properties"].clone();
        let fields = properties.as_object().unwrap().iter();
        fields.filter_map(|(k, v)| v.get("default").map(|d| (k.clone(), d.clone()))).collect()
    }

    fn with(request: Value) -> Value {
        json!({ "requests": [request] })
    }

    #[test]
    fn the_defaults_of_the_schema_are_those_of_the_gate() {
        let read = |value: &Value| Configuration::read(&value.to_string()).unwrap();
        let mut request = defaults("/properties/requests/items");
        request["name"] = json!("health");
        request["url"] = json!("https://{green}/");
        let mut said = defaults("");
        said["requests"] = json!([request]);
        let unsaid = read(&with(json!({ "name": "health", "url": "https://{green}/" })));
        assert_eq!(read(&said), unsaid);
        assert_eq!(unsaid.on_fail, OnFail::Hold);
        let expect = defaults("/properties/requests/items/properties/expect");
        assert_eq!(serde_json::from_value::<Expect>(expect).unwrap(), Expect::default());
    }

    #[test]
    fn every_example_is_valid_and_an_unknown_field_is_not() {
        let schema = schema();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let whole = |name: &str, example: &Value| match name {
            "requests" => json!({ "requests": example }),
            _ => {
                let request = json!({ "name": "a", "url": "https://{green}/" });
                json!({ "requests": [request], name: example })
            }
        };
        let request = |name: &str, example: &Value| {
            let mut request = json!({ "name": "a", "url": "https://{green}/" });
            request[name] = example.clone();
            with(request)
        };
        let expect = |name: &str, example: &Value| {
            let expect = json!({ name: example });
            with(json!({ "name": "a", "url": "https://{green}/", "expect": expect }))
        };
        let mut checked = 0;
        let mut check = |at: &str, whole: &dyn Fn(&str, &Value) -> Value| {
            for (name, property) in schema.pointer(at).unwrap().as_object().unwrap() {
                for example in property["examples"].as_array().into_iter().flatten() {
                    let configuration = whole(name, example);
                    assert!(validator.is_valid(&configuration), "{configuration}");
                    assert_eq!(issues(&configuration.to_string()), [], "{configuration}");
                    checked += 1;
                }
            }
        };
        check("/properties", &whole);
        check("/properties/requests/items/properties", &request);
        check("/properties/requests/items/properties/expect/properties", &expect);
        assert!(checked > 15, "{checked}");
        let unknown = request("urll", &json!("https://{green}/"));
        assert!(!validator.is_valid(&unknown));
        assert_eq!(issues(&unknown.to_string()).len(), 1);
    }

    #[test]
    fn what_the_schema_cannot_say_is_said_at_its_place() {
        let request = |more: Value| {
            let mut request = json!({ "name": "a", "url": "https://{green}/" });
            request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            request
        };
        for (more, pointer, message) in [
            (json!({ "url": "https://{grean}/" }), "/url", "{green}, {blue}, {fqdn}"),
            (json!({ "url": "https://{green}/a b" }), "/url", "a blank"),
            (json!({ "headers": { "a b": "" } }), "/headers", "no header to send"),
            (json!({ "headers": { "a": "b\r\nc: d" } }), "/headers", "no header to send"),
            (
                json!({ "expect": { "body_matches": "(a" } }),
                "/expect/body_matches",
                "no regular expression",
            ),
            (
                json!({ "expect": { "headers": [{ "name": "a", "matches": "[" }] } }),
                "/expect/headers/0/matches",
                "no regular expression",
            ),
            (
                json!({ "expect": { "headers": [{ "name": "a", "present": false, "equals": "b" }] } }),
                "/expect/headers/0/present",
                "has no value",
            ),
            (
                json!({ "expect": { "json": [{ "pointer": "a" }] } }),
                "/expect/json/0/pointer",
                "JSON pointer",
            ),
            (
                json!({ "expect": { "json": [{ "pointer": "/~2" }] } }),
                "/expect/json/0/pointer",
                "~0",
            ),
            (
                json!({ "expect": { "json": [{ "pointer": "/a", "exists": false, "equals": 1 }] } }),
                "/expect/json/0/exists",
                "has no value",
            ),
            (
                json!({ "timeout_ms": 500, "expect": { "max_ms": 800 } }),
                "/expect/max_ms",
                "above timeout_ms (500)",
            ),
        ] {
            let found = issues(&with(request(more)).to_string());
            assert_eq!(found.len(), 1, "{pointer}: {found:?}");
            assert_eq!(found[0].pointer, format!("/requests/0{pointer}"));
            assert!(found[0].message.contains(message), "{pointer}: {}", found[0].message);
        }
    }

    #[test]
    fn two_requests_of_one_name_are_an_issue() {
        let request = json!({ "name": "a", "url": "https://{green}/" });
        let found = issues(&json!({ "requests": [request, request] }).to_string());
        assert_eq!(found[0].pointer, "/requests/1/name");
    }
}
