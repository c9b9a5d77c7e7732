//! What a schema cannot say about a scenario.

use rollout::Stack;

use super::{Moment, Scenario, Unhealthy};

impl Scenario {
    /// What a schema cannot say: contradictions, and things that can never happen. Each with its
    /// JSON pointer, and a sentence that says what is wrong and what would be right.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut say = |pointer: String, sentence: String| problems.push((pointer, sentence));
        if self.canary.pending && self.canary.crash.is_some() {
            say(
                "/canary/pending".into(),
                "tasks that stay pending cannot crash: leave out `pending` or `crash`".into(),
            );
        }
        for (place, unhealthy) in [
            ("/canary/unhealthy", &self.canary.unhealthy),
            ("/baseline/unhealthy", &self.baseline.unhealthy),
        ] {
            if let Some(Unhealthy { from, until, .. }) = unhealthy {
                window(&mut say, place, Some(*from), *until);
            }
        }
        for (at, outage) in self.metrics.outages.iter().enumerate() {
            window(&mut say, &format!("/metrics/outages/{at}"), Some(outage.from), outage.until);
        }
        for (at, fault) in self.faults.iter().enumerate() {
            window(&mut say, &format!("/faults/{at}"), fault.from, fault.until);
        }
        for (at, drift) in self.dns.drift.iter().enumerate() {
            if drift.weights.blue == 0 && drift.weights.green == 0 {
                say(
                    format!("/dns/drift/{at}/weights"),
                    "two weights of 0 make Route 53 answer both evenly: write 50 and 50".into(),
                );
            }
        }
        if self.stacks.creation_fails.as_ref().is_some_and(|it| it.stack == Stack::Blue) {
            say(
                "/stacks/creation_fails/stack".into(),
                "a deployment makes no blue stack: say `green` or `init`".into(),
            );
        }
        if self.stacks.foreign_rule && !self.before.deployed {
            say(
                "/stacks/foreign_rule".into(),
                "there is no old release whose listener it could be: `before.deployed` is false"
                    .into(),
            );
        }
        problems
    }
}

/// Says when a time ends before it begins.
fn window(
    say: &mut impl FnMut(String, String),
    place: &str,
    from: Option<Moment>,
    until: Option<Moment>,
) {
    let ends_first = match (from.unwrap_or(Moment::StartS(0)), until) {
        (Moment::StartS(from), Some(Moment::StartS(until)))
        | (Moment::FirstTrafficS(from), Some(Moment::FirstTrafficS(until))) => until <= from,
        _ => false,
    };
    if ends_first {
        say(format!("{place}/until"), "it ends before it begins: make it later than `from`".into());
    }
}
