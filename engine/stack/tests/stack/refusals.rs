//! What stands against a template is said at its place in the file, all of it at once.

use crate::support::{found, init, refused, small};

#[test]
fn what_the_account_lacks_is_named() {
    let image = "{{account_id}}.dkr.ecr.{{region}}.amazonaws.com/team/gone:1";
    let container = format!("image: \"{image}\"\n      secrets: {{ TOKEN: gone/token }}\n");
    let file = small(&[("image: nginx:1.25\n", &container)]);
    let expected = [
        "/service/containers/0/image: there is no image `123456789012.dkr.ecr.eu-west-3.amazonaws.com/team/gone:1` in this account's registry",
        "/service/containers/0/secrets: there is no secret or parameter `gone/token` in this account and region",
    ];
    assert_eq!(refused(&file, &found("private-first")), expected);
}

#[test]
fn a_name_without_a_zone_and_a_name_at_its_apex_are_refused() {
    let file = small(&[("webapi.example.com", "[webapi.example.org, Example.com.]")]);
    let said = init(&file, &found("private-first")).unwrap_err();
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    let expected = [
        "/service/fqdn/0: no hosted zone of this account holds `webapi.example.org`",
        "/service/fqdn/1: `example.com` is the apex of its zone, where no CNAME can stand",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_template_over_the_limit_is_refused_with_its_size() {
    let environment =
        format!("      environment: {{ LONG: {} }}\n      port_mappings", "x".repeat(51_200));
    let said = refused(&small(&[("      port_mappings", &environment)]), &found("private-first"));
    let [said] = said.as_slice() else { unreachable!("{said:?}") };
    let words = said.split_whitespace().filter_map(|word| word.parse::<usize>().ok());
    let sizes: Vec<usize> = words.collect();
    assert!(sizes[0] > 51_200 && sizes[1] == stack::MOST_BYTES, "{said}");
}

/// A change of the small file, and the place of what is said then.
const CONFLICTS: [(&str, &str, &str); 14] = [
    ("  containers:", "  network_mode: awsvpc\n  containers:", "/service/network"),
    (
        "  containers:",
        "  requires_compatibilities: [EXTERNAL]\n  containers:",
        "/service/requires_compatibilities",
    ),
    ("  containers:", "  platform_version: 1.4.0\n  containers:", "/service/platform_version"),
    (
        "  containers:",
        "  scheduling_strategy: DAEMON\n  placement_strategies: [{ type: random }]\n  containers:",
        "/service/placement_strategies",
    ),
    (
        "  containers:",
        "  iam_roles: { task_role: [{ name: A, actions: [a:b] }, { name: A, actions: [c:d] }] }\n  containers:",
        "/service/iam_roles/task_role/1/name",
    ),
    ("version: 1.0.0", "version: \"1.0!\"", "/service/version"),
    (
        "image: nginx:1.25",
        "image: nginx:1.25\n      secrets: { A: no-kms }\n      environment: { A: b }",
        "/service/containers/0/secrets",
    ),
    (
        "host_port: 0 }]",
        "host_port: 80 }]\n  network_mode: host",
        "/service/containers/0/port_mappings/0/host_port",
    ),
    (
        "host_port: 0 }]",
        "host_port: 0 }]\n      links: [web]\n  network_mode: awsvpc\n  network: { subnets: [s] }",
        "/service/containers/0/links",
    ),
    (
        "host_port: 0 }]",
        "host_port: 0 }]\n      privileged: true\n  network_mode: awsvpc\n  network: { subnets: [s] }\n  requires_compatibilities: [FARGATE]\n  cpu: 256\n  memory: 512",
        "/service/containers/0/privileged",
    ),
    (
        "host_port: 0 }]",
        "host_port: 0 }]\n  volumes: [{ name: a, host: { source_path: /a } }]\n  network_mode: awsvpc\n  network: { subnets: [s] }\n  requires_compatibilities: [FARGATE]\n  cpu: 256\n  memory: 512",
        "/service/volumes/0",
    ),
    ("port: 80\n", "port: 80\n    ssl_policy: P\n", "/listeners/0/ssl_policy"),
    ("port: 80\n", "port: 80\n    certificates: [x.example.com]\n", "/listeners/0/certificates"),
    (
        "host_port: 0 }]",
        "host_port: 0 }]\n  placement_constraints: [{ type: distinctInstance }]\n  network_mode: awsvpc\n  network: { subnets: [s] }\n  requires_compatibilities: [FARGATE]\n  cpu: 256\n  memory: 512",
        "/service/placement_constraints",
    ),
];

#[test]
fn fields_that_exclude_each_other_are_refused_at_their_place() {
    for (from, to, place) in CONFLICTS {
        let said = refused(&small(&[(from, to)]), &found("private-first"));
        let [said] = said.as_slice() else { unreachable!("{to}: {said:?}") };
        assert!(said.starts_with(&format!("{place}: ")), "{place}: {said}");
    }
}
