//! What listens already on a balancer, and which rule priorities are taken.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    Action, FixedResponseActionConfig, Listener, ProtocolEnum,
};
use manifest::file::Protocol;
use runner::Called;
use stack::FoundListener;

use crate::clients::Clients;
use crate::error::call_error;
use crate::stacks::shared;

/// All listeners of a balancer; rules and certificates of those on the wanted ports alone.
pub(crate) async fn find(
    clients: &Clients,
    balancer_arn: &str,
    wanted: &BTreeSet<u16>,
) -> Called<Vec<FoundListener>> {
    let listeners = clients.elb.describe_listeners().load_balancer_arn(balancer_arn);
    let listeners = listeners.into_paginator().items().send().try_collect().await;
    let listeners = listeners
        .map_err(|error| call_error(&format!("DescribeListeners of {balancer_arn}"), error))?;
    let mut found = Vec::new();
    for listener in &listeners {
        let mut listener = plain(listener);
        if wanted.contains(&listener.port) {
            look_closer(clients, &mut listener).await?;
        }
        found.push(listener);
    }
    Ok(found)
}

fn plain(listener: &Listener) -> FoundListener {
    let is_https = listener.protocol() == Some(&ProtocolEnum::Https);
    FoundListener {
        arn: listener.listener_arn().unwrap_or_default().to_owned(),
        port: listener.port().and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
        protocol: if is_https { Protocol::Https } else { Protocol::Http },
        ssl_policy: listener.ssl_policy().filter(|_| is_https).map(str::to_owned),
        certificates: BTreeSet::new(),
        priorities: BTreeSet::new(),
        vacancy: vacancy(listener),
    }
}

/// What it answers with where no rule takes a request, if its service has left it.
fn vacancy(listener: &Listener) -> Option<String> {
    let mut answers = listener.default_actions().iter().filter_map(Action::fixed_response_config);
    let answer = answers.find_map(FixedResponseActionConfig::message_body);
    answer.filter(|it| stack::is_vacancy(it)).map(str::to_owned)
}

async fn look_closer(clients: &Clients, listener: &mut FoundListener) -> Called<()> {
    let rules = shared::rules(clients, &listener.arn).await?;
    // The default rule's priority is the word `default`.
    let priorities = rules.iter().filter_map(|rule| rule.priority()?.parse().ok());
    listener.priorities = priorities.collect();
    if listener.protocol == Protocol::Https {
        let certificates = shared::certificates(clients, &listener.arn).await?;
        let arns = certificates.into_iter().filter_map(|certificate| certificate.certificate_arn);
        listener.certificates = arns.collect();
    }
    Ok(())
}
