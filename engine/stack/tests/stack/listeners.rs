//! Listeners, rules and certificates: our own, and those on a listener that stands already.

use serde_json::{Value, json};
use stack::Found;

use crate::support::{found, green, of_type, refused, resources, small};

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const CERTIFICATE: &str = "AWS::ElasticLoadBalancingV2::ListenerCertificate";

/// A listener that stands on port 443 of the account's private balancer, and our rule on it.
const SHARED: (&str, &str) = (
    "port: 80\n",
    "port: 443\n    certificates: [api.example.com, \"*.example.net\"]\n    rules: [{ conditions: [{ field: host-header, values: [a.example.com] }] }]\n",
);

fn shared(found: &Found) -> Value {
    green(&small(&[SHARED]), found).unwrap().template["Resources"].take()
}

fn certificates(resources: &Value) -> Vec<&str> {
    of_type(resources, CERTIFICATE)
        .into_iter()
        .map(|(_, it)| it["Properties"]["Certificates"][0]["CertificateArn"].as_str().unwrap())
        .collect()
}

#[test]
fn a_service_waits_until_the_balancer_knows_its_target_groups() {
    assert_eq!(resources(&small(&[]))["Service"]["DependsOn"], "ListenerWeb8080");
    let resources = shared(&found("private-first"));
    assert_eq!(resources["Service"]["DependsOn"], "ListenerRule1Web8080");
}

#[test]
fn a_second_listener_of_a_container_port_is_not_dropped() {
    let second =
        "listeners:\n  - { port: 81, target_group: { container: { name: web, port: 8080 } } }";
    let resources = resources(&small(&[("listeners:", second)]));
    let ports: Vec<_> = of_type(&resources, LISTENER)
        .into_iter()
        .map(|(id, it)| (id, it["Properties"]["Port"].as_i64().unwrap()))
        .collect();
    assert_eq!(ports, [("ListenerWeb8080", 81), ("ListenerWeb8080On80", 80)]);
}

#[test]
fn rules_of_a_new_listener_are_not_dropped() {
    let rules = "port: 80\n    rules: [{ conditions: [{ field: path-pattern, values: [/x] }] }]";
    let resources = resources(&small(&[("port: 80\n", &format!("{rules}\n"))]));
    let rule = &of_type(&resources, RULE)[0].1["Properties"];
    assert_eq!(rule["ListenerArn"], json!({ "Ref": "ListenerWeb8080" }));
    assert_eq!(
        resources["Service"]["DependsOn"],
        json!(["ListenerWeb8080", "ListenerRule1Web8080"])
    );
}

#[test]
fn every_certificate_has_a_resource_of_its_own() {
    let found = found("private-first");
    let resources = shared(&found);
    let arns =
        ["api.example.com", "*.example.net"].map(|domain| found.certificates[domain].as_str());
    assert_eq!(certificates(&resources), arns);
    assert!(
        of_type(&resources, CERTIFICATE)
            .iter()
            .all(|(_, it)| { it["Properties"]["Certificates"].as_array().unwrap().len() == 1 })
    );
}

#[test]
fn a_certificate_that_the_listener_has_is_not_added() {
    let mut found = found("private-first");
    let arn = found.certificates["api.example.com"].clone();
    found.listeners[0].certificates.insert(arn);
    assert_eq!(certificates(&shared(&found)), [found.certificates["*.example.net"].as_str()]);
}

#[test]
fn a_certificate_that_acm_does_not_have_is_refused() {
    let https =
        "port: 8443\n    protocol: HTTPS\n    certificates: [\"*.example.com\", gone.example.org]";
    let file = small(&[("port: 80\n", &format!("{https}\n"))]);
    let expected =
        "/listeners/0/certificates/1: ACM has no issued certificate for `gone.example.org`";
    assert_eq!(refused(&file, &found("private-first")), [expected]);
}

#[test]
fn a_port_that_is_listened_on_needs_rules() {
    let file = small(&[("port: 80\n", "port: 443\n")]);
    let said = refused(&file, &found("private-first"));
    let port =
        "/listeners/0/port: port 443 is listened on already: give rules, or take another port";
    assert_eq!(said[0], port);
}

/// Port 443 is listened on by what this service has left there.
fn left(service: &str) -> Found {
    let mut found = found("private-first");
    found.listeners[0].vacancy = Some(stack::vacancy("stage", service));
    found
}

#[test]
fn s17_a_service_is_the_default_again_on_the_listener_it_left() {
    let without_rules = small(&[("port: 80\n", "port: 443\n")]);
    let (from, to) = SHARED;
    for (file, others) in [(without_rules, 0), (small(&[(from, to)]), 1)] {
        let resources = green(&file, &left("webapi")).unwrap().template["Resources"].take();
        assert_eq!(of_type(&resources, LISTENER).len(), 0);
        assert_eq!(of_type(&resources, RULE).len(), 1 + others);
        let last = &resources["ListenerRuleLastWeb8080"]["Properties"];
        assert_eq!(
            (&last["Priority"], &last["ListenerArn"]),
            (&json!(50_000), &json!(left("webapi").listeners[0].arn),)
        );
        let any = json!([{ "Field": "path-pattern", "PathPatternConfig": { "Values": ["*"] } }]);
        assert_eq!(last["Conditions"], any);
        let group = json!({ "Ref": "TargetGroupWeb8080" });
        assert_eq!(last["Actions"][0]["TargetGroupArn"], group);
        let waits = resources["Service"]["DependsOn"].to_string();
        assert!(waits.contains("ListenerRuleLastWeb8080"), "{waits}");
    }
}

#[test]
fn s17_a_listener_that_another_service_left_is_not_taken_up() {
    let file = small(&[("port: 80\n", "port: 443\n")]);
    let mut found = left("shop");
    let said = refused(&file, &found);
    assert!(said[0].starts_with("/listeners/0/port: port 443 is listened on already"), "{said:?}");
    assert!(!said[0].contains("delete-listener"), "somebody uses it: {said:?}");
    found.listeners[0].priorities.clear();
    let said = refused(&file, &found);
    assert!(said[0].contains(&format!("--listener-arn {}", found.listeners[0].arn)), "{said:?}");
}

#[test]
fn s17_a_rule_of_others_for_the_rest_is_in_the_way_of_the_first_owner() {
    let file = small(&[("port: 80\n", "port: 443\n")]);
    let mut found = left("webapi");
    found.listeners[0].priorities.insert(50_000);
    let said = refused(&file, &found);
    assert!(said[0].starts_with("/listeners/0/port: another rule"), "{said:?}");
}

#[test]
fn what_a_file_says_of_somebody_elses_listener_must_be_true() {
    let mut found = found("private-first");
    let (from, to) = SHARED;
    let policy =
        small(&[(from, &format!("{to}    ssl_policy: ELBSecurityPolicy-TLS13-1-2-2021-06\n"))]);
    let expected = "/listeners/0/ssl_policy: the listener on port 443 has ELBSecurityPolicy-2016-08, and is not ours to change";
    assert_eq!(refused(&policy, &found), [expected]);
    let https = small(&[(from, &format!("{to}    protocol: HTTPS\n"))]);
    found.listeners[0].protocol = manifest::file::Protocol::Http;
    let expected = [
        "/listeners/0/protocol: the listener on port 443 speaks HTTP",
        "/listeners/0/certificates: the listener on port 443 speaks HTTP, without certificates",
    ];
    assert_eq!(refused(&https, &found), expected);
}

#[test]
fn a_priority_that_is_taken_is_refused_at_its_rule() {
    let (from, to) = SHARED;
    let file = small(&[(from, &to.replace("[{ conditions", "[{ priority: 10, conditions"))]);
    let expected = "/listeners/0/rules/0: another rule of the listener on port 443 has the priority 10 already";
    let said = refused(&file, &found("private-first"));
    assert!(said.contains(&expected.to_owned()), "{said:?}");
}

#[test]
fn a_target_group_that_no_rule_forwards_to_is_refused() {
    let (from, to) = SHARED;
    let answer = "actions: [{ type: fixed-response, config: { status_code: 503 } }], conditions";
    let file = small(&[(from, &to.replace("conditions", answer))]);
    let said = refused(&file, &found("private-first"));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("/target_groups/0: no rule forwards"), "{said:?}");
}

#[test]
fn a_condition_on_a_header_names_the_header() {
    let condition = "{ field: http-header, http_header_name: X-Canary, values: [always] }";
    let rules = format!("port: 80\n    rules: [{{ conditions: [{condition}] }}]\n");
    let resources = resources(&small(&[("port: 80\n", &rules)]));
    let expected = json!([{
        "Field": "http-header",
        "HttpHeaderConfig": { "HttpHeaderName": "X-Canary", "Values": ["always"] },
    }]);
    assert_eq!(of_type(&resources, RULE)[0].1["Properties"]["Conditions"], expected);
}
