//! Listeners: our own where the port is free, otherwise rules on the one that stands there. Where
//! that one was this service's own before (S17), a rule after all others makes it the default again.

use std::collections::BTreeSet;

use manifest::file::{Listener, Protocol};
use serde_json::{Value, json};

use super::priority::LAST;
use super::rule::{Hook, last, rules};
use super::{action, certificate};
use crate::draft::Draft;
use crate::found::FoundListener;
use crate::json::{Properties, kept, reference};
use crate::logical::{Group, untaken};
use crate::release::Release;

/// The policy the predecessor chose, where the file names none.
const SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

/// The port of the balancer; the file allows no other than 1 to 65535.
pub(crate) fn port(listener: &Listener) -> u16 {
    u16::try_from(listener.port.get()).unwrap_or_default()
}

/// Makes listeners and rules; gives the logical ids of those through which the balancer knows the
/// target groups, which the service waits for.
pub(crate) fn listeners(
    release: &Release<'_>,
    groups: &[Group<'_>],
    draft: &mut Draft,
) -> Vec<String> {
    let mut known = Vec::new();
    let mut reached = BTreeSet::new();
    for (at, listener) in release.file.listeners.iter().enumerate() {
        let Some(group) = groups.iter().find(|it| it.is(&listener.target_group.container)) else {
            continue; // The manifest refuses it.
        };
        let suffix = suffix(release, groups, group, at);
        let standing = release.found.listeners.iter().find(|it| it.port == port(listener));
        let seat = Seat { release, listener, group, at, suffix: &suffix };
        match standing {
            Some(found) => known.extend(seat.share(found, draft)),
            None => known.extend(seat.own(draft)),
        }
        let is_default = standing.is_none_or(|found| release.has_left(found));
        if is_default || listener.rules.iter().any(action::forwards) {
            reached.insert(group.at);
        }
    }
    for group in groups.iter().filter(|group| !reached.contains(&group.at)) {
        let what = "no rule forwards to this target group: ECS refuses what no balancer knows";
        draft.refuse(format!("/target_groups/{}", group.at), what);
    }
    known
}

/// The end of the logical ids of a listener and its rules: its target group's; of a second listener
/// of the same target group with its port.
fn suffix(release: &Release<'_>, groups: &[Group<'_>], group: &Group<'_>, at: usize) -> String {
    let listeners = &release.file.listeners;
    let is_first = !listeners[..at].iter().any(|it| group.is(&it.target_group.container));
    if is_first {
        return group.id.clone();
    }
    let name = format!("{}On{}", group.id, port(&listeners[at]));
    untaken(&name, |id| groups.iter().any(|group| group.id == id))
}

/// A listener of the file, and what belongs to it.
struct Seat<'a> {
    release: &'a Release<'a>,
    listener: &'a Listener,
    group: &'a Group<'a>,
    at: usize,
    suffix: &'a str,
}

impl Seat<'_> {
    /// A listener of our own, with its certificates and rules.
    fn own(&self, draft: &mut Draft) -> Vec<String> {
        let id = format!("Listener{}", self.suffix);
        if self.listener.protocol == Protocol::Http && self.listener.ssl_policy.is_some() {
            let what =
                format!("the listener on port {} speaks HTTP, without a policy", self.port());
            draft.refuse(self.place("ssl_policy"), what);
        }
        let certificates = self.certificates(self.listener.protocol, draft);
        let (default, further) = certificates.split_at(certificates.len().min(1));
        draft.resource(&id, self.resource(default));
        self.add_certificates(&reference(&id), further, |it| it, draft);
        let none = BTreeSet::new();
        let rules = self.rules(reference(&id), &none, draft);
        std::iter::once(id).chain(rules).collect()
    }

    /// Rules on a listener that stands, and those of our certificates that it lacks: they stay when
    /// we go, since another service may have come to use them (S17).
    fn share(&self, found: &FoundListener, draft: &mut Draft) -> Vec<String> {
        self.check(found, draft);
        let certificates = self.certificates(found.protocol, draft);
        let lacking: Vec<&str> =
            certificates.into_iter().filter(|arn| !found.certificates.contains(*arn)).collect();
        self.add_certificates(&json!(found.arn), &lacking, kept, draft);
        if !self.release.has_left(found) {
            return self.rules(json!(found.arn), &found.priorities, draft);
        }
        let mut taken = found.priorities.clone();
        if !taken.insert(LAST) {
            let port = self.port();
            let what = format!(
                "another rule of the listener on port {port} has the priority {LAST}, which leaves \
                 this service nothing of what no rule takes"
            );
            draft.refuse(self.place("port"), what);
        }
        let mut known = self.rules(json!(found.arn), &taken, draft);
        let id = format!("ListenerRuleLast{}", self.suffix);
        draft.resource(&id, last(&json!(found.arn), self.group));
        known.push(id);
        known
    }

    fn resource(&self, certificates: &[&str]) -> Value {
        let is_https = self.listener.protocol == Protocol::Https;
        let policy = self.listener.ssl_policy.as_deref().unwrap_or(SSL_POLICY);
        let certificates: Vec<Value> =
            certificates.iter().map(|arn| json!({ "CertificateArn": arn })).collect();
        let forward = json!({
            "Type": "forward",
            "TargetGroupArn": reference(&self.group.target_group_id()),
        });
        Properties::new()
            .with("LoadBalancerArn", reference("LoadBalancer"))
            .with("Port", self.listener.port)
            .with("Protocol", self.listener.protocol)
            .maybe("SslPolicy", is_https.then_some(policy))
            .list("Certificates", &certificates)
            .with("DefaultActions", [forward])
            .into_resource("AWS::ElasticLoadBalancingV2::Listener")
    }

    fn certificates(&self, protocol: Protocol, draft: &mut Draft) -> Vec<&str> {
        if protocol == Protocol::Http && !self.listener.certificates.is_empty() {
            let what =
                format!("the listener on port {} speaks HTTP, without certificates", self.port());
            draft.refuse(self.place("certificates"), what);
            return Vec::new();
        }
        certificate::arns(self.release, self.at, self.listener, draft)
    }

    fn add_certificates(
        &self,
        listener: &Value,
        arns: &[&str],
        mark: impl Fn(Value) -> Value,
        draft: &mut Draft,
    ) {
        for (index, arn) in arns.iter().enumerate() {
            let id = format!("ListenerCertificate{}{}", index + 1, self.suffix);
            draft.resource(&id, mark(certificate::further(listener, arn)));
        }
    }

    fn rules(&self, arn: Value, standing: &BTreeSet<u32>, draft: &mut Draft) -> Vec<String> {
        let hook = Hook { arn, standing, suffix: self.suffix, at: self.at };
        rules(self.listener, &hook, self.group, draft)
    }

    /// What the file says of a listener must be true of the one that stands: it is not ours to change.
    fn check(&self, found: &FoundListener, draft: &mut Draft) {
        let (listener, port) = (self.listener, self.port());
        if listener.rules.is_empty() && !self.release.has_left(found) {
            let what =
                format!("port {port} is listened on already: give rules, or take another port");
            let arn = &found.arn;
            let is_idle = found.vacancy.is_some() && found.priorities.is_empty();
            let hint = is_idle.then(|| {
                format!(
                    "; a service that has left it may come back, otherwise `aws elbv2 \
                     delete-listener --listener-arn {arn}` frees the port"
                )
            });
            draft.refuse(self.place("port"), what + &hint.unwrap_or_default());
        }
        // HTTP is also what a file without a protocol says.
        if listener.protocol == Protocol::Https && found.protocol == Protocol::Http {
            draft
                .refuse(self.place("protocol"), format!("the listener on port {port} speaks HTTP"));
        }
        if let Some(asked) = &listener.ssl_policy
            && found.ssl_policy.as_ref() != Some(asked)
        {
            let policy = found.ssl_policy.as_deref().unwrap_or("no policy");
            let what =
                format!("the listener on port {port} has {policy}, and is not ours to change");
            draft.refuse(self.place("ssl_policy"), what);
        }
    }

    fn port(&self) -> u16 {
        port(self.listener)
    }

    fn place(&self, field: &str) -> String {
        format!("/listeners/{}/{field}", self.at)
    }
}
