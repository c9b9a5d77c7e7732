//! What stands of a service's releases, for people who ask before they deploy or undeploy.

use aws_sdk_cloudformation::types::TemplateStage;
use rollout::{Plan, Service, Stack};
use runner::{CallError, CallErrorKind, Called};
use serde_json::Value;

use super::standing;
use crate::aws::Aws;
use crate::error::call_error;

impl Aws {
    /// Whether a release's stack stands behind either label: also one that registry and init stack
    /// know nothing of any more.
    ///
    /// # Errors
    /// When AWS does not answer.
    pub async fn a_release_stands(&self, plan: &Plan) -> Called<bool> {
        for label in [&plan.labels.blue, &plan.labels.green] {
            let found = standing::of_service(self.clients(), &plan.service, Stack::Green, label);
            if found.await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The template of a service's stack behind a label, as it was given to CloudFormation; none
    /// when there is no such stack. The predecessor's are found too.
    ///
    /// # Errors
    /// When AWS does not answer, or the template is no JSON.
    pub async fn deployed(
        &self,
        service: &Service,
        stack: Stack,
        label: &str,
    ) -> Called<Option<Value>> {
        let found = standing::of_service(self.clients(), service, stack, label).await?;
        let Some(name) = found.and_then(|found| found.stack_name) else { return Ok(None) };
        let request = self.clients().cloudformation.get_template();
        let answer = request.stack_name(&name).template_stage(TemplateStage::Original).send().await;
        let answer =
            answer.map_err(|error| call_error(&format!("GetTemplate of {name}"), error))?;
        let text = answer.template_body.unwrap_or_default();
        serde_json::from_str(&text).map(Some).map_err(|error| {
            let why = format!("GetTemplate of {name}: its template is no JSON: {error}");
            CallError::new(CallErrorKind::Refused, why)
        })
    }
}
