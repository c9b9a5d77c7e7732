//! The promises of safety that templates keep.

use std::collections::BTreeSet;

use manifest::file::DeploymentFile;
use serde_json::{Value, json};
use stack::{Found, is_vacancy, retained, vacancy};

use crate::support::{data, file, found, green, init, small};

fn instances() -> DeploymentFile {
    let text = std::fs::read_to_string(data().join("files/instances.yml")).unwrap();
    file(&text).unwrap()
}

#[test]
fn s03_both_records_of_a_name_are_made_together_with_everything_at_blue() {
    for deployment in ["private-first", "private-second"] {
        let found = found(deployment);
        let template = init(&instances(), &found).unwrap().template;
        let resources = template["Resources"].as_object().unwrap();
        let groups = resources.values().filter(|it| it["Type"] == "AWS::Route53::RecordSetGroup");
        let mut names = Vec::new();
        for group in groups {
            let [blue, green] = group["Properties"]["RecordSets"].as_array().unwrap().as_slice()
            else {
                unreachable!("two records: {group}")
            };
            assert_eq!((&blue["Weight"], &green["Weight"]), (&json!(100), &json!(0)));
            assert_eq!((&blue["Name"], &blue["TTL"]), (&green["Name"], &green["TTL"]));
            for (record, balancer) in [(blue, &found.blue), (green, &found.green)] {
                assert_eq!(record["SetIdentifier"], balancer.label);
                let parameter = record["ResourceRecords"][0]["Ref"].as_str().unwrap();
                assert_eq!(template["Parameters"][parameter]["Default"], balancer.dns_name);
            }
            names.push(blue["Name"].as_str().unwrap().to_owned());
        }
        names.sort();
        assert_eq!(names, ["webapi.example.com", "webapi.stage.example.co.uk"]);
    }
}

#[test]
fn s15_a_second_rendering_is_the_first() {
    let found = found("private-first");
    let kept: Found = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    let (first, second) =
        (green(&instances(), &found).unwrap(), green(&instances(), &kept).unwrap());
    assert_eq!(first, second);
    assert_eq!(first.body(), second.body());
}

#[test]
fn s16_a_secret_is_in_no_template_and_in_no_log() {
    let rendered = green(&instances(), &found("private-first")).unwrap();
    assert!(!rendered.body().contains("s3cr3t"));
    assert!(!format!("{rendered:?}").contains("s3cr3t"));
    let [secret] = rendered.secrets.as_slice() else { unreachable!("one secret") };
    assert_eq!(secret.value.reveal(), "s3cr3t");
    let declared = &rendered.template["Parameters"][&secret.name];
    assert_eq!((&declared["NoEcho"], &declared["Default"]), (&json!(true), &Value::Null));
}

#[test]
fn s16_a_digest_tells_secrets_apart_and_nothing_between_deployments() {
    let text = std::fs::read_to_string(data().join("files/instances.yml")).unwrap();
    let found = found("private-first");
    let of = |text: &str| green(&file(text).unwrap(), &found).unwrap();
    let (own, other) = (of(&text), of(&text.replace("s3cr3t", "0ther5")));
    assert_eq!(own.secrets_digest("one"), of(&text).secrets_digest("one"));
    let digests =
        [own.secrets_digest("one"), own.secrets_digest("two"), other.secrets_digest("one")];
    assert_eq!(BTreeSet::from(digests).len(), 3);
    let none = stack::Rendered { secrets: Vec::new(), ..own };
    assert_eq!(none.secrets_digest("one"), None);
}

#[test]
fn s16_a_file_whose_secrets_are_masked_renders_the_same_template() {
    let text = std::fs::read_to_string(data().join("files/instances.yml")).unwrap();
    let masked = manifest::parse("svc.yml", &text).unwrap().source().text().to_owned();
    assert!(!masked.contains("s3cr3t"));
    let found = found("private-first");
    let (whole, masked) = (green(&instances(), &found), green(&file(&masked).unwrap(), &found));
    assert_eq!(whole.unwrap().template, masked.unwrap().template);
}

#[test]
fn s17_a_certificate_on_somebody_elses_listener_stays_when_the_stack_goes() {
    let template = green(&instances(), &found("private-first")).unwrap().template;
    let theirs = &template["Resources"]["ListenerCertificate1WebApi8081"];
    assert_eq!(theirs["DeletionPolicy"], "Retain");
    let our_own = &template["Resources"]["ListenerCertificate1WebApi8080On8443"];
    assert_eq!(our_own["DeletionPolicy"], Value::Null);
}

#[test]
fn s17_a_listener_that_others_use_outlives_its_stack_and_forwards_nowhere() {
    let template = green(&instances(), &found("private-first")).unwrap().template;
    let (kept, ours) = ("ListenerWebApi8080On8443", "ListenerWebApi8080");
    let answer = vacancy("stage", "webapi");
    let ids = BTreeSet::from([kept.to_owned(), "Service".to_owned()]);
    let after = retained(&template, &ids, &answer);
    let listener = &after["Resources"][kept];
    assert_eq!(listener["DeletionPolicy"], "Retain");
    let action = &listener["Properties"]["DefaultActions"];
    assert_eq!(action[0]["FixedResponseConfig"]["StatusCode"], "503");
    assert_eq!(action[0]["FixedResponseConfig"]["MessageBody"], answer);
    assert!(!listener.to_string().contains("TargetGroup"), "{listener}");
    let certificate = &after["Resources"]["ListenerCertificate1WebApi8080On8443"];
    assert_eq!(certificate["DeletionPolicy"], "Retain");
    for untouched in [ours, "Service"] {
        assert_eq!(after["Resources"][untouched], template["Resources"][untouched]);
    }
}

#[test]
fn s17_a_template_that_is_none_is_left_as_it_is() {
    let all = BTreeSet::from(["L".to_owned()]);
    for strange in [
        json!(null),
        json!({ "Resources": [] }),
        json!({ "Resources": { "L": 1, "M": { "Type": "AWS::ElasticLoadBalancingV2::ListenerCertificate" } } }),
    ] {
        assert_eq!(retained(&strange, &all, "gone"), strange);
    }
}

#[test]
fn s17_what_a_left_listener_answers_tells_its_service_to_nobody_else() {
    let [own, other] = ["webapi", "shop"].map(|service| vacancy("stage", service));
    assert_ne!(own, other);
    assert_ne!(own, vacancy("prod", "webapi"));
    assert!(is_vacancy(&own) && !own.contains("webapi"), "{own}");
    assert!(!is_vacancy("Not here"));
}

#[test]
fn s12_a_stack_is_known_by_its_deployment_and_service() {
    let rendered = green(&small(&[]), &found("private-first")).unwrap();
    let tags: Vec<(&str, &str)> =
        rendered.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(
        tags,
        [
            ("Project", "demo"),
            ("Service", "webapi"),
            ("Environment", "stage"),
            ("Version", "1.0.0"),
            ("EcsCrdDeployment", crate::support::DEPLOYMENT),
        ]
    );
}
