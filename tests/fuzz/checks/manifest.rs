//! Whatever a deployment file holds: a plan, or words about places in it, and never a panic.

use std::sync::LazyLock;

use manifest::{CommandLine, Diagnostics, Parameters, Plugins, lower, parse};
use rollout::Plan;

static PLUGINS: LazyLock<Plugins> = LazyLock::new(Plugins::built_in);

/// Reads the bytes as a deployment file.
pub(crate) fn check(bytes: &[u8]) {
    let parameters = Parameters {
        environment: "stage".to_owned(),
        region: "eu-west-3".to_owned(),
        account_id: "012345678901".to_owned(),
        external_ip: Some("192.0.2.7".to_owned()),
    };
    let parsed = match parse("svc.yml", bytes) {
        Ok(parsed) => parsed,
        Err(said) => return check_words(&said),
    };
    check_words(parsed.warnings());
    match lower(&parsed, &parameters, &PLUGINS, &CommandLine::default()) {
        Err(said) => check_words(&said),
        Ok(lowered) => {
            check_words(&lowered.warnings);
            check_kept(&lowered.plan);
        }
    }
}

/// Every place is in the text, and can be shown.
fn check_words(said: &Diagnostics) {
    let length = said.source().text().len();
    for item in said.items() {
        let inside = item.span.start <= item.span.end && item.span.end <= length;
        assert!(inside, "`{}` points outside the text", item.title);
        assert!(said.position(item).line <= said.source().text().lines().count().max(1) + 1);
    }
    assert!(said.is_empty() || !said.render(true).is_empty());
}

/// The plan comes back from the journal as it went.
fn check_kept(plan: &Plan) {
    let kept = serde_json::to_string(plan).expect("a plan can be written");
    let read: Plan = serde_json::from_str(&kept).expect("a plan can be read");
    assert_eq!(&read, plan, "the journal keeps another plan");
}
