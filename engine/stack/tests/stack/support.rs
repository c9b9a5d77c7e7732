//! A release of a file in the account of the tests.

use std::path::{Path, PathBuf};

use manifest::file::DeploymentFile;
use manifest::{Diagnostics, Parameters};
use stack::{Found, Refusal, Release, Rendered};

/// From which all made names of the tests derive.
pub(crate) const DEPLOYMENT: &str = "20260101-000000-4f2a";

pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

pub(crate) fn parameters() -> Parameters {
    Parameters {
        environment: "stage".to_owned(),
        region: "eu-west-3".to_owned(),
        account_id: "123456789012".to_owned(),
        external_ip: Some("203.0.113.10".to_owned()),
    }
}

pub(crate) fn file(text: &str) -> Result<DeploymentFile, Diagnostics> {
    manifest::parse("svc.yml", text)?.resolve(&parameters())
}

/// What the account of the tests holds: `private-first`, `private-second`, `public-first` …
pub(crate) fn found(name: &str) -> Found {
    let path = data().join("found").join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(crate) fn green(file: &DeploymentFile, found: &Found) -> Result<Rendered, Vec<Refusal>> {
    stack::green(&Release { file, parameters: &parameters(), found, deployment_id: DEPLOYMENT })
}

pub(crate) fn init(file: &DeploymentFile, found: &Found) -> Result<Rendered, Vec<Refusal>> {
    stack::init(&Release { file, parameters: &parameters(), found, deployment_id: DEPLOYMENT })
}
