//! A release of a file in the account of the tests.

use std::path::{Path, PathBuf};

use manifest::file::DeploymentFile;
use manifest::{Diagnostics, Parameters};
use serde_json::Value;
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

/// A small file that is right; each pair of texts replaces a part of it.
pub(crate) fn small(changes: &[(&str, &str)]) -> DeploymentFile {
    let text = "\
canary:
  group: private
  releases: { blue: 1, green: 2 }
service:
  project: demo
  name: webapi
  version: 1.0.0
  fqdn: webapi.example.com
  containers:
    - name: web
      image: nginx:1.25
      port_mappings: [{ container_port: 8080, host_port: 0 }]
target_groups:
  - container: { name: web, port: 8080 }
    health_check: { path: /health }
listeners:
  - port: 80
    target_group: { container: { name: web, port: 8080 } }
";
    let changed = changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the file has no `{from}`");
        text.replace(from, to)
    });
    file(&changed).map_err(|said| said.render(false)).unwrap()
}

/// The resources of the release's stack.
pub(crate) fn resources(file: &DeploymentFile) -> Value {
    green(file, &found("private-first")).unwrap().template["Resources"].take()
}

/// What stands against a release: its place and sentence each.
pub(crate) fn refused(file: &DeploymentFile, found: &Found) -> Vec<String> {
    green(file, found).unwrap_err().iter().map(ToString::to_string).collect()
}

/// The resources of a type, by their ids.
pub(crate) fn of_type<'a>(resources: &'a Value, kind: &str) -> Vec<(&'a str, &'a Value)> {
    let all = resources.as_object().unwrap().iter();
    all.filter(|(_, it)| it["Type"] == kind).map(|(id, it)| (id.as_str(), it)).collect()
}
