//! From a file to the plan: defaults, order, names, gates of the command line.

use manifest::{CommandLine, Lowered, Variable, lower, parse};
use rollout::{OnInconclusive, OnInterrupt, Phase, Plan, Step};

use crate::{parameters, plugins, with_canary};

fn lowered(canary: &str, plugin: &[&str], grant: &[&str]) -> Result<Lowered, String> {
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let flags = CommandLine { plugins: owned(plugin), grants: owned(grant) };
    parse("svc.yml", with_canary(canary))
        .and_then(|parsed| lower(&parsed, &parameters(), &plugins(), &flags))
        .map_err(|said| said.render(false))
}

fn plan(canary: &str) -> Plan {
    lowered(canary, &[], &[]).unwrap().plan
}

fn outline(steps: &[Step]) -> Vec<(u8, u32, u32)> {
    steps.iter().map(|step| (step.weight.percent(), step.wait_s, step.max_wait_s)).collect()
}

#[test]
fn a_file_without_strategy_has_the_one_step_100_and_every_default() {
    let plan = plan("");
    assert_eq!(outline(&plan.steps), [(100, 60, 3660)]);
    assert_eq!((plan.scale.desired, plan.scale.wait_s, plan.scale.max_wait_s), (2, 60, 600));
    assert_eq!((plan.drain_s, plan.ttl_s), (300, 60));
    assert_eq!(plan.on_interrupt, OnInterrupt::Default);
    assert_eq!(plan.on_inconclusive, OnInconclusive::Rollback);
    assert!(plan.gates.is_empty() && plan.preflight.is_none());
}

#[test]
fn steps_are_taken_in_rising_weight_and_100_is_appended_with_the_bake() {
    let plan = plan(
        "  strategy: [{ weight: 60, wait: 2m }, { weight: 10, wait: 70, max_wait: 900 }, {}]
  bake: 300",
    );
    assert_eq!(
        outline(&plan.steps),
        [(10, 70, 900), (50, 60, 3660), (60, 120, 3720), (100, 300, 3900)]
    );
}

#[test]
fn the_wait_at_100_may_stand_in_its_step_or_as_the_bake() {
    let in_step = plan("  strategy: [{ weight: 100, wait: 90, max_wait: 1h }]");
    assert_eq!(outline(&in_step.steps), [(100, 90, 3600)]);
    let as_bake = plan("  strategy: [{ weight: 100 }]\n  bake: 90");
    assert_eq!(outline(&as_bake.steps), [(100, 90, 3690)]);
}

#[test]
fn a_gate_has_its_plugins_name_and_every_default() {
    let plan = plan("  gates: [{ plugin: builtin:latency }]\n  strategy: [{ weight: 10 }]");
    let gate = plan.gate("latency").unwrap();
    assert_eq!((gate.every_s, gate.timeout_s, gate.patience_s), (15, 10, 300));
    assert_eq!(gate.phases.iter().copied().collect::<Vec<_>>(), [Phase::Shift, Phase::Bake]);
    assert_eq!(gate.limits, rollout::Limits::default());
    assert_eq!(gate.config, serde_json::json!({}));
    assert!(plan.steps.iter().all(|step| step.gates == ["latency"]));
}

#[test]
fn a_step_asks_the_gates_it_names_in_the_phases_they_have() {
    let plan = plan(
        "  gates:\n    - { name: a, plugin: builtin:latency, phases: [shift] }\n    \
         - { name: b, plugin: builtin:error-rate, phases: [preflight, bake] }\n  \
         strategy: [{ weight: 10, gates: [a] }, { weight: 20, gates: [] }]\n  \
         preflight: { max_wait: 2m }",
    );
    let gates: Vec<&[String]> = plan.steps.iter().map(|step| step.gates.as_slice()).collect();
    assert_eq!(gates, [&["a".to_owned()][..], &[], &["b".to_owned()]]);
    assert_eq!(plan.preflight.map(|preflight| preflight.max_wait_s), Some(120));
}

#[test]
fn templates_are_filled_in_wherever_text_stands() {
    let canary = "  sns_topic_notifications:
    on_fail: \"arn:aws:sns:{{region}}:{{account_id}}:f\"";
    let lowered = lowered(canary, &[], &[]).unwrap();
    let plan = lowered.plan;
    assert_eq!(plan.topics.on_fail.unwrap(), "arn:aws:sns:eu-west-3:012345678901:f");
    assert_eq!(plan.names, ["webapi.example.com"]);
    assert_eq!(plan.service.cluster, "stage-ecs-cluster");
    assert_eq!(plan.service.key(), "private#webapi#stage#eu-west-3");
    let image = &lowered.file.service.containers[0].image;
    assert_eq!(image, "012345678901.dkr.ecr.eu-west-3.amazonaws.com/webapi:1.0.0");
}

#[test]
fn the_address_on_the_internet_is_needed_only_where_a_file_uses_it() {
    let parsed = parse("svc.yml", with_canary("")).unwrap();
    assert!(!parsed.uses(Variable::ExternalIp) && parsed.uses(Variable::Name));
    let parsed =
        parse("svc.yml", with_canary("  ttl: 60\n  dns_role_arn: \"arn:{{external_ip}}\""))
            .unwrap();
    assert!(parsed.uses(Variable::ExternalIp));
    let nowhere = manifest::Parameters { external_ip: None, ..parameters() };
    let said = lower(&parsed, &nowhere, &plugins(), &CommandLine::default()).unwrap_err();
    assert!(said.render(false).contains("svc.yml:5:17"), "{said}");
}

#[test]
fn an_added_gate_is_asked_at_every_step_whatever_the_steps_name() {
    let canary = "  gates: [{ name: errors, plugin: builtin:error-rate }]
  strategy: [{ weight: 10, gates: [] }]";
    let plan = lowered(canary, &["builtin:latency"], &[]).unwrap().plan;
    assert_eq!(plan.steps[0].gates, ["latency"]);
    assert_eq!(plan.steps[1].gates, ["errors", "latency"]);
    assert_eq!(plan.gate("latency").unwrap().plugin, "builtin:latency");
}

#[test]
fn an_added_gate_gets_the_grants_of_its_flags() {
    let plugin = ["gates/checkout.wasm"];
    let grants = ["checkout:metrics=MyTeam/Checkout", "checkout:http=https://green"];
    let plan = lowered("", &plugin, &grants).unwrap().plan;
    let granted = &plan.gate("checkout").unwrap().grants;
    assert_eq!(granted.metrics, ["MyTeam/Checkout"]);
    assert_eq!(granted.http[0].origin, "https://green");
}

/// What is wrong with flags is said in the look of what is wrong with files.
#[test]
fn flags_that_cannot_be_followed_are_pointed_at() {
    let file = "  gates: [{ plugin: builtin:latency }]";
    let cases: [(&[&str], &[&str], &str); 7] = [
        (&["builtin:latency"], &[], "there is a gate `latency` already"),
        (&["builtin:latncy"], &[], "did you mean `builtin:latency`?"),
        (&["x.wasm"], &[], "nothing is known of the plugin `x.wasm`"),
        (&["gates/checkout.wasm"], &[], "--grant checkout:metrics=MyTeam/Checkout"),
        (&[], &["latency:http=https://green"], "stands in the file"),
        (&["builtin:error-rate"], &["error-rate:http=https://green/x"], "is no grant"),
        (&["builtin:error-rate"], &["error-rate"], "GATE:metrics=NAMESPACE"),
    ];
    for (plugin, grant, expected) in cases {
        let said = lowered(file, plugin, grant).unwrap_err();
        assert!(said.contains(expected) && said.contains("--> command line:1:"), "{said}");
    }
}

#[test]
fn a_grant_by_flag_that_nobody_wants_is_a_warning() {
    let lowered = lowered("", &["builtin:latency"], &["latency:metrics=AWS/EC2"]).unwrap();
    assert!(lowered.flag_warnings.render(false).contains("warning[unused-grant]"));
    assert!(lowered.warnings.is_empty());
}

#[test]
fn the_same_file_gives_the_same_plan() {
    let text = "  gates: [{ plugin: builtin:latency }]\n  strategy: [{ weight: 10 }]";
    assert_eq!(plan(text).hash(), plan(text).hash());
    assert_ne!(plan(text).hash(), plan("").hash());
}
