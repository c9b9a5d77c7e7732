//! What discovery must look for.

use std::collections::BTreeSet;

use stack::{Wanted, wanted};

use crate::support::{data, file, found, parameters};

fn texts(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn everything_a_file_names_is_looked_for_once() {
    let text = std::fs::read_to_string(data().join("files/instances.yml")).unwrap();
    let expected = Wanted {
        names: ["webapi.example.com", "webapi.stage.example.co.uk"].map(str::to_owned).to_vec(),
        certificates: texts(&["*.example.com", "*.example.net", "api.example.com"]),
        secrets: texts(&[
            "no-kms",
            "arn:aws:secretsmanager:eu-west-3:123456789012:secret:shop/db-a1B2c3",
            "arn:aws:ssm:eu-west-3:123456789012:parameter/splunk",
        ]),
        images: texts(&["123456789012.dkr.ecr.eu-west-3.amazonaws.com/webapi:1.0.0"]),
    };
    assert_eq!(wanted(&file(&text).unwrap(), &parameters()), expected);
}

#[test]
fn images_of_other_accounts_regions_and_registries_are_not_looked_for() {
    let own = "123456789012.dkr.ecr.eu-west-3.amazonaws.com.cn/team/webapi@sha256:0";
    let others = [
        "nginx",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/webapi",
        "999999999999.dkr.ecr.eu-west-3.amazonaws.com/webapi",
        "123456789012.dkr.ecr.eu-west-3.example.com/webapi",
    ];
    for (image, expected) in
        [(own, texts(&[own]))].into_iter().chain(others.map(|it| (it, texts(&[]))))
    {
        let file = crate::support::small(&[("nginx:1.25", image)]);
        assert_eq!(wanted(&file, &parameters()).images, expected, "{image}");
    }
}

#[test]
fn cloudwatch_calls_a_balancer_by_the_end_of_its_arn() {
    assert_eq!(found("private-first").green.full_name(), "app/private-1/50dc6c495c0c9181");
}
