//! A file with its templates filled in.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::file::{Container, DeploymentFile, Service};
use crate::meaning::{host_names, service_name};
use crate::parse::Parsed;
use crate::template::{self, Variable};
use crate::yaml;

/// What only the deployment itself knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// For example `stage`.
    pub environment: String,
    /// For example `eu-west-3`.
    pub region: String,
    /// The AWS account, 12 digits.
    pub account_id: String,
    /// The address this machine has on the internet; asked for only if the file uses it.
    pub external_ip: Option<String>,
}

/// The values of all variables.
pub(crate) struct Values<'a> {
    outer: &'a dyn Fn(Variable) -> Option<String>,
    project: String,
    name: String,
    version: String,
    names: Vec<String>,
}

impl<'a> Values<'a> {
    /// In the order in which they may use each other; none where one of them lacks a value.
    pub(crate) fn of(
        file: &DeploymentFile,
        outer: &'a dyn Fn(Variable) -> Option<String>,
    ) -> Option<Self> {
        let service = &file.service;
        let mut values = Values {
            outer,
            project: String::new(),
            name: String::new(),
            version: String::new(),
            names: Vec::new(),
        };
        let fill = |values: &Values<'_>, text: &str| {
            template::fill(text, &|variable| values.get(variable)).ok()
        };
        values.project = fill(&values, &service.project)?;
        values.name = fill(&values, &service.name)?;
        values.version = fill(&values, service.version.as_str())?;
        let names = service.fqdn.as_slice().iter();
        values.names = names.map(|name| fill(&values, name)).collect::<Option<_>>()?;
        Some(values)
    }

    pub(crate) fn get(&self, variable: Variable) -> Option<String> {
        match variable {
            Variable::Project => Some(self.project.clone()),
            Variable::Name => Some(self.name.clone()),
            Variable::Version => Some(self.version.clone()),
            Variable::Fqdn(index) => self.names.get(index).cloned(),
            outer => (self.outer)(outer),
        }
    }
}

impl Parsed {
    /// Whether one of the file's texts uses a variable.
    #[must_use]
    pub fn uses(&self, variable: Variable) -> bool {
        template::used(&self.document.tree).iter().any(|(used, _)| *used == variable)
    }

    /// The file with every template filled in.
    ///
    /// # Errors
    /// A variable without a value, or a value that makes a name impossible, at its place.
    pub fn resolve(&self, parameters: &Parameters) -> Result<DeploymentFile, Diagnostics> {
        let outer = |variable| match variable {
            Variable::AccountId => Some(parameters.account_id.clone()),
            Variable::Environment => Some(parameters.environment.clone()),
            Variable::Region => Some(parameters.region.clone()),
            Variable::ExternalIp => parameters.external_ip.clone(),
            _ => None,
        };
        let fail = |problems| self.document.saying(problems);
        let Some(values) = Values::of(&self.file, &outer) else {
            return Err(fail(self.without_value(&outer)));
        };
        let mut problems = Vec::new();
        let value = |variable| values.get(variable);
        let tree = template::fill_tree(&self.document.tree, &value, &mut problems);
        if !problems.is_empty() {
            return Err(fail(problems));
        }
        let (mut file, _) =
            yaml::from_node::<DeploymentFile>(&tree).map_err(|error| fail(vec![error]))?;
        fill_defaults(&mut file, &value);
        let mut problems = Vec::from_iter(service_name(self, &file.service.name));
        problems.extend(host_names(self, file.service.fqdn.as_slice()));
        if problems.is_empty() { Ok(file) } else { Err(fail(problems)) }
    }

    fn without_value(&self, outer: &dyn Fn(Variable) -> Option<String>) -> Vec<Diagnostic> {
        template::used(&self.document.tree)
            .into_iter()
            .filter(|(variable, _)| *variable == Variable::ExternalIp && outer(*variable).is_none())
            .map(|(variable, span)| template::without_value(span, variable))
            .collect()
    }
}

/// Defaults that are templates stand in no file, so they are filled in here.
fn fill_defaults(file: &mut DeploymentFile, value: &dyn Fn(Variable) -> Option<String>) {
    let fill = |text: &mut String, default: String| {
        if *text == default
            && let Ok(filled) = template::fill(text, value)
        {
            *text = filled;
        }
    };
    for container in &mut file.service.containers {
        fill(&mut container.image, Container::default_image());
    }
    fill(&mut file.service.cluster, Service::default_cluster());
}
