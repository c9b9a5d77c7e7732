//! The templates of a file, rendered without an account: with whatever may stand there.

use std::collections::{BTreeMap, BTreeSet};

use manifest::Parameters;
use manifest::file::DeploymentFile;
use serde_json::Value;

use crate::found::{Balancer, Found, FoundListener, FoundSecret, Zone};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::resources::listener;
use crate::retained::vacancy;
use crate::wanted::wanted;
use crate::{green, init};

/// No name of a resource may depend on it here.
const DEPLOYMENT: &str = "any";

/// All templates that runs of a file can lead to, as far as their types and properties go.
pub(super) struct Templates {
    releases: Vec<Value>,
    init: Value,
}

impl Templates {
    /// Each, and whether its stack may be updated before it goes.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Value, bool)> {
        self.releases.iter().map(|it| (it, true)).chain([(&self.init, false)])
    }
}

/// Renders them where every port of the balancer is free, and where those that can be shared are
/// taken.
pub(super) fn render(
    file: &DeploymentFile,
    parameters: &Parameters,
) -> Result<Templates, Vec<Refusal>> {
    let mut found = found(file, parameters);
    let both = |found: &Found| -> Result<(Value, Value), Vec<Refusal>> {
        let release = Release { file, parameters, found, deployment_id: DEPLOYMENT };
        Ok((green(&release)?.template, init(&release)?.template))
    };
    let (on_free_ports, init) = both(&found)?;
    found.listeners = kept_listeners(file, parameters);
    let (on_taken_ports, _) = both(&found)?;
    Ok(Templates { releases: vec![on_free_ports, on_taken_ports], init })
}

/// An account that holds all that the file asks for.
fn found(file: &DeploymentFile, parameters: &Parameters) -> Found {
    let wanted = wanted(file, parameters);
    let balancer = |label: &str| Balancer {
        label: label.to_owned(),
        arn: label.to_owned(),
        dns_name: label.to_owned(),
    };
    let secret = |id: String| (id.clone(), FoundSecret { arn: id, key_arn: None });
    let zone = |name: &String| {
        let parent = name.split_once('.').map_or("", |(_, parent)| parent);
        Zone { id: parent.to_owned(), name: parent.to_owned() }
    };
    let releases = &file.canary.releases;
    Found {
        vpc_id: String::new(),
        cluster_arn: String::new(),
        green: balancer(&releases.green.0),
        blue: balancer(&releases.blue.0),
        listeners: Vec::new(),
        certificates: wanted.certificates.into_iter().map(|it| (it.clone(), it)).collect(),
        zones: wanted.names.iter().map(zone).collect(),
        images: wanted.images,
        secrets: wanted.secrets.into_iter().map(secret).collect::<BTreeMap<_, _>>(),
    }
}

/// Listeners on all ports of the file that this service has left for others: what hangs on them is
/// all that can hang on a listener that stands.
fn kept_listeners(file: &DeploymentFile, parameters: &Parameters) -> Vec<FoundListener> {
    let vacancy = vacancy(&parameters.environment, &file.service.name);
    let listeners = file.listeners.iter();
    listeners
        .map(|it| FoundListener {
            arn: String::new(),
            port: listener::port(it),
            protocol: it.protocol,
            ssl_policy: it.ssl_policy.clone(),
            certificates: BTreeSet::new(),
            priorities: BTreeSet::new(),
            vacancy: Some(vacancy.clone()),
        })
        .collect()
}
