//! Every template we render passes cfn-lint, which knows what CloudFormation and the services behind
//! it refuse.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use manifest::Parameters;
use manifest::file::DeploymentFile;
use serde_json::Value;
use stack::{Found, FoundListener, Release, green, init, retained, vacancy};

use crate::venv;

/// Checks that do not concern our templates, and why.
const IGNORED: [(&str, &str); 1] =
    [("W2001", "parameters that nothing uses are part of what the predecessor's stacks look like")];

/// Where the room keeps files, accounts and the predecessor's templates.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../engine/stack/tests")
}

fn linter() -> PathBuf {
    let requirements = data().join("../../../tests/system/templates/requirements.txt");
    venv::with("cfn-lint", &requirements).join("bin/cfn-lint")
}

fn parameters() -> Parameters {
    Parameters {
        environment: "stage".to_owned(),
        region: "eu-west-3".to_owned(),
        account_id: "123456789012".to_owned(),
        external_ip: Some("203.0.113.10".to_owned()),
    }
}

/// All deployment files of the room, by a name for each: those made for it, and those of the
/// predecessor's cases, amended where its table says so and without those it says are refused.
fn files() -> Vec<(String, DeploymentFile)> {
    let table = std::fs::read(data().join("differences.yml")).unwrap();
    let table = manifest::to_json(table).unwrap();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(data().join("files")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        files.push((name, file(&std::fs::read_to_string(path).unwrap())));
    }
    for entry in std::fs::read_dir(data().join("oracle")).unwrap() {
        let path = entry.unwrap().path();
        let case = path.file_name().unwrap().to_string_lossy().into_owned();
        if table["refused"].get(&case).is_some() {
            continue;
        }
        let mut text = std::fs::read_to_string(path.join("svc.yml")).unwrap();
        if let Some(amended) = table["amended"].get(&case) {
            let [from, to] = ["from", "to"].map(|name| amended[name].as_str().unwrap());
            text = text.replace(from, to);
        }
        files.push((case, file(&text)));
    }
    files
}

fn file(text: &str) -> DeploymentFile {
    let parsed = manifest::parse("svc.yml", text).map_err(|said| said.render(false)).unwrap();
    parsed.resolve(&parameters()).map_err(|said| said.render(false)).unwrap()
}

fn found(group: &str, deployment: &str) -> Found {
    let path = data().join("found").join(format!("{group}-{deployment}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The same account, where this service has left listeners on all its ports for others.
fn left(file: &DeploymentFile, account: &Found) -> Found {
    let listeners = file.listeners.iter().enumerate();
    let left = listeners.map(|(index, it)| FoundListener {
        arn: format!("{}/{index:016x}", account.green.arn.replace(":loadbalancer/", ":listener/")),
        port: u16::try_from(it.port.get()).unwrap(),
        protocol: it.protocol,
        ssl_policy: it.ssl_policy.clone(),
        certificates: BTreeSet::new(),
        priorities: BTreeSet::from([3]),
        vacancy: Some(vacancy("stage", &file.service.name)),
    });
    Found { listeners: left.collect(), ..account.clone() }
}

/// Renders both stacks of a file, that of the release as it is before it goes, and as it is where
/// the service comes back.
fn rendered(file: &DeploymentFile, deployment: &str) -> Vec<(&'static str, Value)> {
    let (parameters, found) = (parameters(), found(&file.canary.group, deployment));
    let release = Release { file, parameters: &parameters, found: &found, deployment_id: "d-1" };
    let [green, init] = [green(&release), init(&release)].map(|it| it.unwrap().template);
    let all = green["Resources"].as_object().unwrap().keys().cloned().collect();
    let leaving = retained(&green, &all, &vacancy("stage", &file.service.name));
    let found = left(file, &found);
    let release = Release { found: &found, ..release };
    let back = stack::green(&release).unwrap().template;
    vec![("leaving", leaving), ("back", back), ("green", green), ("init", init)]
}

#[test]
fn every_template_passes_cfn_lint() {
    let linter = linter();
    let folder = tempfile::tempdir().unwrap();
    let mut templates = BTreeMap::new();
    for (name, file) in files() {
        for deployment in ["first", "second"] {
            for (kind, template) in rendered(&file, deployment) {
                let path = folder.path().join(format!("{name}-{deployment}-{kind}.json"));
                std::fs::write(&path, template.to_string()).unwrap();
                // Many files have the same records: one of a kind is enough.
                templates.insert(template.to_string(), path);
            }
        }
    }
    assert!(templates.len() > 60, "{} templates", templates.len());
    let ignored = IGNORED.iter().flat_map(|(check, _)| ["--ignore-checks", check]);
    let output = Command::new(linter)
        .args(["--region", "eu-west-3", "--format", "parseable"])
        .args(ignored)
        .arg("--")
        .args(templates.values())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn cfn_lint_names_what_cloudformation_would_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.json");
    let dashes = data().join("oracle/x09_dash_container/green.json");
    std::fs::copy(dashes, &path).unwrap();
    let output = Command::new(linter()).arg("--").arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("TargetGroupWeb-api8080"), "{said}");
}
