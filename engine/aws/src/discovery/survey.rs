//! The last look before the first write: everything a release needs is there, nothing is in its
//! way, and its templates can be rendered.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Stack as Found, StackStatus};
use manifest::file::DeploymentFile;
use rollout::{Ground, Plan, Side, Stack};
use runner::{CallError, CallErrorKind, Called, Deployment};
use stack::{DEPLOYMENT_TAG, Refusal, Release, Rendered};

use super::found;
use crate::aws::Aws;
use crate::clients::Clients;
use crate::scene::{Scene, missing, parameters};
use crate::stacks::create::somebody_elses;
use crate::stacks::{names, standing};

/// The parameter of a deployment under which what was found is kept.
const FOUND: &str = "found";
/// The one under which a digest of the secrets is kept, where the templates have any.
const SECRETS: &str = "secrets";

/// What a release was found to need, and its templates.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What the account holds.
    pub found: stack::Found,
    /// The stack of the new release.
    pub green: Rendered,
    /// The stack of log group and records.
    pub init: Rendered,
    /// A salted digest of green's secrets, if there are any.
    secrets: Option<String>,
}

/// Why a release cannot be deployed (exit 3: nothing was written).
#[derive(Clone, Debug, thiserror::Error)]
pub enum SurveyError {
    /// The account lacks something, or does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What the file asks for cannot be given, each at its place: `Parsed::refused` shows them.
    #[error("{}", .0.iter().map(Refusal::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refusal>),
}

impl Survey {
    /// What is kept in the parameters of the deployment, so that a second rendering is the first
    /// (S15, S16): names and values.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        // Maps with text keys always have a JSON.
        let found = serde_json::to_string(&self.found).unwrap_or_default();
        let secrets = self.secrets.clone().map(|digest| (SECRETS.to_owned(), digest));
        [(FOUND.to_owned(), found)].into_iter().chain(secrets).collect()
    }
}

/// Whether the stack of a deployment is made with secrets.
pub(crate) fn needs_secrets(deployment: &Deployment) -> bool {
    deployment.parameters.contains_key(SECRETS)
}

impl Aws {
    /// Looks for everything the file it was given needs, and renders both stacks of deployment
    /// `id`. Writes nothing.
    ///
    /// # Errors
    /// What is missing, or in the way.
    pub async fn survey(
        &self,
        plan: &Plan,
        ground: &Ground,
        id: &str,
    ) -> Result<Survey, SurveyError> {
        let none = || CallError::new(CallErrorKind::Refused, "no deployment file was given");
        let file = self.file().ok_or_else(none)?;
        let parameters = parameters(self.connection(), plan, None);
        let green = &ground.canary_label;
        let scene =
            Scene::find(self.connection(), plan, parameters, Ok(file.clone()), green).await?;
        for side in [Side::Green, Side::Blue] {
            scene.balancer(side)?;
        }
        unobstructed(self.clients(), plan, ground, file).await?;
        let found = found::find(self, &scene, file).await?;
        let (green, init) = render(&scene, file, &found, id).map_err(SurveyError::Refused)?;
        let secrets = green.secrets_digest(id);
        Ok(Survey { found, green, init, secrets })
    }

    /// The template of a deployment under way.
    ///
    /// # Errors
    /// `Refused` when its secrets are not at hand (S16).
    pub(crate) async fn rendered(&self, deployment: &Deployment, stack: Stack) -> Called<Rendered> {
        let scene = self.scene(deployment).await?;
        let file = scene.file()?;
        let found = match deployment.parameters.get(FOUND) {
            Some(text) => serde_json::from_str(text).map_err(|error| {
                refused(format!("what was found for {} cannot be read: {error}", deployment.id))
            })?,
            None => found::find(self, &scene, file).await?,
        };
        let (green, init) = render(&scene, file, &found, &deployment.id)
            .map_err(|refusals| refused(SurveyError::Refused(refusals).to_string()))?;
        let rendered = if stack == Stack::Init { init } else { green };
        if let Some(digest) = rendered.secrets_digest(&deployment.id) {
            self.vouch(deployment, &digest)?;
        }
        Ok(rendered)
    }

    /// The secrets at hand are those the deployment began with (S16): its journal has none.
    fn vouch(&self, deployment: &Deployment, digest: &str) -> Called<()> {
        let id = &deployment.id;
        let back = format!("`ecs-crd abort {id}` goes back without it");
        if self.file().is_none() {
            return Err(refused(format!(
                "the stack of {id} is still to be made and needs the file's client_secret, which no \
                 journal holds: `ecs-crd resume {id} -f FILE` goes on, {back}"
            )));
        }
        if deployment.parameters.get(SECRETS).map(String::as_str) != Some(digest) {
            return Err(refused(format!(
                "the client_secret in the file is not the one {id} began with: `ecs-crd resume {id} \
                 -f FILE` with the former one goes on, {back}"
            )));
        }
        Ok(())
    }
}

fn refused(message: String) -> CallError {
    CallError::new(CallErrorKind::Refused, message)
}

fn render(
    scene: &Scene,
    file: &DeploymentFile,
    found: &stack::Found,
    deployment_id: &str,
) -> Result<(Rendered, Rendered), Vec<Refusal>> {
    let release = Release { file, parameters: &scene.parameters, found, deployment_id };
    match (stack::green(&release), stack::init(&release)) {
        (Ok(green), Ok(init)) => Ok((green, init)),
        (green, init) => {
            let all = [green.err(), init.err()].into_iter().flatten().flatten();
            Err(all.collect())
        }
    }
}

/// Nothing is in the way of the stacks that are to be made.
async fn unobstructed(
    clients: &Clients,
    plan: &Plan,
    ground: &Ground,
    file: &DeploymentFile,
) -> Called<()> {
    let label = &ground.canary_label;
    for (at, name) in names::candidates(&plan.service, Stack::Green, label).iter().enumerate() {
        let found = standing::describe(clients, name).await?;
        // The name it will have must be free; under the predecessor's only its own is in the way.
        let belongs = |it: &Found| standing::belongs(it, &plan.service, Some(label));
        if let Some(found) = found.filter(|it| at == 0 || belongs(it)) {
            let maker = standing::tag(&found, DEPLOYMENT_TAG);
            return Err(missing(somebody_elses(name, maker, found.stack_status())));
        }
    }
    let name = names::init(&plan.service);
    match standing::describe(clients, &name).await? {
        Some(found) if !is_complete(&found) || !ground.init_exists => {
            let maker = standing::tag(&found, DEPLOYMENT_TAG);
            Err(missing(somebody_elses(&name, maker, found.stack_status())))
        }
        Some(_) => Ok(()),
        // Records in a zone of another account are made by no stack.
        None if file.canary.dns_role_arn.is_some() => Ok(()),
        None => left_over(plan, ground),
    }
}

fn is_complete(found: &Found) -> bool {
    let complete = [StackStatus::CreateComplete, StackStatus::UpdateComplete];
    found.stack_status().is_some_and(|status| complete.contains(status))
}

/// Records that no stack made are in the way of the stack that is to make them.
fn left_over(plan: &Plan, ground: &Ground) -> Called<()> {
    match plan.names.iter().find(|name| !ground.new_names.contains(name)) {
        None => Ok(()),
        Some(name) => Err(missing(format!(
            "looked for no records at {name}, since this service has no stack {}; found weighted \
             records {} and {}: of another service, or left by an earlier undeploy; remove them",
            names::init(&plan.service),
            plan.labels.blue,
            plan.labels.green
        ))),
    }
}
