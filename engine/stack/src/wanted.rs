//! What discovery must look for before a release can be rendered.

use std::collections::BTreeSet;

use manifest::Parameters;
use manifest::file::DeploymentFile;

use crate::found::canonical;
use crate::resources::secrets;

/// What a file names that must exist. What is missing from `Found` is refused with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// DNS names, in small letters, without a trailing dot; a hosted zone must hold each.
    pub names: Vec<String>,
    /// Domains of certificates in ACM.
    pub certificates: BTreeSet<String>,
    /// Ids or ARNs of secrets in Secrets Manager, and ARNs of parameters in Systems Manager.
    pub secrets: BTreeSet<String>,
    /// Images in this account's own registry in this region.
    pub images: BTreeSet<String>,
}

/// What a file names.
#[must_use]
pub fn wanted(file: &DeploymentFile, parameters: &Parameters) -> Wanted {
    let containers = &file.service.containers;
    let images = containers.iter().map(|container| &container.image);
    Wanted {
        names: file.service.fqdn.as_slice().iter().map(|name| canonical(name)).collect(),
        certificates: file.listeners.iter().flat_map(|it| it.certificates.clone()).collect(),
        secrets: secrets::references(file).into_iter().map(|(_, id)| id.to_owned()).collect(),
        images: images.filter(|image| is_own_image(parameters, image)).cloned().collect(),
    }
}

/// Whether an image lies in this account's registry in this region, in whichever partition.
pub(crate) fn is_own_image(parameters: &Parameters, image: &str) -> bool {
    let registry = format!("{}.dkr.ecr.{}.", parameters.account_id, parameters.region);
    let domain = image.strip_prefix(&registry).and_then(|rest| rest.split('/').next());
    domain.is_some_and(|domain| domain.starts_with("amazonaws.com"))
}
