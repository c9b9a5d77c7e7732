//! A rendered stack: all that CreateStack is told.

use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::names;
use crate::refusal::Refusal;
use crate::release::Release;

/// CloudFormation takes templates of so many bytes in a request.
pub const MOST_BYTES: usize = 51_200;

/// The tag by which a stack is known to be a deployment's own.
pub const DEPLOYMENT_TAG: &str = "EcsCrdDeployment";

/// A stack to be made. It needs the capability `CAPABILITY_NAMED_IAM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The stack's name.
    pub stack_name: String,
    /// The template; it holds no secret.
    pub template: Value,
    /// The values of the template's `NoEcho` parameters; all others have defaults.
    pub secrets: Vec<SecretParameter>,
    /// The stack's tags; `EcsCrdDeployment` holds the deployment's id.
    pub tags: Vec<(String, String)>,
    /// The same for the same deployment and stack, so that a repeated request makes one stack.
    pub client_token: String,
}

impl Rendered {
    pub(crate) fn new(
        release: &Release<'_>,
        stack: rollout::Stack,
        stack_name: String,
        template: Value,
        secrets: Vec<SecretParameter>,
    ) -> Result<Self, Vec<Refusal>> {
        let id = release.deployment_id;
        let mut tags = release.tags().map(|(key, value)| (key.to_owned(), value)).to_vec();
        tags.push((DEPLOYMENT_TAG.to_owned(), id.to_owned()));
        let client_token = names::client_token(id, stack);
        let rendered = Rendered { stack_name, template, secrets, tags, client_token };
        let bytes = rendered.body().len();
        if bytes > MOST_BYTES {
            let what = format!(
                "the template of stack {} has {bytes} bytes; CloudFormation takes {MOST_BYTES}",
                rendered.stack_name
            );
            return Err(vec![Refusal::new("/service", what)]);
        }
        Ok(rendered)
    }

    /// The template as it is sent: one line.
    #[must_use]
    pub fn body(&self) -> String {
        self.template.to_string()
    }

    /// A digest of the secrets, salted with the deployment's id, by which a successor knows whether
    /// the secrets it was given are the ones it began with (S16). None where there are none.
    #[must_use]
    pub fn secrets_digest(&self, deployment_id: &str) -> Option<String> {
        let mut digest = Sha256::new();
        let values = self.secrets.iter().flat_map(|it| [it.name.as_str(), it.value.reveal()]);
        for part in [deployment_id].into_iter().chain(values) {
            // With its length: no two lists of parts run together into the same bytes.
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let hex = || digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        (!self.secrets.is_empty()).then(hex)
    }
}

/// A parameter whose value nobody is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretParameter {
    /// Its name in the template.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

impl SecretParameter {
    pub(crate) fn new(name: &str, value: &str) -> Self {
        SecretParameter { name: name.to_owned(), value: Secret(value.to_owned()) }
    }
}

/// A value that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value, for the request and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
