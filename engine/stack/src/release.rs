//! What a template is rendered from.

use manifest::file::DeploymentFile;
use manifest::{Parameters, Port};

use crate::found::{Found, FoundListener};
use crate::retained::vacancy;

/// A release about to be deployed: all that its templates are a function of.
#[derive(Clone, Copy, Debug)]
pub struct Release<'a> {
    /// The file with its templates filled in. A file read back from a journal has its secrets
    /// masked: the template is the same, the values of its `Rendered::secrets` are not.
    pub file: &'a DeploymentFile,
    /// Account, region and environment.
    pub parameters: &'a Parameters,
    /// What the account holds.
    pub found: &'a Found,
    /// The id of the deployment, from which all made names derive (S15).
    pub deployment_id: &'a str,
}

impl<'a> Release<'a> {
    /// The `CanaryRelease` label of the new release.
    pub(crate) fn label(&self) -> &'a str {
        &self.found.green.label
    }

    /// The name of the ECS service.
    pub(crate) fn service_name(&self) -> String {
        format!("{}-{}", self.file.service.name, self.label())
    }

    /// A port of the side that is deployed: the file calls the balancers blue and green by their
    /// labels, whichever of them is live. 0 is no port.
    pub(crate) fn port(&self, port: Port) -> Option<i64> {
        let port = match port {
            Port::Same(port) => port.get(),
            Port::BySide { blue, .. } if self.label() == self.file.canary.releases.blue.0 => {
                blue.get()
            }
            Port::BySide { green, .. } => green.get(),
        };
        (port != 0).then_some(port)
    }

    /// Whether a listener was this service's own, and has been kept for others (S17).
    pub(crate) fn has_left(&self, listener: &FoundListener) -> bool {
        let own = vacancy(&self.parameters.environment, &self.file.service.name);
        listener.vacancy.as_ref() == Some(&own)
    }

    /// Project, service, environment and version, as stacks and target groups are tagged.
    pub(crate) fn tags(&self) -> [(&'static str, String); 4] {
        let service = &self.file.service;
        [
            ("Project", service.project.clone()),
            ("Service", service.name.clone()),
            ("Environment", self.parameters.environment.clone()),
            ("Version", service.version.to_string()),
        ]
    }
}
